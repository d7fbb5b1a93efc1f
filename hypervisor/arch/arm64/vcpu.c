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
	traps_unload();
	handover_reset();
	clear_frame();
}

/*
 * Time stands still while a cell is suspended: from when its last CPU stopped to when the first goes on. The
 * offset is the cell's, so that its CPUs never disagree. Root is never suspended.
 */
void arch_vcpu_suspend(void)
{
	struct cell_arch *cell = percpu()->cell;
	uint64_t now = arch_time_now();
	uint64_t last = __atomic_load_n(&cell->stopped_at, __ATOMIC_RELAXED);

	while (last < now && !__atomic_compare_exchange_n(&cell->stopped_at, &last, now, 0, __ATOMIC_ACQ_REL,
							  __ATOMIC_RELAXED))
		;
}

void arch_vcpu_resume(void)
{
	struct cell_arch *cell = percpu()->cell;
	uint64_t stopped = __atomic_exchange_n(&cell->stopped_at, 0, __ATOMIC_ACQ_REL);

	if (stopped)
		__atomic_fetch_add(&cell->time_offset, arch_time_now() - stopped, __ATOMIC_ACQ_REL);
	sysreg_write("cntvoff_el2", __atomic_load_n(&cell->time_offset, __ATOMIC_ACQUIRE));
}
