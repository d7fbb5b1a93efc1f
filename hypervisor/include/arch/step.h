/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A step of a transaction: only the type, so that the arch contract can speak of it. */
#ifndef ARCH_STEP_H
#define ARCH_STEP_H

/**
 * struct step - one step
 * @name: what the user reads, and names in --inject-fault; NULL ends a table.
 * @run: returns 0 or an error code (enum bh_error_code); leaves nothing behind on failure.
 * @undo: takes back what @run did; NULL: nothing to do. Cannot fail.
 */
struct step {
	const char *name;
	int (*run)(void);
	void (*undo)(void);
};

#endif
