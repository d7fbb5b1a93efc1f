/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AMD's I/O virtualization units (AMD I/O Virtualization Technology specification, 3.x): they translate what devices
 * read and write by a table of each cell. Root's interrupts go through as they are, a guest's functions send none.
 */
#ifndef ASM_AMDVI_H
#define ASM_AMDVI_H

#include <arch/upcall.h>
#include <bulkhead/config.h>

struct page_table;
struct pt_format;

/** Map the units of the board and see what they can. Step of enable. Return: 0 or error code. */
int amdvi_probe(void);
void amdvi_unprobe(void);

/** The format of their tables, NULL: there is no unit that can be used. */
const struct pt_format *amdvi_format(void);

/** Registers of unit @index. Return: 0 when there are no more. */
int amdvi_range(unsigned int index, struct bh_config_range *range);

/** Let them translate, all functions by table @root, and stop that. As arch_iommu_enable() and _disable(). */
int amdvi_enable(const struct page_table *root);
void amdvi_disable(void);

/** Is the unit that the board describes by @config in use? */
int amdvi_has(const struct bh_config_iommu *config);

/** amdvi_table.c: @function translates by @table from now on; NULL: it reaches nothing. */
void amdvi_attach(const struct page_table *table, uint32_t function);

/** Forget translations of the domain with @tag, in all units that are on. */
void amdvi_forget(uint32_t tag);

/** Report what units have recorded, on the CPU that they tell: others do nothing. Return: 1 if there was anything. */
int amdvi_poll(void);

/** Root's access to a unit's registers: reads as zero, and changes nothing. Return: 1 done, 0: it is none. */
int amdvi_mmio(struct mmio_access *access);

#endif
