/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hypervisor's own address space on AArch64. */
#ifndef ASM_MMU_H
#define ASM_MMU_H

#include <lib/addr.h>

/** System step: tables that all CPUs share, and this CPU onto them. Return: 0 or BH_E_NO_MEMORY. */
int mmu_init(void);
void mmu_exit(void);

/** CPU step: from the boot tables to the final ones, and back. */
int mmu_cpu_init(void);
void mmu_cpu_exit(void);

#endif
