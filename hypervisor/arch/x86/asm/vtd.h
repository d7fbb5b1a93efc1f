/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intel's VT-d units (VT-d specification, 3.x): they translate what devices read and write by a table of each cell,
 * and go on to remap root's interrupts where its kernel had them do that.
 */
#ifndef ASM_VTD_H
#define ASM_VTD_H

#include <arch/upcall.h>
#include <bulkhead/config.h>

struct icr_target;
struct page_table;
struct pt_format;

/** Map the units of the board and see what they can. Step of enable. Return: 0 or error code. */
int vtd_probe(void);
void vtd_unprobe(void);

/** The format of their tables, NULL: there is no unit that can be used. */
const struct pt_format *vtd_format(void);

/** Registers of unit @index. Return: 0 when there are no more. */
int vtd_range(unsigned int index, struct bh_config_range *range);

/** Take them over and let them translate by table @root, and give them back. As arch_iommu_enable() and _disable(). */
int vtd_enable(const struct page_table *root);
void vtd_disable(void);

/** Is the unit that the board describes by @config in use? */
int vtd_has(const struct bh_config_iommu *config);

/** And does it remap messages of devices? */
int vtd_remaps(const struct bh_config_iommu *config);

/* vtd_table.c: whose table a function translates by. */
int vtd_prepare(uint32_t function);
void vtd_attach(const struct page_table *table, uint32_t function);

/** Forget translations of the domain with @tag, in all units that are on. */
void vtd_forget(uint32_t tag);

/** Report what units have recorded, on the CPU that they tell: others do nothing. Return: 1 if there was anything. */
int vtd_poll(void);

/* vtd_remap.c: interrupts, and what root sees of the units. */
/** Are interrupts remapped by root's tables? */
int vtd_is_remapping(void);

/** CPUs of root have come or gone: look at its entries again. */
void vtd_route(void);

/** Root's access to a unit's registers. Return: 1 done, 0: it is none. */
int vtd_mmio(struct mmio_access *access);

/**
 * vtd_lookup() - what root's table says of an I/O APIC's entry in remappable form
 * Return: 1, with destination and vector; 0: nothing valid.
 */
int vtd_lookup(uint64_t entry, struct icr_target *target, uint32_t *vector);

#endif
