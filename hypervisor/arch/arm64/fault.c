// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's own faults: evidence first, then the smallest possible damage. */
#include <asm/entry.h>

#include <arch/upcall.h>
#include <asm/sysreg.h>
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

static void describe(struct bh_record *record, uint64_t vector)
{
	record->kind = BH_REASON_HYPERVISOR_ERROR;
	record->cpu = percpu()->slot;
	record->pc = sysreg_read("elr_el2");
	record->syndrome = sysreg_read("esr_el2");
	record->address = sysreg_read("far_el2");
	record->value = vector;
	format_text(record->what, sizeof(record->what), "exception at EL2, vector %u", (unsigned int)vector);
}

static void log_frame(const struct frame *frame)
{
	for (unsigned int i = 0; i < 32; i += 4)
		log_error("x%u: %016llx %016llx %016llx %016llx", i, (unsigned long long)frame->x[i],
			  (unsigned long long)frame->x[i + 1], (unsigned long long)frame->x[i + 2],
			  (unsigned long long)frame->x[i + 3]);
}

/* @frame: registers at the fault; x[31] is the stack pointer. */
uint64_t fault_el2(struct frame *frame, uint64_t vector)
{
	struct bh_record record;

	lock_abandon(); /* nothing goes on where it was */
	if (percpu()->faults++)
		stop_forever(); /* a fault while handling one */
	memset(&record, 0, sizeof(record));
	describe(&record, vector);
	log_error(
		"CPU %u: hypervisor error: vector %u, ESR 0x%llx, PC 0x%llx, address 0x%llx: please report this",
		record.cpu, (unsigned int)vector, (unsigned long long)record.syndrome,
		(unsigned long long)record.pc, (unsigned long long)record.address);
	log_frame(frame);
	*info_crash() = record;
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
			inject_undefined();
	}
	percpu()->faults = 0;
}
