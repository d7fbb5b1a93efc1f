/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's IOMMUs, of whichever kind: a board has VT-d's (vtd.c) or AMD-Vi's (amdvi_unit.c). */
#ifndef ASM_IOMMU_H
#define ASM_IOMMU_H

#include <arch/upcall.h>
#include <bulkhead/config.h>

struct pt_format;

/** Map the units of the board and see what they can. Step of enable. Return: 0 or error code. */
int iommu_probe(void);
void iommu_unprobe(void);

/** The format of their tables, NULL: there is no unit that can be used. */
const struct pt_format *iommu_format(void);

/** Registers of unit @index. Return: 0 when there are no more. */
int iommu_range(unsigned int index, struct bh_config_range *range);

/** The unit that the board has in front of @function, NULL: none. */
const struct bh_config_iommu *iommu_server(uint32_t function);

/** Forget translations of the domain with @tag. */
void iommu_forget(uint32_t tag);

/** Report what units have recorded, on the CPU that they tell. Return: 1 if there was anything. */
int iommu_poll(void);

/** Root's access to a unit's registers. Return: 1 done, 0: it is none. */
int iommu_mmio(struct mmio_access *access);

#endif
