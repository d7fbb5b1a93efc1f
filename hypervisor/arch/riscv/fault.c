// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's own faults: evidence first, then the smallest possible damage. */
#include <asm/entry.h>

#include <arch/upcall.h>
#include <asm/csr.h>
#include <asm/vcpu.h>
#include <core/cpu.h>
#include <core/info.h>
#include <core/lock.h>
#include <core/log.h>
#include <core/step.h>
#include <lib/string.h>

static void stop_forever(void) __attribute__((noreturn));

static void stop_forever(void)
{
	cpu_set_state(cpu_get(percpu()->slot), BH_CPU_FAILED);
	for (;;)
		__asm__ volatile("wfi");
}

static void describe(struct bh_record *record, uint64_t cause)
{
	record->kind = BH_REASON_HYPERVISOR_ERROR;
	record->cpu = percpu()->slot;
	record->pc = csr_read(CSR_SEPC);
	record->syndrome = cause;
	record->address = csr_read(CSR_STVAL);
	format_text(record->what, sizeof(record->what), "trap in HS-mode, cause %u", (unsigned int)cause);
}

static void log_frame(const struct frame *frame)
{
	for (unsigned int i = 0; i < 32; i += 4)
		log_error("x%u: %016llx %016llx %016llx %016llx", i, (unsigned long long)frame->x[i],
			  (unsigned long long)frame->x[i + 1], (unsigned long long)frame->x[i + 2],
			  (unsigned long long)frame->x[i + 3]);
}

uint64_t fault_hv(struct frame *frame, uint64_t cause)
{
	struct bh_record record;

	lock_abandon(); /* nothing goes on where it was */
	if (percpu()->faults++)
		stop_forever(); /* a fault while handling one */
	memset(&record, 0, sizeof(record));
	describe(&record, cause);
	log_error("CPU %u: hypervisor error: cause %llu, PC 0x%llx, address 0x%llx: please report this", record.cpu,
		  (unsigned long long)cause, (unsigned long long)record.pc, (unsigned long long)record.address);
	log_frame(frame);
	*info_crash() = record;
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
	percpu()->faults = 0;
}
