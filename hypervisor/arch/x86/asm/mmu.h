/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hypervisor's own address space on x86. */
#ifndef ASM_MMU_H
#define ASM_MMU_H

#include <lib/addr.h>

/** System step: tables that all CPUs share, and this CPU onto them. Return: 0 or BH_E_NO_MEMORY. */
int mmu_init(void);
void mmu_exit(void);

/** CPU step: from the boot tables to the final ones, and back. */
int mmu_cpu_init(void);
void mmu_cpu_exit(void);

/** mmu_leave() - the boot tables on this CPU, which is about to leave the hypervisor. */
void mmu_leave(void);

/** Physical address of the private area of CPU @slot, and of this CPU's byte at @offset in it. */
hpa_t mmu_percpu_hpa(unsigned int slot);

#endif
