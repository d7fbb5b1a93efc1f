/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The private data of x86 CPUs, as far as the files under test look at it. */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#include <bulkhead/info.h>
#include <bulkhead/types.h>

struct cell_arch;

struct percpu {
	uint32_t slot;
	uint32_t vcpu;
	struct cell_arch *cell;
};

struct percpu *percpu(void);

static inline void percpu_count(enum bh_stat stat)
{
	(void)stat;
}

#endif
