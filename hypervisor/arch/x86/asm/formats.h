/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the table formats of arch/mmu.h are on this machine. No register is touched here: unit tests use it. */
#ifndef ASM_FORMATS_H
#define ASM_FORMATS_H

#include <bulkhead/types.h>

struct pt_format;

/** Formats of stage 2: nested tables of SVM are walked in the hypervisor's own paging mode. */
enum formats_kind { FORMATS_NPT4 = 0, FORMATS_NPT5 = 1, FORMATS_EPT4 = 2, FORMATS_COUNT };

/**
 * formats_select() - take @kind for all tables of stage 2 that are made from now on
 * @bits: of physical address that the machine has.  @has_1gib: whether its tables know pages of that size.
 */
void formats_select(enum formats_kind kind, unsigned int bits, int has_1gib);

/** Format of @kind. */
const struct pt_format *formats_stage2(enum formats_kind kind, int has_1gib);

#endif
