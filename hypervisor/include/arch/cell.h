/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a cell has of its architecture: stage 2, virtual interrupt controller, vCPU state. */
#ifndef ARCH_CELL_H
#define ARCH_CELL_H

#include <arch/types.h>
#include <bulkhead/config.h>
#include <bulkhead/errors.h>
#include <lib/addr.h>

struct page_table;

/**
 * arch_cell_check() - can this architecture run such a cell, with so many vCPUs (guest_check())? Pure.
 * @config has passed config_check_cell(). Fills @error.  Return: 0 or error code.
 */
int arch_cell_check(const struct bh_config_cell *config, struct bh_error *error);

/**
 * arch_cell_init() - set up the architecture's part; everything zero before
 * @config: NULL for the root cell.  @id: cell id, also the VMID tag (id + 1).
 * Allocates the stage-2 root, virtual interrupt controller state...
 * Return: 0 or BH_E_NO_MEMORY with everything undone. Context: control lock.
 */
int arch_cell_init(struct cell_arch *cell, const struct bh_config_cell *config, unsigned int id,
		   struct bh_error *error);

/** Undo arch_cell_init(). No CPU of the cell runs; stage 2 is empty but for tables. */
void arch_cell_exit(struct cell_arch *cell);

/** The cell's stage-2 table, for the walker. */
static inline struct page_table *arch_cell_stage2(struct cell_arch *cell)
{
	return &cell->stage2;
}

/** Give vCPU @vcpu of the cell the CPU in @slot (wiring of ids only; nothing runs). */
void arch_cell_set_vcpu(struct cell_arch *cell, unsigned int vcpu, unsigned int slot);

/**
 * Reset all virtual state of a stopped cell (interrupt controller) to power-on values before it starts
 * (again).
 */
void arch_cell_reset(struct cell_arch *cell);

/**
 * arch_root_intc_init() - take from root what its interrupt controller reads and writes by physical address
 * Such engines pass stage 2 by: what the kernel has set up is checked and becomes the hypervisor's to change.
 * Context: enable, first CPU; root's stage 2 is mapped, not in use. Return: 0 or error code with everything undone.
 */
int arch_root_intc_init(void);

/** Undo it. No CPU uses root's stage 2. */
void arch_root_intc_exit(void);

/**
 * arch_platform_range() - physical ranges that no cell may map, by index
 * Interrupt controller frames (trapped), the hypervisor's debug UART.
 * Return: 1 and *range, or 0 when @index is past the last one.
 */
int arch_platform_range(unsigned int index, struct bh_config_range *range);

#endif
