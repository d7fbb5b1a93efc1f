// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/vcpu.h>

#include <arch/cpu.h>
#include <asm/exits.h>
#include <asm/interrupts.h>
#include <asm/vcpu.h>
#include <asm/virt.h>
#include <bulkhead/config.h>
#include <core/cpu.h>
#include <core/stats.h>
#include <lib/string.h>

static void clear_frame(void)
{
	memset(percpu_frame(), 0, sizeof(struct frame));
}

void vcpu_load(struct cell_arch *cell, unsigned int vcpu)
{
	percpu()->cell = cell;
	percpu()->vcpu = vcpu;
	percpu()->stats = stats_of(percpu()->slot);
	percpu()->self = &cpu_get(percpu()->slot)->arch;
	virt()->set_cell(cell);
	virt()->set_offset(cell->is_root ? 0 : -vtime_offset(&cell->time));
	__atomic_store_n(&percpu()->self->running, cell, __ATOMIC_RELEASE);
}

/* As bulkhead/config.h says of each mode. */
static void begin(const struct cell_arch *cell, struct x86_state *state, uint64_t entry, uint64_t arg)
{
	uint64_t *reg = percpu_frame()->reg;

	switch (cell->mode) {
	case BH_X86_REAL:
		state_real(state, entry);
		break;
	case BH_X86_LONG:
		state_long(state, entry, cell->start);
		reg[REG_RDI] = reg[REG_RSI] = arg;
		break;
	default:
		state_protected(state, entry);
		reg[REG_RAX] = cell->start;
		reg[REG_RSI] = arg;
		reg[REG_RBX] = cell->start ? arg : 0;
		break;
	}
}

void arch_vcpu_start(struct cell_arch *cell, unsigned int vcpu, uint64_t entry, uint64_t arg)
{
	struct x86_state *state = &percpu()->state;

	clear_frame();
	if (arg == VCPU_ARG_STARTUP)
		state_startup(state, (unsigned int)(entry >> 12) & 0xff);
	else
		begin(cell, state, entry, arg);
	handover_reset();
	mmio_forget();
	virt_load(state);
	vcpu_load(cell, vcpu);
	lapic_start();
	percpu()->phase = PERCPU_RUNNING;
}

void arch_vcpu_park(void)
{
	__atomic_store_n(&percpu()->self->running, NULL, __ATOMIC_RELEASE);
	virt()->cancel();
	lapic_park();
	handover_reset();
	virt()->set_cell(NULL);
	clear_frame();
}

/* What comes in meanwhile waits in the local APIC. */
void arch_vcpu_suspend(void)
{
}

void arch_vcpu_resume(uint64_t behind)
{
	virt()->set_offset(-behind);
}

static void inject(unsigned int exception, uint32_t error)
{
	virt()->inject(exception, error);
	percpu_count(BH_STAT_INJECT);
}

void arch_vcpu_inject_fault(uint64_t address, int is_write)
{
	(void)address;
	(void)is_write;
	inject(EXCEPTION_GP, 0);
}

void arch_vcpu_inject_undefined(void)
{
	inject(EXCEPTION_UD, NO_ERROR_CODE);
}

void arch_vcpu_explain(struct bh_record *record)
{
	record->pc = virt()->get(VCPU_RIP);
	record->syndrome = percpu()->exit.reason;
}
