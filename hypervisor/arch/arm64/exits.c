// SPDX-License-Identifier: GPL-2.0-or-later
/* Exits that need all of the frame: what happened, and who answers it. */
#include <asm/entry.h>

#include <arch/upcall.h>
#include <arch/vcpu.h>
#include <asm/sysreg.h>
#include <asm/vcpu.h>
#include <core/emulate.h>

#define EC_FIRST_OTHER 0x1fu /* classes below are instructions that trapped */

static uint64_t leaving(void)
{
	return percpu()->phase == PERCPU_LEAVING;
}

static int is_ours(const struct frame *frame)
{
	return frame->x[0] >= BH_HYPERCALL_BASE && frame->x[0] < BH_HYPERCALL(0x1000u) &&
	       frame->x[1] == BH_HYPERCALL_MAGIC;
}

static const struct emulate_abi abi = {
	.base = BH_HYPERCALL_BASE,
	.number = 0,
	.argument = { 2, 3, 4, 5, 6 },
	.result = 0,
	.value = { 1, 2, 3, 4, 5 },
};

static void hypercall(struct frame *frame)
{
	percpu()->stats->count[BH_STAT_HYPERCALL]++;
#ifdef MUTANT_FAULT_AT_EL2
	/* A bug of ours: guests' hypercalls go astray; root's to suspend a cell does so in control/hypercall.c. */
	if (!percpu()->cell->is_root)
		*(volatile uint64_t *)0x4000 = 1;
#endif
	emulate_hypercall(frame->x, &abi);
}

static void unexpected(uint64_t esr)
{
	if (ESR_EC(esr) < EC_FIRST_OTHER)
		arch_vcpu_inject_undefined();
	else
		violation_report(BH_REASON_BAD_TRAP, 0, ESR_EC(esr), 0, "exception that no guest can raise");
}

/* Exceptions at EL2 overwrite these; with them here, fault.c can go back to the guest all the same. */
static void remember_exit(uint64_t esr)
{
	percpu()->exit.esr = esr;
	percpu()->exit.pc = sysreg_read("elr_el2");
	percpu()->exit.pstate = sysreg_read("spsr_el2");
	percpu()->exit.is_valid = 1;
}

static void dispatch(struct frame *frame, uint64_t esr)
{
	switch (ESR_EC(esr)) {
	case EC_DATA_ABORT_LOWER:
		mmio_data_abort(frame, esr);
		break;
	case EC_HVC:
		if (is_ours(frame))
			hypercall(frame);
		else
			smccc_call(frame);
		break;
	case EC_SMC:
		inject_skip(); /* before the call: afterwards ELR_EL2 may be that of another context */
		smccc_call(frame);
		break;
	case EC_SYSREG:
		sysreg_trap(frame, esr);
		break;
	case EC_INST_ABORT_LOWER:
		mmio_instruction_abort(esr);
		break;
	default:
		unexpected(esr);
		break;
	}
}

uint64_t exit_sync(struct frame *frame, uint64_t esr)
{
	percpu()->stats->count[BH_STAT_TOTAL]++;
	remember_exit(esr);
	dispatch(frame, esr);
	percpu()->exit.is_valid = 0;
	return leaving();
}

uint64_t exit_kick(void)
{
	remember_exit(0);
	upcall_service();
	percpu()->exit.is_valid = 0;
	return leaving();
}
