/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The slot of this CPU is the first word of its private area, which is at the same place on all. */
#ifndef ASM_SELF_H
#define ASM_SELF_H

#include <asm/layout.h>

#define arch_cpu_self() (*(const unsigned int *)PERCPU_BASE)

#endif
