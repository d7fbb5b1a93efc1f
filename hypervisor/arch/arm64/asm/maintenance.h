/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maintenance that arch/arm64 needs beside what arch/mmu.h declares. */
#ifndef ASM_MAINTENANCE_H
#define ASM_MAINTENANCE_H

#include <bulkhead/types.h>

/** A leaf of this CPU's own window was taken away: forget it, on this CPU only. */
void maintenance_window(uint64_t address);

/**
 * maintenance_new_stage2() - VTTBR_EL2 or HCR_EL2.VM of this CPU changed
 * Forget what this CPU cached of EL1's translations under the VMID that is loaded now, and instructions
 * cached by virtual address and VMID.
 */
void maintenance_new_stage2(void);

#endif
