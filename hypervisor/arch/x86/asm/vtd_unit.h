/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of VT-d share (specification, chapters 9 to 11); nobody else includes it. */
#ifndef ASM_VTD_UNIT_H
#define ASM_VTD_UNIT_H

#include "vtd.h"
#include <core/lock.h>

#define VTD_UNITS 16u

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
#define VTD_VIEW_WORDS 64u

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
#define VTD_DESC_WAIT 0x5ull
#define VTD_DESC_WAIT_STORE (1ull << 5)

struct vtd_desc {
	uint64_t low;
	uint64_t high;
};

/**
 * struct vtd_unit - a unit
 * @lock: queue, registers, @view, @shadow.  @reg: its registers.  @config: what the board says.
 * @cap, @ecap: what it can.  @is_on: ours, and translates (atomic).
 * @queue, @tail: invalidation queue, a page, and the next place in it.  @done: what it stores when it is through.
 * @page: room for a page of root's table.
 * @is_broken: it missed a deadline: said once.
 * @has_queue, @has_table: root's kernel used them when it was taken over.
 * @view: root's registers, by word.  @shadow: remapping table that the unit uses, @shadow_pages of it.
 * @last: highest entry of root's table that was ever looked at.
 * @looked: entries looked at since root moved its queue's end.
 */
struct vtd_unit {
	struct spinlock lock;
	volatile uint8_t *reg;
	const struct bh_config_iommu *config;
	uint64_t cap;
	uint64_t ecap;
	uint32_t is_on;
	uint32_t tail;
	struct vtd_desc *queue;
	volatile uint32_t *done;
	struct vtd_desc *page;
	uint32_t is_broken;
	uint32_t has_queue;
	uint32_t has_table;
	uint32_t view[VTD_VIEW_WORDS];
	uint64_t *shadow;
	uint32_t shadow_pages;
	uint32_t last;
	uint32_t looked;
};

/** Unit @index of those that can be used, NULL: no more. */
struct vtd_unit *vtd_unit(unsigned int index);

uint32_t vtd_read32(const struct vtd_unit *unit, uint32_t offset);
uint64_t vtd_read64(const struct vtd_unit *unit, uint32_t offset);
void vtd_write32(const struct vtd_unit *unit, uint32_t offset, uint32_t value);
void vtd_write64(const struct vtd_unit *unit, uint32_t offset, uint64_t value);

/**
 * vtd_command() - set or clear @bit of GCMD and wait until GSTS shows it
 * Context: unit->lock. Return: 0 or BH_E_TIMEOUT.
 */
int vtd_command(struct vtd_unit *unit, uint32_t bit, int is_set);

/** Have the unit carry out @count descriptors, and wait. Context: unit->lock. Return: 0 or BH_E_TIMEOUT. */
int vtd_submit_locked(struct vtd_unit *unit, const struct vtd_desc *desc, unsigned int count);

/** Contexts or whole domains changed: the same in all units that are on. */
void vtd_submit_all(const struct vtd_desc *desc, unsigned int count);

/** What tables in memory say must reach units that do not look into the caches. */
void vtd_write_back(const struct vtd_unit *unit);

/* vtd_table.c */
/** Tables of @levels, 3 or 4. @large: leaves beside pages: bit 0: 2 MiB, bit 1: and 1 GiB, as units say it. */
const struct pt_format *vtd_pages(unsigned int levels, unsigned int large);
/** Make the tables with all functions at @owner's table, and free them. Context: units off. */
int vtd_tables_init(const struct page_table *owner);
void vtd_tables_exit(void);
/** For the unit's register. */
uint64_t vtd_tables_root(void);

/* vtd_remap.c. Context: enable and disable. */
/** Take root's queue and remapping table from the unit. Return: 0 or error code, with nothing changed but @view. */
int vtd_adopt(struct vtd_unit *unit);
/** After the unit works by our queue: let it use the shadow. */
int vtd_adopt_table(struct vtd_unit *unit);
/** The opposites. */
void vtd_return_table(struct vtd_unit *unit);
void vtd_return_queue(struct vtd_unit *unit);
void vtd_adopt_free(struct vtd_unit *unit);

#endif
