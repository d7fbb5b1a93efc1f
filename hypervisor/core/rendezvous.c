// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/rendezvous.h>

#include <arch/cpu.h>
#include <bulkhead/errors.h>
#include <core/deadline.h>

/* Values of the verdict; it leaves OPEN once and never changes again. */
#define OPEN 0u
#define COMPLETE 1u
#define GIVEN_UP(code) ((uint32_t)(code) << 8)

static uint32_t verdict_of(struct rendezvous *meeting)
{
	/* Acquire: what any CPU wrote before it arrived is visible to whoever sees "complete". */
	return __atomic_load_n(&meeting->verdict, __ATOMIC_ACQUIRE);
}

/* Whoever decides first decides for all. */
static uint32_t decide(struct rendezvous *meeting, uint32_t verdict)
{
	uint32_t open = OPEN;

	if (__atomic_compare_exchange_n(&meeting->verdict, &open, verdict, 0, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return verdict;
	return open;
}

static int result(uint32_t verdict)
{
	return verdict == COMPLETE ? BH_E_OK : (int)(verdict >> 8);
}

void rendezvous_init(struct rendezvous *meeting, uint32_t expected)
{
	meeting->expected = expected;
	meeting->arrived = 0;
	__atomic_store_n(&meeting->verdict, OPEN, __ATOMIC_RELEASE);
}

int rendezvous_meet(struct rendezvous *meeting, uint64_t deadline)
{
	uint32_t verdict = verdict_of(meeting);

	if (verdict != OPEN)
		return result(verdict);
	if (__atomic_add_fetch(&meeting->arrived, 1, __ATOMIC_ACQ_REL) == meeting->expected)
		return result(decide(meeting, COMPLETE));
	while ((verdict = verdict_of(meeting)) == OPEN) {
		if (deadline_passed(deadline))
			return result(decide(meeting, GIVEN_UP(BH_E_TIMEOUT)));
		arch_cpu_relax();
	}
	return result(verdict);
}

int rendezvous_abort(struct rendezvous *meeting, int code)
{
	return result(decide(meeting, GIVEN_UP(code)));
}
