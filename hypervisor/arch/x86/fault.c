// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's own faults: evidence first, then the smallest possible damage. */
#include <asm/entry.h>

#include <arch/upcall.h>
#include <asm/control.h>
#include <asm/vcpu.h>
#include <asm/virt.h>
#include <core/crash.h>
#include <core/info.h>
#include <core/step.h>

/** An instruction that may fault, and where it goes on then (access.S). */
struct fixup {
	uint64_t from;
	uint64_t to;
};

extern const struct fixup layout_fixups[], layout_fixups_end[];

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

void fault_hv(struct trap *trap)
{
	const struct crash crash = {
		.what = "exception in the hypervisor, vector",
		.number = (unsigned int)trap->vector,
		.pc = trap->rip,
		.syndrome = trap->vector | trap->error << 32,
		.address = control_read_cr2(),
		.registers = trap->frame.reg,
		.count = REG_COUNT,
	};

	if (was_expected(trap))
		return;
	crash_take(&crash);
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
	crash_over();
}
