/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of VT-d share (specification, chapters 9 to 11); nobody else includes it. */
#ifndef ASM_VTD_UNIT_H
#define ASM_VTD_UNIT_H

#include "iommu_unit.h"
#include "vtd.h"

/* Registers */
#define VTD_CAP 0x08u
#define VTD_ECAP 0x10u
#define VTD_GCMD 0x18u
#define VTD_GSTS 0x1cu
#define VTD_RTADDR 0x20u
#define VTD_FSTS 0x34u
#define VTD_FECTL 0x38u
#define VTD_FEDATA 0x3cu
#define VTD_FEADDR 0x40u
#define VTD_FEUADDR 0x44u
#define VTD_IQH 0x80u
#define VTD_IQT 0x88u
#define VTD_IQA 0x90u
#define VTD_IRTA 0xb8u

/* Bits of GCMD and GSTS */
#define VTD_TRANSLATION (1u << 31)
#define VTD_SET_ROOT (1u << 30)
#define VTD_WRITE_BUFFER (1u << 27)
#define VTD_QUEUE (1u << 26)
#define VTD_REMAPPING (1u << 25)
#define VTD_SET_REMAP (1u << 24)
#define VTD_COMPATIBLE (1u << 23)
/* Those of GSTS that a write of GCMD has to repeat: all but what happens once. */
#define VTD_LASTING 0x96ffffffu

#define VTD_IRTA_ADDRESS 0xfffffffffffff000ull
#define VTD_IRTA_WIDE (1u << 11)
#define VTD_IRTA_SIZE 0xfu
#define VTD_IQA_ADDRESS 0xfffffffffffff000ull
#define VTD_IQA_SIZE 0x7u
#define VTD_IQA_WIDE (1u << 11) /* descriptors of 256 bits */

/* Invalidation descriptors */
#define VTD_DESC_TYPE 0xfull
#define VTD_DESC_CONTEXTS 0x11ull /* all of the context cache */
#define VTD_DESC_IOTLB 0x2ull
#define VTD_DESC_IOTLB_ALL (1ull << 4)
#define VTD_DESC_IOTLB_DOMAIN (2ull << 4)
#define VTD_DESC_IOTLB_DRAIN (3ull << 6)
#define VTD_DESC_DOMAIN_SHIFT 16
#define VTD_DESC_REMAP 0x4ull /* all of the interrupt entry cache */
#define VTD_DESC_REMAP_ONE (1ull << 4)
#define VTD_DESC_INDEX_SHIFT 32
#define VTD_DESC_WAIT 0x5ull
#define VTD_DESC_WAIT_STORE (1ull << 5)

/* Entries of the interrupt table */
#define IRTE_PRESENT (1ull << 0)
#define IRTE_QUIET (1ull << 1) /* faults are not recorded */
#define IRTE_LOGICAL (1ull << 2)
#define IRTE_HINT (1ull << 3)
#define IRTE_MODE_SHIFT 5
#define IRTE_POSTED (1ull << 15)
#define IRTE_VECTOR_SHIFT 16
#define IRTE_DESTINATION_SHIFT 32
#define IRTE_SOURCE (1ull << 18) /* of the upper half: only the function in its low 16 bits */

/** Unit @index of VT-d that can be used, NULL: no more. */
struct iommu_unit *vtd_unit(unsigned int index);

/**
 * vtd_command() - set or clear @bit of GCMD and wait until GSTS shows it
 * Context: unit->lock. Return: 0 or BH_E_TIMEOUT.
 */
int vtd_command(struct iommu_unit *unit, uint32_t bit, int is_set);

/** Entry @index of the table that @unit uses becomes @entry. Context: unit->lock. Return: 1 if it was another. */
int vtd_store_entry(struct iommu_unit *unit, uint32_t index, struct iommu_command entry);

/** What tables in memory say must reach units that do not look into the caches. */
void vtd_write_back(const struct iommu_unit *unit);

/* vtd_table.c */
/** Tables of @levels, 3 or 4. @large: leaves beside pages: bit 0: 2 MiB, bit 1: and 1 GiB, as units say it. */
const struct pt_format *vtd_pages(unsigned int levels, unsigned int large);
/** Make the tables with all functions at @owner's table, and free them. Context: units off. */
int vtd_tables_init(const struct page_table *owner);
void vtd_tables_exit(void);
/** For the unit's register. */
uint64_t vtd_tables_root(void);
/** Whose table a function translates by. */
int vtd_prepare(uint32_t function);
void vtd_attach(const struct page_table *table, uint32_t function);

/* vtd_msi.c */
int vtd_message(const struct iommu_unit *unit, unsigned int index, struct msi_message *message);
void vtd_route_message(struct iommu_unit *unit, uint32_t function, unsigned int index, struct iommu_vector to);

/* vtd_remap.c. Context: enable and disable. */
/** Take root's queue and remapping table from the unit. Return: 0 or error code, with nothing changed but @view. */
int vtd_adopt(struct iommu_unit *unit);
/** After the unit works by our queue: let it use the shadow. */
int vtd_adopt_table(struct iommu_unit *unit);
/** The opposites. */
void vtd_return_table(struct iommu_unit *unit);
void vtd_return_queue(struct iommu_unit *unit);
void vtd_adopt_free(struct iommu_unit *unit);
/** Root's access to the unit's registers. */
void vtd_access(struct iommu_unit *unit, uint32_t offset, struct mmio_access *access);

#endif
