/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Units between devices and memory. What a PCI function reads and writes goes through the table of the cell that owns
 * it, which names the cell's RAM at the cell's own addresses and nothing else. A function is segment << 16 | requester
 * id. An architecture or machine without units says so: no table, nothing covered.
 */
#ifndef ARCH_IOMMU_H
#define ARCH_IOMMU_H

#include <arch/types.h>
#include <bulkhead/types.h>

struct page_table;

/** The table of @cell for DMA, for the walker; NULL: no unit on this machine. Set up and freed with the cell. */
struct page_table *arch_cell_dma(struct cell_arch *cell);

/** Does a unit that is on, and answers, stand between @function and memory? */
int arch_iommu_covers(uint32_t function);

/**
 * arch_iommu_gap() - what of @function's DMA and messages (MSI) no unit holds back
 * Context: control lock, hypervisor enabled. Return: NULL: nothing; else what, and how to mend it, for the log.
 */
const char *arch_iommu_gap(uint32_t function);

/**
 * arch_iommu_prepare() - take what arch_iommu_attach() of @function needs
 * Context: control lock. Return: 0 or BH_E_NO_MEMORY. What is taken is kept until the units are off.
 */
int arch_iommu_prepare(uint32_t function);

/**
 * arch_iommu_attach() - @function translates by the table of @cell from now on; NULL: it reaches nothing
 * Nothing that was translated otherwise is remembered on return. @function was prepared; what no unit covers stays as
 * it is. Any context; the wait has a limit.
 */
void arch_iommu_attach(struct cell_arch *cell, uint32_t function);

/** Forget what units remember of @cell's table, holes included: after something was added to a live table. */
void arch_iommu_forget(struct cell_arch *cell);

/**
 * arch_iommu_enable() - switch the units on: all functions are root's, whose table is complete
 * Units that root's kernel uses to remap interrupts are taken over with queue and table.
 * Context: enable, not in a dry run; all CPUs are in the hypervisor. Return: 0, or an error code with all as found.
 */
int arch_iommu_enable(void);

/** Give the units back as root thinks that they are. Context: as above, or the last CPU before all leave. */
void arch_iommu_disable(void);

#endif
