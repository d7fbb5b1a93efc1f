/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The private area of a CPU is where the shim says; all else is as on hardware. */
#ifndef SHIM_ASM_LAYOUT_H
#define SHIM_ASM_LAYOUT_H

#include <hardware.h>
#include_next <asm/layout.h>

#undef PERCPU_BASE
#define PERCPU_BASE shim_area()

#endif
