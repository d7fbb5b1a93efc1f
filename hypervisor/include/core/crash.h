/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of the hypervisor itself: evidence first, then the smallest possible damage. */
#ifndef CORE_CRASH_H
#define CORE_CRASH_H

#include <bulkhead/types.h>

/**
 * struct crash - what the architecture tells of one
 * @what, @number: words, and the number that belongs behind them.
 * @registers: @count of them, a multiple of four; general registers at the fault.
 */
struct crash {
	const char *what;
	unsigned int number;
	uint64_t pc, syndrome, address;
	const uint64_t *registers;
	unsigned int count;
};

/**
 * crash_take() - give up what this CPU holds, log, and write the crash record
 * Context: this CPU; it never goes back to where it was. Does not return from a second one on the same CPU before
 * crash_over(): a fault while handling one.
 */
void crash_take(const struct crash *crash);

/** The guest that was served has paid for it, and goes on or is gone. */
void crash_over(void);

/** This CPU has failed: it does nothing any more. */
void crash_stop(void) __attribute__((noreturn));

#endif
