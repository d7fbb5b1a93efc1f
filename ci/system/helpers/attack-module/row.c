// SPDX-License-Identifier: GPL-2.0-only
/* Rows one after the other; after each the victim must beat and the hypervisor answer. */
#include "attack.h"

#include <bulkhead/hypercall.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#define BEAT_TRIES 200
#define BEAT_PAUSE_US 2000

u64 random64(void)
{
	static u64 state = 88172645463325252ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

void result_set(struct result *result, bool refused, const char *format, ...)
{
	va_list arguments;

	result->refused = refused;
	va_start(arguments, format);
	vscnprintf(result->detail, sizeof(result->detail), format, arguments);
	va_end(arguments);
}

/* The victim looks at its memory and its interrupts every millisecond, and beats while they are well. */
static bool victim_is_well(u32 victim)
{
	u64 before = hypercall(BH_HC_CELL_STATE, victim, 0, 0).value[3];

	for (unsigned int i = 0; i < BEAT_TRIES; i++) {
		struct hypercall state;

		usleep_range(BEAT_PAUSE_US, 2 * BEAT_PAUSE_US);
		state = hypercall(BH_HC_CELL_STATE, victim, 0, 0);
		if (state.code == 0 && state.value[0] == BH_CELL_RUNNING && state.value[3] > before)
			return true;
	}
	return false;
}

static void run_row(const struct attack_class *class, const struct row *row, u32 victim)
{
	struct result result = { 0 };
	const char *verdict;

	row->run(row, &result);
	verdict = !victim_is_well(victim) ? "harmful" : result.refused ? "refused" : "accepted";
	say("row %s.%s control %s result %s %s\n", class->name, row->name, result.control ? "ok" : "bad",
	    verdict, result.detail);
}

void rows_run(u32 victim, bool first_only, const char *only)
{
	for (unsigned int i = 0; i < class_count; i++) {
		if (*only && strcmp(only, classes[i]->name))
			continue;
		for (unsigned int n = 0; n < classes[i]->count; n++) {
			const struct row *row = &classes[i]->row[n];

			if (row->intc && !intc_is(row->intc))
				continue;
			run_row(classes[i], row, victim);
			cond_resched();
			if (first_only)
				break;
		}
	}
}
