// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/intc.h>

#include <arch/cell.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <asm/aplic.h>
#include <asm/aplic_cell.h>
#include <asm/imsic.h>
#include <asm/percpu.h>
#include <asm/plic.h>
#include <asm/vplic.h>
#include <core/image.h>
#include <core/log.h>
#include <lib/errors.h>

/**
 * struct intc - a kind of controller
 * @guest_size: bytes of a guest's window with @vcpus vCPUs. The rest: as asm/intc.h says.
 */
struct intc {
	const char *name;
	int (*probe)(void);
	void (*unprobe)(void);
	uint64_t (*guest_size)(uint32_t vcpus);
	void (*cell_init)(struct cell_arch *cell, const struct bh_config_cell *config);
	void (*cell_reset)(struct cell_arch *cell);
	int (*mmio)(struct mmio_access *access);
	void (*cpu_load)(struct cell_arch *cell, unsigned int vcpu, int adopt);
	void (*cpu_unload)(void);
	void (*system_leave)(struct cell_arch *root);
	void (*assign)(struct cell_arch *cell, uint32_t source);
	void (*release)(struct cell_arch *cell, uint32_t source);
	void (*add_line)(struct cell_arch *cell, uint32_t source);
	void (*set_line)(struct cell_arch *cell, uint32_t source, int level);
};

static uint64_t plic_guest_size(uint32_t vcpus)
{
	return VPLIC_SIZE(vcpus);
}

/* The real PLIC is as the kernel programmed it. */
static void plic_leave(struct cell_arch *root)
{
	(void)root;
}

static const struct intc plic = {
	.name = "PLIC",
	.probe = plic_probe,
	.unprobe = plic_unprobe,
	.guest_size = plic_guest_size,
	.cell_init = vplic_cell_init,
	.cell_reset = vplic_cell_reset,
	.mmio = vplic_mmio,
	.cpu_load = vplic_cpu_load,
	.cpu_unload = vplic_cpu_unload,
	.system_leave = plic_leave,
	.assign = vplic_assign,
	.release = vplic_release,
	.add_line = vplic_add_line,
	.set_line = vplic_set_line,
};

static const struct intc aplic = {
	.name = "APLIC",
	.probe = aplic_probe,
	.unprobe = aplic_unprobe,
	.guest_size = aplic_guest_size,
	.cell_init = aplic_cell_init,
	.cell_reset = aplic_cell_reset,
	.mmio = aplic_cell_mmio,
	.cpu_load = aplic_cpu_load,
	.cpu_unload = aplic_cpu_unload,
	.system_leave = aplic_system_leave,
	.assign = aplic_cell_assign,
	.release = aplic_cell_release,
	.add_line = aplic_cell_add_line,
	.set_line = aplic_cell_set_line,
};

/* Constant after intc_probe(). */
static const struct intc *intc = &plic;
static int has_imsic;

static const struct bh_config_riscv *board(void)
{
	return &image_config()->riscv;
}

/* Which cell's vCPU each hart is: written by that hart under the cell's lock, read by whoever programs it. */
static const struct cell_arch *loaded[CONFIG_MAX_CPUS];

const struct cell_arch *intc_cell_on(unsigned int slot)
{
	return __atomic_load_n(&loaded[slot], __ATOMIC_ACQUIRE);
}

void intc_note(unsigned int slot, const struct cell_arch *cell)
{
	__atomic_store_n(&loaded[slot], cell, __ATOMIC_RELEASE);
}

uint32_t intc_sources(void)
{
	return board()->sources;
}

int intc_probe(void)
{
	int code;

	if (board()->intc < BH_RISCV_PLIC || board()->intc > BH_RISCV_IMSIC) {
		log_error("enable: interrupt controller of type %u: there are 1 (PLIC), 2 (APLIC) and 3 (IMSIC)",
			  board()->intc);
		return BH_E_HARDWARE;
	}
	intc = board()->intc == BH_RISCV_PLIC ? &plic : &aplic;
	has_imsic = board()->intc == BH_RISCV_IMSIC;
	code = intc->probe();
	if (!code && has_imsic)
		code = imsic_probe();
	if (!code)
		log_info("interrupts: %s%s, %u sources", intc->name, has_imsic ? " and IMSIC" : "", intc_sources());
	return code;
}

void intc_unprobe(void)
{
	if (has_imsic)
		imsic_unprobe();
	intc->unprobe();
}

int intc_check(void)
{
	return has_imsic ? imsic_check() : BH_E_OK;
}

int arch_cell_check(const struct bh_config_cell *config, struct bh_error *error)
{
	const uint64_t space_end = 1ull << arch_phys_bits(), size = intc->guest_size(config->cpus.count);
	const struct bh_config_cell_riscv *wanted = &config->riscv;

	if (!wanted->intc)
		return BH_E_OK;
	if (wanted->intc != board()->intc)
		return error_set(error, BH_E_HARDWARE, BH_OBJ_INTC, 0, wanted->intc, board()->intc);
	if (wanted->sources > intc_sources())
		return error_set(error, BH_E_IRQ, BH_OBJ_INTC, 0, wanted->sources, intc_sources());
	if (wanted->domain >= space_end || size > space_end - wanted->domain)
		return error_set(error, BH_E_RANGE, BH_OBJ_INTC, 0, wanted->domain, space_end - 1);
	return has_imsic ? imsic_cell_check(config, error) : BH_E_OK;
}

int intc_cell_init(struct cell_arch *cell, const struct bh_config_cell *config)
{
	intc->cell_init(cell, config);
	return has_imsic && config && config->riscv.intc ? imsic_cell_map(cell, config) : BH_E_OK;
}

void arch_cell_reset(struct cell_arch *cell)
{
	intc->cell_reset(cell);
}

int intc_root_map(struct cell_arch *root)
{
	return has_imsic ? imsic_root_map(root) : BH_E_OK;
}

int intc_mmio(struct mmio_access *access)
{
	return intc->mmio(access);
}

/* The hart's file first: what the APLIC is programmed to send finds it open. */
void intc_cpu_load(struct cell_arch *cell, unsigned int vcpu, int adopt)
{
	percpu()->has_imsic = (uint32_t)has_imsic;
	if (has_imsic)
		imsic_cpu_load(cell, adopt);
	intc->cpu_load(cell, vcpu, adopt);
}

void intc_cpu_unload(void)
{
	intc->cpu_unload();
	if (has_imsic)
		imsic_cpu_unload();
}

void intc_system_leave(struct cell_arch *root)
{
	intc->system_leave(root);
}

void intc_cpu_leave(void)
{
	if (has_imsic)
		imsic_cpu_leave();
}

int arch_irq_valid(uint32_t irq)
{
	return irq > 0 && irq <= intc_sources();
}

void arch_irq_assign(struct cell_arch *cell, uint32_t source)
{
	intc->assign(cell, source);
}

void arch_irq_release(struct cell_arch *cell, uint32_t source)
{
	intc->release(cell, source);
}

void arch_irq_add_virtual(struct cell_arch *cell, uint32_t source)
{
	intc->add_line(cell, source);
}

void arch_irq_set(struct cell_arch *cell, uint32_t source, int level)
{
	intc->set_line(cell, source, level);
}
