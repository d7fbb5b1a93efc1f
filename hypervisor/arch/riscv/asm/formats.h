/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the table formats of arch/mmu.h mean for registers. No register is touched here: unit tests use it. */
#ifndef ASM_FORMATS_H
#define ASM_FORMATS_H

#include <bulkhead/types.h>

struct pt_format;

/** Modes of stage 2, from the narrowest. */
enum formats_mode { FORMATS_SV39X4 = 0, FORMATS_SV48X4 = 1, FORMATS_SV57X4 = 2, FORMATS_MODES };

/** Take @mode for all tables of stage 2 that are made from now on. */
void formats_select(enum formats_mode mode);

/** Bits of guest-physical address of @mode, at most what an entry holds as an address (56). */
unsigned int formats_bits(enum formats_mode mode);

/** Value of hgatp.MODE for @mode, and for what formats_select() took. */
uint64_t formats_hgatp_mode(enum formats_mode mode);
uint64_t formats_hgatp_selected(void);

/** Format of @mode. */
const struct pt_format *formats_stage2(enum formats_mode mode);

#endif
