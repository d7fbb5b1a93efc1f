// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's own faults: evidence first, then the smallest possible damage. */
#include <asm/entry.h>

#include <arch/upcall.h>
#include <asm/control.h>
#include <asm/vcpu.h>
#include <asm/virt.h>
#include <core/cpu.h>
#include <core/info.h>
#include <core/lock.h>
#include <core/log.h>
#include <core/step.h>
#include <lib/string.h>

/** An instruction that may fault, and where it goes on then (access.S). */
struct fixup {
	uint64_t from;
	uint64_t to;
};

extern const struct fixup layout_fixups[], layout_fixups_end[];

static void stop_forever(void) __attribute__((noreturn));

static void stop_forever(void)
{
	cpu_set_state(cpu_get(percpu()->slot), BH_CPU_FAILED);
	for (;;)
		__asm__ volatile("hlt");
}

static int was_expected(struct trap *trap)
{
	for (const struct fixup *fixup = layout_fixups; fixup < layout_fixups_end; fixup++) {
		if (trap->vector == EXCEPTION_GP && trap->rip == fixup->from) {
			trap->rip = fixup->to;
			return 1;
		}
	}
	return 0;
}

static void describe(struct bh_record *record, const struct trap *trap)
{
	memset(record, 0, sizeof(*record));
	record->kind = BH_REASON_HYPERVISOR_ERROR;
	record->cpu = percpu()->slot;
	record->pc = trap->rip;
	record->syndrome = trap->vector | trap->error << 32;
	record->address = control_read_cr2();
	format_text(record->what, sizeof(record->what), "exception %u in the hypervisor", (unsigned int)trap->vector);
}

static void log_trap(const struct trap *trap)
{
	log_error("CPU %u: hypervisor error: exception %llu, code 0x%llx, RIP 0x%llx, CR2 0x%llx: please report this",
		  percpu()->slot, (unsigned long long)trap->vector, (unsigned long long)trap->error,
		  (unsigned long long)trap->rip, (unsigned long long)control_read_cr2());
	for (unsigned int i = 0; i < REG_COUNT; i += 4)
		log_error("r%u: %016llx %016llx %016llx %016llx", i, (unsigned long long)trap->frame.reg[i],
			  (unsigned long long)trap->frame.reg[i + 1], (unsigned long long)trap->frame.reg[i + 2],
			  (unsigned long long)trap->frame.reg[i + 3]);
}

void fault_hv(struct trap *trap)
{
	if (was_expected(trap))
		return;
	lock_abandon(); /* nothing goes on where it was */
	if (percpu()->faults++)
		stop_forever(); /* a fault while handling one */
	log_trap(trap);
	describe(info_crash(), trap);
	if (percpu()->phase != PERCPU_ENTERING)
		entry_restart();
	step_failed("exception in the hypervisor", BH_E_HARDWARE, NULL);
	percpu_frame()->reg[REG_RAX] = BH_E_HARDWARE;
	entry_abort();
}

/*
 * The guest that was served fails. Root cannot be stopped: its instruction is run again if it was none that was to be
 * answered, and is unknown otherwise.
 */
void fault_report(void)
{
	struct bh_record record = *info_crash();

	if (upcall_violation(&record) == VIOLATION_INJECT && percpu()->exit.is_valid)
		virt()->inject(EXCEPTION_UD, NO_ERROR_CODE);
	percpu()->exit.is_valid = 0;
	percpu()->faults = 0;
}
