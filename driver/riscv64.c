// SPDX-License-Identifier: GPL-2.0-only
/*
 * RISC-V. A hart enters from HS-mode by a fetch that faults: stvec points at the hypervisor's entry, and with
 * satp 0 the kernel's virtual address of the next instruction is no address at all. So neither side needs a
 * mapping that the other one made, and the hypervisor still sees every register of the kernel.
 */
#include "arch.h"

#include "preflight.h"

#include <asm/cacheflush.h>
#include <asm/csr.h>
#include <asm/delay.h>
#include <asm/hwcap.h>
#include <asm/sbi.h>
#include <asm/timex.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/math64.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/of_irq.h>
#include <linux/smp.h>

void arch_complete(struct bh_config_system *system)
{
}

int arch_prepare(const struct bh_config_system *system)
{
	return 0;
}

void arch_release(void)
{
}

u32 arch_enter(u64 entry, u64 arg)
{
	register u64 a0 asm("a0") = arg;
	register u64 a1 asm("a1");
	register u64 a2 asm("a2");
	register u64 a3 asm("a3") = entry;
	register u64 stvec asm("s1");

	/*
	 * The image was written by another hart: fence.i. What the hypervisor keeps is sp, gp, tp, ra and s0
	 * up; stvec is ours to restore. The entry and the way back must be 4-byte aligned, because the low
	 * bits of stvec are its mode.
	 */
	asm volatile(".option push\n"
		     ".option norvc\n"
		     "fence.i\n"
		     "lla	%1, 1f\n"
		     "csrr	%2, satp\n"
		     "csrr	%4, stvec\n"
		     "csrw	stvec, %3\n"
		     "csrw	satp, zero\n"
		     ".option rvc\n"
		     ".balign	4\n"
		     ".option norvc\n"
		     "1:\n"
		     "csrw	stvec, %4\n"
		     "sfence.vma\n"
		     ".option pop\n"
		     : "+r"(a0), "=&r"(a1), "=&r"(a2), "+r"(a3), "=&r"(stvec)
		     :
		     : "a4", "a5", "a6", "a7", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "memory");
	return (u32)a0;
}

void arch_hypercall(struct arch_call *call)
{
	register u64 a0 asm("a0") = call->arg[0];
	register u64 a1 asm("a1") = call->arg[1];
	register u64 a2 asm("a2") = call->arg[2];
	register u64 a3 asm("a3") = call->arg[3];
	register u64 a4 asm("a4") = call->arg[4];
	register u64 a5 asm("a5") = 0;
	register u64 a6 asm("a6") = call->number;
	register u64 a7 asm("a7") = BH_SBI_EXTENSION;
	u64 stvec;

	/* DISABLE comes back by a fault, with stvec behind the ECALL; the others leave stvec as it is. */
	asm volatile(".option push\n"
		     ".option norvc\n"
		     "csrr	%6, stvec\n"
		     ".option rvc\n"
		     ".balign	4\n"
		     ".option norvc\n"
		     "ecall\n"
		     "csrw	stvec, %6\n"
		     "sfence.vma\n"
		     ".option pop\n"
		     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "=&r"(stvec)
		     : "r"(a6), "r"(a7)
		     : "memory");
	call->code = a0;
	call->value[0] = a1;
	call->value[1] = a2;
	call->value[2] = a3;
	call->value[3] = a4;
	call->value[4] = a5;
}

enum arch_owner arch_owner(u64 *answer)
{
	struct arch_call call = { .number = BH_HC_INFO };

	arch_hypercall(&call);
	if (answer)
		*answer = call.code;
	if (call.code == BH_E_OK && call.value[0] == BH_HYPERCALL_MAGIC)
		return ARCH_OWNER_BULKHEAD;
	return call.code == (u64)SBI_ERR_NOT_SUPPORTED ? ARCH_OWNER_STUB : ARCH_OWNER_OTHER;
}

/* Harts see each other's caches, and so does the hypervisor, which maps its memory as the kernel did. */
void arch_clean(const void *start, size_t size)
{
	mb();
}

void arch_sync_code(void)
{
	flush_icache_all();
}

/* The kernel's own table of hart ids is not exported: the device tree's node of the CPU says it. */
u64 arch_hwid(unsigned int cpu)
{
	struct device_node *node = of_get_cpu_node(cpu, NULL);
	const __be32 *reg;
	u64 hwid = BH_NO_HWID;

	if (!node)
		return BH_NO_HWID;
	reg = of_get_property(node, "reg", NULL);
	if (reg)
		hwid = of_read_number(reg, of_n_addr_cells(node));
	of_node_put(node);
	return hwid;
}

u64 arch_this_hwid(void)
{
	return arch_hwid(raw_smp_processor_id());
}

u64 arch_ticks(void)
{
	return get_cycles64();
}

u64 arch_ticks_per_ms(void)
{
	return max(riscv_timebase / 1000, 1ul);
}

/*
 * A kernel with the H extension runs in HS-mode and may read its registers. KVM, once it is loaded, has
 * delegated traps; from then on a guest may come at any time.
 */
static void check_owner(struct preflight *preflight)
{
	enum arch_owner owner;
	u64 answer, used = 0;

	preempt_disable();
	owner = arch_owner(&answer);
	if (owner == ARCH_OWNER_STUB && riscv_isa_extension_available(NULL, h))
		used = csr_read(CSR_HGATP) | csr_read(CSR_HIDELEG) | csr_read(CSR_HEDELEG);
	preempt_enable();

	if (owner == ARCH_OWNER_BULKHEAD)
		preflight_refuse(preflight, BH_E_ENABLED, BH_OBJ_PLATFORM);
	else if (owner == ARCH_OWNER_OTHER)
		preflight_add(preflight, BH_PRE_FIRMWARE, answer);
	else if (!riscv_isa_extension_available(NULL, h))
		preflight_add(preflight, BH_PRE_NO_H, 0);
	if (used || preflight_kvm_device())
		preflight_add(preflight, BH_PRE_KVM_LOADED, used);
}

/* Without HSM no hart can change hands; IPIs and fences reach the others through the firmware. */
static void check_firmware(struct preflight *preflight)
{
	static const unsigned long needed[] = { SBI_EXT_HSM, SBI_EXT_IPI, SBI_EXT_RFENCE };

	for (int i = 0; i < ARRAY_SIZE(needed); i++)
		if (sbi_probe_extension(needed[i]) <= 0)
			preflight_add(preflight, BH_PRE_FIRMWARE, needed[i]);
}

static const struct of_device_id controllers[] = {
	{ .compatible = "sifive,plic-1.0.0", .data = (void *)BH_RISCV_PLIC },
	{ .compatible = "riscv,plic0", .data = (void *)BH_RISCV_PLIC },
	{ .compatible = "thead,c900-plic", .data = (void *)BH_RISCV_PLIC },
	{ .compatible = "riscv,aplic", .data = (void *)BH_RISCV_APLIC },
	{ }
};

/* The hart of a node riscv,cpu-intc. */
static u64 hart_of(struct device_node *intc)
{
	struct device_node *cpu = of_get_parent(intc);
	const __be32 *reg = cpu ? of_get_property(cpu, "reg", NULL) : NULL;
	u64 hart = reg ? of_read_number(reg, of_n_addr_cells(cpu)) : BH_NO_HWID;

	of_node_put(cpu);
	return hart;
}

/* Index of @hart's external interrupt of S-mode among the controller's outputs; -1: it has none. */
static int output_of(struct device_node *node, u64 hart)
{
	struct of_phandle_args args;

	for (int i = 0; !of_parse_phandle_with_args(node, "interrupts-extended", "#interrupt-cells", i, &args);
	     i++) {
		bool found = args.args[0] == IRQ_S_EXT && hart_of(args.np) == hart;

		of_node_put(args.np);
		if (found)
			return i;
	}
	return -1;
}

/*
 * The controller that delivers to S-mode: of the APLIC's domains the one whose outputs are those of S-mode,
 * or messages. M-mode's is not Linux' business, and its node may be there.
 */
static struct device_node *find_controller(unsigned long *kind)
{
	const struct of_device_id *match;
	struct device_node *node;

	for_each_matching_node_and_match(node, controllers, &match) {
		*kind = (unsigned long)match->data;
		if (*kind == BH_RISCV_APLIC && of_property_present(node, "msi-parent"))
			*kind = BH_RISCV_IMSIC;
		if (of_device_is_available(node) &&
		    (*kind == BH_RISCV_IMSIC || output_of(node, arch_hwid(0)) >= 0))
			return node;
	}
	return NULL;
}

static void check_contexts(struct preflight *preflight, const struct bh_config_riscv *config,
			   struct device_node *node)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		u64 hart = arch_hwid(cpu);

		if (hart != BH_NO_HWID &&
		    output_of(node, hart) != config->context_first + config->context_step * hart)
			preflight_add(preflight, BH_PRE_INTC, hart);
	}
}

static void check_controller(struct preflight *preflight, const struct bh_config_riscv *config)
{
	unsigned long kind;
	struct device_node *node = find_controller(&kind);
	struct resource res;

	if (!node) {
		preflight_add(preflight, BH_PRE_INTC, 0);
		return;
	}
	if (kind != config->intc)
		preflight_add(preflight, BH_PRE_INTC, kind);
	else if (of_address_to_resource(node, 0, &res) || res.start != config->domain.base)
		preflight_add(preflight, BH_PRE_INTC, res.start);
	else if (kind != BH_RISCV_IMSIC)
		check_contexts(preflight, config, node);
	of_node_put(node);
	if (riscv_timebase != config->timebase_hz)
		preflight_add(preflight, BH_PRE_BOARD, riscv_timebase);
}

void arch_preflight(struct preflight *preflight, const struct bh_config_system *system)
{
	check_owner(preflight);
	check_firmware(preflight);
	check_controller(preflight, &system->riscv);
}

unsigned int arch_event_irq(u32 number)
{
	struct of_phandle_args args = { 0 };
	unsigned long kind;
	unsigned int irq;
	u32 cells = 0;

	args.np = find_controller(&kind);
	if (!args.np)
		return 0;
	of_property_read_u32(args.np, "#interrupt-cells", &cells);
	args.args_count = cells;
	args.args[0] = number;
	if (cells > 1)
		args.args[1] = IRQ_TYPE_EDGE_RISING;
	irq = cells && cells < MAX_PHANDLE_ARGS ? irq_create_of_mapping(&args) : 0;
	of_node_put(args.np);
	/* One that was kept is as it was, and its controller is not: that is the hypervisor's, and new. */
	if (irq && kind == BH_RISCV_IMSIC)
		irq_set_irq_type(irq, IRQ_TYPE_EDGE_RISING);
	return irq;
}

/*
 * Of an APLIC that sends messages, Linux 6.12 never gives the descriptor of a message back, and it has as many as there
 * are sources: after some eighty times nobody would get an interrupt any more. So it is kept, and found the next time.
 */
void arch_event_irq_release(unsigned int irq, u32 number)
{
	unsigned long kind = 0;
	struct device_node *node = find_controller(&kind);

	of_node_put(node);
	if (kind != BH_RISCV_IMSIC)
		irq_dispose_mapping(irq);
}
