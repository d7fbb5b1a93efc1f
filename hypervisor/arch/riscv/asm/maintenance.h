/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maintenance that arch/riscv needs beside what arch/mmu.h declares. */
#ifndef ASM_MAINTENANCE_H
#define ASM_MAINTENANCE_H

#include <bulkhead/types.h>

/** A leaf of this CPU's own window was taken away, or satp changed: forget it, on this CPU only. */
void maintenance_own(void);

/**
 * maintenance_new_stage2() - hgatp of this CPU changed
 * Forget what this CPU cached of guests' translations under any VMID, and the instructions it fetched.
 */
void maintenance_new_stage2(void);

#endif
