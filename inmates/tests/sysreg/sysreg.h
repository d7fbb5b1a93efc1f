/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Registers that an architecture's file tries: sysreg/<architecture>/. */
#ifndef SYSREG_H
#define SYSREG_H

#include <inmate.h>

#define SYSREG_DEPENDS 2u

struct attempt {
	const char *name;
	void (*access)(void *unused);
	unsigned int allowed; /* or not; SYSREG_DEPENDS: on the machine, so it counts for nothing */
};

extern const struct attempt sysreg_attempts[];
extern const size_t sysreg_attempt_count;

#endif
