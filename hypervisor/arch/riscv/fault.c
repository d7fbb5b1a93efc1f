// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's own faults: evidence first, then the smallest possible damage. */
#include <asm/entry.h>

#include <arch/upcall.h>
#include <asm/csr.h>
#include <asm/vcpu.h>
#include <core/crash.h>
#include <core/info.h>
#include <core/step.h>

uint64_t fault_hv(struct frame *frame, uint64_t cause)
{
	const struct crash crash = {
		.what = "trap in HS-mode, cause",
		.number = (unsigned int)cause,
		.pc = csr_read(CSR_SEPC),
		.syndrome = cause,
		.address = csr_read(CSR_STVAL),
		.registers = frame->x,
		.count = 32,
	};

	crash_take(&crash);
	if (percpu()->phase != PERCPU_ENTERING)
		return 0;
	step_failed("trap in HS-mode", BH_E_HARDWARE, NULL);
	return 1;
}

/* Make the CSRs the guest's again. Return: 0 if nobody knows them any more. */
static int restore_exit(void)
{
	const struct exit *exit = &percpu()->exit;

	if (!exit->is_valid) {
		csr_write(CSR_SEPC, 0);
		csr_set(CSR_HSTATUS, HSTATUS_SPV | HSTATUS_SPVP);
		csr_set(CSR_SSTATUS, SSTATUS_SPP);
		return 0;
	}
	csr_write(CSR_SEPC, exit->pc);
	csr_write(CSR_SSTATUS, exit->sstatus);
	csr_write(CSR_HSTATUS, exit->hstatus);
	return 1;
}

/*
 * The guest that was served fails. Root cannot be stopped: its hypercall fails, its interrupts come later; where it
 * wanted something else, or the exit was one of the short ones that keep no record, it gets an illegal instruction.
 */
void fault_report(void)
{
	struct bh_record record = *info_crash();
	int is_known = restore_exit();
	uint64_t cause = percpu()->exit.cause;

	percpu()->exit.is_valid = 0;
	if (upcall_violation(&record) == VIOLATION_INJECT) {
		if (is_known && cause == CAUSE_ECALL_VS) {
			inject_skip(4);
			percpu_frame()->x[REG_A0] = BH_E_HARDWARE;
		} else if (!is_known || !(cause & CAUSE_INTERRUPT)) {
			inject_illegal(0);
		}
	}
	crash_over();
}
