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

void arch_vcpu_suspend(void)
{
}

/* Kicks that came meanwhile are used up; what they were for waits in the queues. */
void arch_vcpu_resume(uint64_t behind)
{
	sysreg_write("cntvoff_el2", behind);
	gic_kick(percpu()->slot);
}
