/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maintenance that arch/x86 needs beside what arch/mmu.h declares. */
#ifndef ASM_MAINTENANCE_H
#define ASM_MAINTENANCE_H

#include <bulkhead/types.h>

/** A leaf of this CPU's own window or of the shared tables was taken away or added: forget all, on this CPU only. */
void maintenance_own(void);

/** Just before entry, in_guest set: what others asked to be forgotten is flushed by the back end's op. */
void maintenance_before_entry(void);

#endif
