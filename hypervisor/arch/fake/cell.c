// SPDX-License-Identifier: GPL-2.0-or-later
/* Cells and their vCPUs: nothing runs, everything is recorded. */
#include "fake.h"

#include <arch/cell.h>
#include <arch/cpu.h>
#include <arch/enable.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <arch/vcpu.h>
#include <core/pagetable.h>
#include <lib/errors.h>
#include <string.h>

static struct cell_arch *root;

void fake_reset_cells(void)
{
	root = NULL;
}

struct cell_arch *fake_root(void)
{
	return root;
}

int arch_cell_check(const struct bh_config_cell *config, struct bh_error *error)
{
	return BH_E_OK;
}

/* Root starts with all interrupts of the machine. */
static void adopt_irqs(struct cell_arch *cell)
{
	for (uint32_t irq = 0; irq < FAKE_IRQS; irq++) {
		if (arch_irq_valid(irq))
			arch_irq_assign(cell, irq);
	}
}

int arch_cell_init(struct cell_arch *cell, const struct bh_config_cell *config, unsigned int id,
		   struct bh_error *error)
{
	if (cell->stage2.root)
		fake_fatal("cell %u is set up twice", id);
	if (pt_init(&cell->stage2, arch_pt_stage2(), id + 1))
		return error_set(error, BH_E_NO_MEMORY, BH_OBJ_CELL, id, cell->stage2.pages, 0);
	cell->id = id;
	cell->is_root = !config;
	cell->vcpu_count = config ? config->cpus.count : fake_cpu_total();
	if (!config) {
		root = cell;
		adopt_irqs(cell);
	}
	arch_tlb_invalidate_vmid(id + 1);
	fake_count(cell_init);
	return BH_E_OK;
}

static void release_irqs(struct cell_arch *cell)
{
	for (uint32_t irq = 0; irq < FAKE_IRQS; irq++) {
		if (arch_irq_valid(irq) && fake_irq_owner(irq) == (int)cell->id)
			arch_irq_release(cell, irq);
	}
}

void arch_cell_exit(struct cell_arch *cell)
{
	if (!cell->stage2.root)
		fake_fatal("a cell is taken down that was not set up");
	release_irqs(cell);
	pt_exit(&cell->stage2);
	if (root == cell)
		root = NULL;
	memset(cell, 0, sizeof(*cell));
	fake_count(cell_exit);
}

void arch_cell_set_vcpu(struct cell_arch *cell, unsigned int vcpu, unsigned int slot)
{
	if (vcpu >= cell->vcpu_count || slot >= fake_cpu_total())
		fake_fatal("cell %u has no vCPU %u, or the machine no CPU %u", cell->id, vcpu, slot);
	cell->slot[vcpu] = (uint16_t)slot;
}

void arch_cell_reset(struct cell_arch *cell)
{
	for (unsigned int irq = 0; irq < FAKE_IRQS; irq++) {
		__atomic_store_n(&cell->level[irq], 0, __ATOMIC_RELAXED);
		__atomic_store_n(&cell->edges[irq], 0, __ATOMIC_RELAXED);
	}
	cell->resets++;
}

int arch_root_intc_init(void)
{
	return BH_E_OK;
}

void arch_root_intc_exit(void)
{
}

int arch_platform_range(unsigned int index, struct bh_config_range *range)
{
	if (index > 0)
		return 0;
	*range = (struct bh_config_range){ FAKE_INTC_BASE, FAKE_INTC_SIZE };
	return 1;
}

/* vCPUs -------------------------------------------------------------------------------------------- */

static void count_start(struct fake_cpu_view *view, void *argument)
{
	view->starts++;
}

void arch_vcpu_start(struct cell_arch *cell, unsigned int vcpu, uint64_t entry, uint64_t arg)
{
	if (!cell->stage2.root || vcpu >= cell->vcpu_count)
		fake_fatal("CPU %u starts vCPU %u of a cell that has no such", arch_cpu_self(), vcpu);
	if (cell->slot[vcpu] != arch_cpu_self())
		fake_fatal("CPU %u starts vCPU %u of cell %u, which was given to CPU %u", arch_cpu_self(),
			   vcpu, cell->id, cell->slot[vcpu]);
	fake_set_context(cell, vcpu, entry, arg);
	fake_update(count_start, NULL);
}

static void count_park(struct fake_cpu_view *view, void *argument)
{
	view->parks++;
}

void arch_vcpu_park(void)
{
	fake_drop_context();
	fake_update(count_park, NULL);
}

static void suspend(struct fake_cpu_view *view, void *argument)
{
	if (!view->has_context || view->suspended)
		fake_fatal("CPU %u has no running guest to suspend", arch_cpu_self());
	view->suspended = 1;
	view->suspends++;
}

void arch_vcpu_suspend(void)
{
	fake_update(suspend, NULL);
}

static void resume(struct fake_cpu_view *view, void *argument)
{
	if (!view->has_context || !view->suspended)
		fake_fatal("CPU %u has no suspended guest to resume", arch_cpu_self());
	view->suspended = 0;
	view->behind = *(const uint64_t *)argument;
	view->resumes++;
}

void arch_vcpu_resume(uint64_t behind)
{
	fake_update(resume, &behind);
}

static void inject(struct fake_cpu_view *view, void *argument)
{
	view->faults++;
	view->fault_address = *(const uint64_t *)argument;
}

void arch_vcpu_inject_fault(uint64_t address, int is_write)
{
	fake_update(inject, &address);
}

void arch_vcpu_inject_undefined(void)
{
	arch_vcpu_inject_fault(0, 0);
}

void arch_vcpu_explain(struct bh_record *record)
{
	record->pc = 0;
	record->syndrome = 0;
}
