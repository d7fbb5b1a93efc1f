/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the table formats of arch/mmu.h are on this machine. No register is touched here: unit tests use it. */
#ifndef ASM_FORMATS_H
#define ASM_FORMATS_H

#include <bulkhead/types.h>

struct pt_format;

/** Take @format for all tables of stage 2 that are made from now on. */
void formats_select(const struct pt_format *format);

/**
 * formats_npt() - nested tables of SVM
 * @levels: 4 or 5: they are walked in the hypervisor's own paging mode.  @has_1gib: pages of that size.
 */
const struct pt_format *formats_npt(unsigned int levels, int has_1gib);

#endif
