// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/vcpu.h>

#include <arch/cpu.h>
#include <asm/gic.h>
#include <asm/sysreg.h>
#include <asm/vcpu.h>
#include <lib/string.h>

static void clear_frame(void)
{
	memset(percpu_frame(), 0, sizeof(struct frame));
}

void arch_vcpu_start(struct cell_arch *cell, unsigned int vcpu, uint64_t entry, uint64_t arg)
{
	handover_reset();
	traps_load(cell, vcpu);
	gic_cpu_reset(cell);
	clear_frame();
	percpu_frame()->x[0] = arg;
	sysreg_write("elr_el2", entry);
	sysreg_write("spsr_el2", SPSR_EL1H | SPSR_DAIF);
	percpu()->phase = PERCPU_RUNNING;
}

void arch_vcpu_park(void)
{
	gic_cpu_park();
	handover_reset(); /* before stage 2 goes: no walk by the guest's tables without it */
	traps_unload();
	clear_frame();
}

/*
 * Time stands still while a cell is suspended: from when its last CPU stopped to when the first goes on. The
 * offset is the cell's, so that its CPUs never disagree: whoever comes second waits until the first has added
 * to it. Root is never suspended.
 */
void arch_vcpu_suspend(void)
{
	struct cell_arch *cell = percpu()->cell;
	uint64_t now = arch_time_now();

	spin_lock(&cell->time_lock);
	if (cell->stopped_at < now)
		cell->stopped_at = now;
	spin_unlock(&cell->time_lock);
}

void arch_vcpu_resume(void)
{
	struct cell_arch *cell = percpu()->cell;

	spin_lock(&cell->time_lock);
	if (cell->stopped_at)
		__atomic_store_n(&cell->time_offset, cell->time_offset + arch_time_now() - cell->stopped_at,
				 __ATOMIC_RELAXED);
	cell->stopped_at = 0;
	sysreg_write("cntvoff_el2", cell->time_offset);
	spin_unlock(&cell->time_lock);
	/* Kicks that came meanwhile are used up; what they were for waits in the queues. */
	gic_kick(percpu()->slot);
}
