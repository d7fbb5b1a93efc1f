/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CPU as the kernel had it when it came (found.c). */
#ifndef ASM_FOUND_H
#define ASM_FOUND_H

#include <asm/percpu.h>

/** The complete state out of what entry.S kept and what is still in the CPU. */
void found_state(const struct found *found, struct x86_state *state);

#endif
