/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CSRs as the kernel had them when it came (found.c). */
#ifndef ASM_FOUND_H
#define ASM_FOUND_H

#include <asm/percpu.h>

/** Save and restore what belongs to the hypervisor extension. */
void found_save(struct found *found);
void found_restore(const struct found *found);

uint64_t found_hgatp(const struct found *found);

#endif
