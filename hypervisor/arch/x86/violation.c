// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/vcpu.h>

#include <arch/upcall.h>
#include <arch/vcpu.h>
#include <asm/exits.h>
#include <asm/virt.h>
#include <core/log.h>

void violation_report(unsigned int kind, uint64_t address, uint64_t value, int is_write, const char *what)
{
	struct bh_record record = {
		.kind = kind,
		.cpu = percpu()->slot,
		.pc = virt()->get(VCPU_RIP),
		.syndrome = percpu()->exit.reason,
		.address = address,
		.value = value,
	};

	format_text(record.what, sizeof(record.what), "%s", what);
	if (upcall_violation(&record) != VIOLATION_INJECT)
		return;
	if (kind == BH_REASON_BAD_TRAP)
		exit_undefined(percpu_frame());
	else
		arch_vcpu_inject_fault(address, is_write);
}
