/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All CPUs meet, with a deadline. The structure is used once for each generation. */
#ifndef CORE_RENDEZVOUS_H
#define CORE_RENDEZVOUS_H

#include <bulkhead/types.h>

/**
 * struct rendezvous - @arrived counts; @verdict: 0 open, 1 complete, else given up with an error code << 8
 */
struct rendezvous {
	uint32_t expected;
	uint32_t arrived;
	uint32_t verdict;
};

void rendezvous_init(struct rendezvous *meeting, uint32_t expected);

/**
 * rendezvous_meet() - arrive and wait for the others
 * The last to arrive completes it; whoever's @deadline passes first gives it up for all: either all get 0,
 * or all,
 * also those who come late, get the same error.
 * Return: 0 or BH_E_TIMEOUT or the code given to rendezvous_abort().
 */
int rendezvous_meet(struct rendezvous *meeting, uint64_t deadline);

/**
 * Give it up for all with @code, unless it is complete already. Return: 0 if complete, else the code that
 * holds.
 */
int rendezvous_abort(struct rendezvous *meeting, int code);

#endif
