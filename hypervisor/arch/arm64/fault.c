// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's own faults: evidence first, then the smallest possible damage. */
#include <asm/entry.h>

#include <arch/upcall.h>
#include <arch/vcpu.h>
#include <asm/sysreg.h>
#include <asm/vcpu.h>
#include <core/crash.h>
#include <core/info.h>
#include <core/step.h>

/* @frame: registers at the fault; x[31] is the stack pointer. */
uint64_t fault_el2(struct frame *frame, uint64_t vector)
{
	const struct crash crash = {
		.what = "exception at EL2, vector",
		.number = (unsigned int)vector,
		.pc = sysreg_read("elr_el2"),
		.syndrome = sysreg_read("esr_el2"),
		.address = sysreg_read("far_el2"),
		.registers = frame->x,
		.count = 32,
	};

	crash_take(&crash);
	if (percpu()->phase != PERCPU_ENTERING)
		return 0;
	step_failed("exception at EL2", BH_E_HARDWARE, NULL);
	return 1;
}

/* Make ELR_EL2 and SPSR_EL2 the guest's again. Return: 0 if nobody knows them any more. */
static int restore_exit(void)
{
	const struct exit *exit = &percpu()->exit;

	sysreg_write("elr_el2", exit->is_valid ? exit->pc : 0);
	sysreg_write("spsr_el2", exit->is_valid ? exit->pstate : SPSR_EL1H | SPSR_DAIF);
	return exit->is_valid != 0;
}

/*
 * The guest that was served fails. Root cannot be stopped: its hypercall fails, its interrupts come later; where it
 * wanted something else, or the exit was one of the short ones that keep no record, it gets an undefined instruction.
 */
void fault_report(void)
{
	struct bh_record record = *info_crash();
	int is_known = restore_exit();
	unsigned int class = ESR_EC(percpu()->exit.esr);

	percpu()->exit.is_valid = 0;
	if (upcall_violation(&record) == VIOLATION_INJECT) {
		if (is_known && class == EC_HVC)
			percpu_frame()->x[0] = BH_E_HARDWARE;
		else if (!is_known || percpu()->exit.esr)
			arch_vcpu_inject_undefined();
	}
	crash_over();
}
