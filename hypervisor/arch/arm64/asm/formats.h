/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the table formats of arch/mmu.h mean for registers. */
#ifndef ASM_FORMATS_H
#define ASM_FORMATS_H

#include <bulkhead/types.h>

/** VTCR_EL2 that fits arch_pt_stage2(). */
uint64_t formats_vtcr(void);

#endif
