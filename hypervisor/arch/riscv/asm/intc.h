/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interrupt controller for wires that the board has, PLIC or APLIC: the rest of arch/riscv names none. Which one
 * it is, is found out once, at enable. What runs for every interrupt does not come through here.
 */
#ifndef ASM_INTC_H
#define ASM_INTC_H

#include <arch/types.h>
#include <arch/upcall.h>
#include <asm/aplic_cell.h>
#include <asm/percpu.h>
#include <bulkhead/config.h>
#include <bulkhead/errors.h>

/** System step: map it. Return: 0 or error code. */
int intc_probe(void);
void intc_unprobe(void);

/** CPU step: has this hart what the controller needs? Return: 0 or error code. */
int intc_check(void);

/** Highest source. */
uint32_t intc_sources(void);

/** As arch/cell.h says. @config NULL: root. */
int intc_cell_init(struct cell_arch *cell, const struct bh_config_cell *config);

/** Root's windows that need stage 2. Context: as arch_root_intc_init(). */
int intc_root_map(struct cell_arch *root);

/** An access of the running vCPU. Return: 1 handled, 0 not ours. */
int intc_mmio(struct mmio_access *access);

/**
 * The executing CPU becomes (no longer is) vCPU @vcpu of @cell. Context: traps_load() was called.
 * @adopt: it is programmed by the kernel that runs here, and stays as it is.
 */
void intc_cpu_load(struct cell_arch *cell, unsigned int vcpu, int adopt);
void intc_cpu_unload(void);

/** Back to the kernel: once, while all of root's CPUs are here, and then on each of them. */
void intc_system_leave(struct cell_arch *root);
void intc_cpu_leave(void);

/** Whose vCPU the CPU in @slot is at the moment, NULL: nobody's. Any CPU. */
const struct cell_arch *intc_cell_on(unsigned int slot);

/** What the controllers call when a vCPU is loaded; @cell NULL: unloaded. Context: the cell's lock. */
void intc_note(unsigned int slot, const struct cell_arch *cell);

/** Has a line of a virtual device something that the vCPU on this CPU must claim? Asked at every claim. */
static inline int intc_has_pending(void)
{
	const struct percpu *self = percpu();

	return self->line ? __atomic_load_n(self->line, __ATOMIC_RELAXED) != 0 :
			    aplic_cell_has_pending(self->cell, self->vcpu);
}

#endif
