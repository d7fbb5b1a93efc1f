// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/vcpu.h>

#include <arch/cpu.h>
#include <asm/csr.h>
#include <asm/intc.h>
#include <asm/interrupts.h>
#include <asm/vcpu.h>
#include <lib/string.h>

static void clear_frame(void)
{
	memset(percpu_frame(), 0, sizeof(struct frame));
}

/* As SBI HSM says: a0 = hart id, a1 = argument, satp 0, interrupts off, supervisor mode. */
void arch_vcpu_start(struct cell_arch *cell, unsigned int vcpu, uint64_t entry, uint64_t arg)
{
	handover_reset();
	traps_load(cell, vcpu);
	intc_cpu_load(cell, vcpu, 0);
	interrupts_start();
	clear_frame();
	percpu_frame()->x[REG_A0] = cell->hwid[vcpu];
	percpu_frame()->x[REG_A1] = arg;
	csr_write(CSR_SEPC, entry);
	csr_set(CSR_SSTATUS, SSTATUS_SPP);
	percpu()->phase = PERCPU_RUNNING;
}

void arch_vcpu_park(void)
{
	intc_cpu_unload();
	interrupts_park();
	handover_reset();
	traps_unload();
	clear_frame();
}

void arch_vcpu_suspend(void)
{
	interrupts_suspend();
}

void arch_vcpu_resume(uint64_t behind)
{
	csr_write(CSR_HTIMEDELTA, -behind);
	interrupts_resume();
}
