// SPDX-License-Identifier: GPL-2.0-only
/*
 * AArch64. The hypervisor is entered by HVC_SOFT_RESTART of Linux' EL2 stub: our code runs at EL2 before
 * VBAR_EL2 changes, so that the hypervisor can save the old value and restore exactly it.
 */
#include "arch.h"

#include "preflight.h"

#include <asm/barrier.h>
#include <asm/cputype.h>
#include <asm/sysreg.h>
#include <asm/virt.h>
#include <linux/acpi.h>
#include <linux/arm-smccc.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/of_irq.h>

#define SPI_FIRST 32

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
	register u64 x0 asm("x0") = HVC_SOFT_RESTART;
	register u64 x1 asm("x1") = entry;
	register u64 x2 asm("x2") = arg;
	register u64 x3 asm("x3");
	register u64 x4 asm("x4") = read_sysreg(daif);

	/*
	 * Where to come back and with which mask goes along as arguments: what the stub's exception
	 * return holds is not always this caller's. x18 and up are preserved by the hypervisor.
	 */
	asm volatile("adr	%3, 1f\n"
		     "hvc	#0\n"
		     "1:\n"
		     : "+r"(x0), "+r"(x1), "+r"(x2), "=&r"(x3), "+r"(x4)
		     :
		     : "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
		       "x30", "memory", "cc");
	return (u32)x0;
}

void arch_hypercall(struct arch_call *call)
{
	register u64 x0 asm("x0") = BH_HYPERCALL(call->number);
	register u64 x1 asm("x1") = BH_HYPERCALL_MAGIC;
	register u64 x2 asm("x2") = call->arg[0];
	register u64 x3 asm("x3") = call->arg[1];
	register u64 x4 asm("x4") = call->arg[2];
	register u64 x5 asm("x5") = call->arg[3];
	register u64 x6 asm("x6") = call->arg[4];

	/* We keep x7..x17, but others that may answer need not. */
	asm volatile("hvc	#0\n"
		     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6)
		     :
		     : "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
		       "memory", "cc");
	call->code = x0;
	call->value[0] = x1;
	call->value[1] = x2;
	call->value[2] = x3;
	call->value[3] = x4;
	call->value[4] = x5;
}

enum arch_owner arch_owner(u64 *answer)
{
	/* Unknown to the stub (HVC_STUB_ERR) and to KVM (not supported), and harmless to both. */
	struct arch_call call = { .number = BH_HC_INFO };

	arch_hypercall(&call);
	if (answer)
		*answer = call.code;
	if (call.code == HVC_STUB_ERR)
		return ARCH_OWNER_STUB;
	if (call.code == BH_E_OK && call.value[0] == BH_HYPERCALL_MAGIC)
		return ARCH_OWNER_BULKHEAD;
	return ARCH_OWNER_OTHER;
}

/* dcache_clean_inval_poc() is not exported: the loop by hand, with the smallest line of all caches. */
void arch_clean(const void *start, size_t size)
{
	unsigned long line = 4ul << (read_sysreg(ctr_el0) >> 16 & 0xf);
	unsigned long end = (unsigned long)start + size;

	for (unsigned long at = (unsigned long)start & ~(line - 1); at < end; at += line)
		asm volatile("dc civac, %0" : : "r"(at) : "memory");
	dsb(sy);
}

void arch_sync_code(void)
{
	asm volatile("ic ialluis" : : : "memory");
	dsb(ish);
	isb();
}

u64 arch_this_hwid(void)
{
	return read_cpuid_mpidr() & MPIDR_HWID_BITMASK;
}

/* The kernel's own table of MPIDRs is not exported: the device tree's node of the CPU says it. */
u64 arch_hwid(unsigned int cpu)
{
	struct device_node *node = of_get_cpu_node(cpu, NULL);
	const __be32 *reg;
	u64 hwid = BH_NO_HWID;

	if (!node)
		return BH_NO_HWID;
	reg = of_get_property(node, "reg", NULL);
	if (reg)
		hwid = of_read_number(reg, of_n_addr_cells(node)) & MPIDR_HWID_BITMASK;
	of_node_put(node);
	return hwid;
}

u64 arch_ticks(void)
{
	isb();
	return read_sysreg(cntvct_el0);
}

u64 arch_ticks_per_ms(void)
{
	return read_sysreg(cntfrq_el0) / 1000;
}

static const struct of_device_id pscis[] = {
	{ .compatible = "arm,psci-1.0" },
	{ .compatible = "arm,psci-0.2" },
	{ }
};

/* The kernel tells its conduit only where firmware has SMCCC 1.1; the device tree always does. */
static enum arm_smccc_conduit psci_conduit(void)
{
	struct device_node *node = of_find_matching_node(NULL, pscis);
	enum arm_smccc_conduit conduit = SMCCC_CONDUIT_NONE;

	if (of_property_match_string(node, "method", "smc") >= 0)
		conduit = SMCCC_CONDUIT_SMC;
	else if (of_property_match_string(node, "method", "hvc") >= 0)
		conduit = SMCCC_CONDUIT_HVC;
	of_node_put(node);
	return conduit;
}

/*
 * Would an HVC be answered by the stub of a kernel that was started at EL2? Where there is no EL2 it is an
 * undefined instruction, so this looks for other traces first: the CPU says whether it has EL2; PSCI by HVC
 * means that somebody else sits there; and a kernel that was started at EL1 takes the virtual timer, one
 * that was started at EL2 and runs at EL1 the physical one.
 */
static bool started_at_el2(u64 *evidence)
{
	u64 pfr0 = read_sysreg_s(SYS_ID_AA64PFR0_EL1);
	bool virtual_timer;

	*evidence = pfr0;
	if (!(pfr0 >> 8 & 0xf))
		return false;
	*evidence = psci_conduit();
	if (*evidence == SMCCC_CONDUIT_HVC)
		return false;
	virtual_timer = read_sysreg(cntv_ctl_el0) & 1;
	*evidence = virtual_timer;
	return !virtual_timer;
}

static void check_el2(struct preflight *preflight)
{
	enum arch_owner owner;
	u64 evidence;
	bool free;

	if (read_sysreg(CurrentEL) == CurrentEL_EL2) {
		preflight_add(preflight, BH_PRE_VHE, 2);
		return;
	}
	preempt_disable();
	free = started_at_el2(&evidence);
	owner = free ? arch_owner(&evidence) : ARCH_OWNER_OTHER;
	preempt_enable();

	if (!free)
		preflight_add(preflight, BH_PRE_NO_HYP, evidence);
	else if (owner == ARCH_OWNER_OTHER && preflight_command_line("kvm-arm.mode=protected"))
		preflight_add(preflight, BH_PRE_PKVM, evidence);
	else if (owner == ARCH_OWNER_OTHER || preflight_kvm_device())
		preflight_add(preflight, BH_PRE_KVM, evidence);
	else if (owner == ARCH_OWNER_BULKHEAD)
		preflight_refuse(preflight, BH_E_ENABLED, BH_OBJ_PLATFORM);
}

static void check_features(struct preflight *preflight)
{
	u64 mmfr0 = read_sysreg_s(SYS_ID_AA64MMFR0_EL1);

	/* Pages of 4 KiB in both stages of translation. */
	if ((mmfr0 >> 28 & 0xf) == 0xf || (mmfr0 >> 40 & 0xf) == 1)
		preflight_add(preflight, BH_PRE_FEATURE, mmfr0);
	/* Without PSCI no CPU can change hands. */
	if (psci_conduit() == SMCCC_CONDUIT_NONE)
		preflight_add(preflight, BH_PRE_FEATURE, 0);
}

static const struct of_device_id gics[] = {
	{ .compatible = "arm,gic-v3", .data = (void *)BH_GIC_V3 },
	{ .compatible = "arm,gic-400", .data = (void *)BH_GIC_V2 },
	{ .compatible = "arm,cortex-a15-gic", .data = (void *)BH_GIC_V2 },
	{ .compatible = "arm,cortex-a7-gic", .data = (void *)BH_GIC_V2 },
	{ }
};

static bool gic_window_fits(struct preflight *preflight, struct device_node *node, int index, u64 base)
{
	struct resource res;

	if (!of_address_to_resource(node, index, &res) && res.start == base)
		return true;
	preflight_add(preflight, BH_PRE_INTC, of_address_to_resource(node, index, &res) ? 0 : res.start);
	return false;
}

static void check_gic(struct preflight *preflight, const struct bh_config_gic *gic)
{
	const struct of_device_id *match;
	struct device_node *node = of_find_matching_node_and_match(NULL, gics, &match);
	unsigned long version;

	if (!node) {
		preflight_add(preflight, BH_PRE_INTC, 0);
		return;
	}
	version = (unsigned long)match->data;
	if (version != gic->version)
		preflight_add(preflight, BH_PRE_INTC, version);
	else if (gic_window_fits(preflight, node, 0, gic->gicd.base) && version == BH_GIC_V3)
		gic_window_fits(preflight, node, 1, gic->gicr.base);
	else if (version == BH_GIC_V2 && gic_window_fits(preflight, node, 1, gic->gicc.base) &&
		 gic_window_fits(preflight, node, 2, gic->gich.base))
		gic_window_fits(preflight, node, 3, gic->gicv.base);
	of_node_put(node);
}

void arch_preflight(struct preflight *preflight, const struct bh_config_system *system)
{
	check_el2(preflight);
	check_features(preflight);
	check_gic(preflight, &system->gic);
}

unsigned int arch_event_irq(u32 number)
{
	struct of_phandle_args args = { .args_count = 3 };
	unsigned int irq;

	if (number < SPI_FIRST)
		return 0;
	args.np = of_find_matching_node(NULL, gics);
	if (!args.np)
		return 0;
	args.args[0] = 0; /* SPI */
	args.args[1] = number - SPI_FIRST;
	args.args[2] = IRQ_TYPE_EDGE_RISING;
	irq = irq_create_of_mapping(&args);
	of_node_put(args.np);
	return irq;
}

void arch_event_irq_release(unsigned int irq, u32 number)
{
	irq_dispose_mapping(irq);
}
