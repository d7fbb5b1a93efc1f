// SPDX-License-Identifier: GPL-2.0-or-later
/* Whoever provokes a fault pays for it: root gets the architecture's own fault, a guest cell is stopped. */
#include <arch/upcall.h>
#include <cell/cell.h>
#include <control/lifecycle.h>

static const char *const reasons[] = {
#define REASON_TEXT(name, number, text) [number] = text,
	BH_REASONS(REASON_TEXT)
#undef REASON_TEXT
};

static const char *reason_text(uint32_t kind)
{
	return kind < BH_REASON_COUNT ? reasons[kind] : "?";
}

enum violation_result upcall_violation(const struct bh_record *record)
{
	struct cell *cell = cell_self();
	struct bh_record full = *record;

	full.cpu = cpu_self()->slot;
	full.what[sizeof(full.what) - 1] = 0;
	log_limited(&cell->log_limit, LOG_WARNING, "cell %u, cpu %u: %s: %s, address %llx, pc %llx", cell->id,
		    full.cpu, reason_text(full.kind), full.what, (unsigned long long)full.address,
		    (unsigned long long)full.pc);
	if (cell_is_root(cell))
		return VIOLATION_INJECT;
	lifecycle_end(cell, CELL_EVENT_FAIL, &full);
	upcall_service();
	return VIOLATION_HANDLED;
}
