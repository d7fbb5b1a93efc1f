/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One page-table walker for hypervisor tables, stage 2 and later IOMMUs; the format is data.
 * Input address (VA, GPA or IOVA) is a plain uint64_t here: what kind it is depends on the table.
 */
#ifndef CORE_PAGETABLE_H
#define CORE_PAGETABLE_H

#include <bulkhead/errors.h>
#include <core/lock.h>
#include <lib/addr.h>

#define PT_MAX_LEVELS 5

enum pt_prot { PT_READ = 1, PT_WRITE = 2, PT_EXEC = 4 };
enum pt_type { PT_NORMAL = 0, PT_NONCACHED = 1, PT_DEVICE = 2, PT_TYPE_COUNT };

/**
 * struct pt_format - a table format
 * @levels: number of levels; level 0 is the root, levels - 1 holds pages.
 * @root_bits: index bits of the root (more than 9 with concatenated roots).
 * @block_levels: bit l set: level l may hold leaves; then all levels below it may, too.
 * @addr_shift: an address is shifted right by it in an entry (2 in RISC-V, else 0).
 * @valid_mask: an entry is valid if any of these bits is set.
 * @addr_mask: address bits of an entry.
 * @table_mask, @table_value: a valid entry above the last level is a table if (entry & mask) == value.
 * @table_bits: what a table entry has besides the address.  @table_level: added for each level that is left below it.
 * @leaf_bits: what a leaf of each level has besides address, protection and type.
 * @prot_bits: by PT_READ | PT_WRITE | PT_EXEC.  @prot_mask: bits that prot_bits use (to read them back).
 * @type_bits: by enum pt_type.  @type_mask: likewise.
 */
struct pt_format {
	const char *name;
	uint8_t levels;
	uint8_t root_bits;
	uint8_t block_levels;
	uint8_t addr_shift;
	uint64_t valid_mask;
	uint64_t addr_mask;
	uint64_t table_mask;
	uint64_t table_value;
	uint64_t table_bits;
	uint64_t table_level;
	uint64_t leaf_bits[PT_MAX_LEVELS];
	uint64_t prot_bits[8];
	uint64_t prot_mask;
	uint64_t type_bits[PT_TYPE_COUNT];
	uint64_t type_mask;
};

/**
 * struct page_table - a tree of tables out of the page pool
 * @tag: VMID or the like, for arch_tlb_invalidate().  @pages: pool pages in use by tables.
 * @lock: held by pt_lookup() and while pt_merge() takes a table out, so that a look-up never reads a freed
 * page.
 * @changes: odd while a break-before-make is under way.
 *
 * Changes are serialised by the caller (control lock); CPUs may translate through the table and
 * call pt_lookup() at the same time.
 */
struct page_table {
	const struct pt_format *format;
	uint64_t *root;
	uint32_t tag;
	uint32_t pages;
	struct spinlock lock;
	uint32_t changes;
};

/** Allocate an empty root (aligned to its size). Return: 0 or BH_E_NO_MEMORY. */
int pt_init(struct page_table *table, const struct pt_format *format, uint32_t tag);

/** Free all tables. No CPU uses them. */
void pt_exit(struct page_table *table);

/**
 * pt_map() - map [@in, @in + @size) to @out with the largest leaves that fit
 * All page aligned. What was mapped there before is replaced by break-before-make (leaves that stay the same
 * are left alone; larger leaves around the ends of the range are split first). Tables that exist are kept and
 * filled, even where one larger leaf would do: see pt_merge().
 * Return: 0; BH_E_NO_MEMORY, then all translations are as before (tables may remain); BH_E_ALIGN, BH_E_RANGE:
 * wrong arguments, nothing happened.
 */
int pt_map(struct page_table *table, uint64_t in, hpa_t out, uint64_t size, unsigned int prot,
	   enum pt_type type);

/**
 * pt_split() - prepare [@in, @in + @size): afterwards pt_unmap() and pt_map() of exactly this range, or
 * of whole multiples of @granule inside it (to addresses aligned to @granule), need no memory and cannot fail
 * @granule: PAGE_SIZE or 2 MiB: leaves inside the range become at most that large. Translations stay the
 * same,
 * but each leaf that is split is absent for a moment (break-before-make): never split what the walker itself
 * stands on.
 * Return: 0 or BH_E_NO_MEMORY (translations as before; part may be split); BH_E_ALIGN, BH_E_RANGE.
 */
int pt_split(struct page_table *table, uint64_t in, uint64_t size, uint64_t granule);

/**
 * pt_merge() - the opposite of pt_split(): give tables back that are empty or could be one leaf
 * Looks at every table that overlaps the range and spans at most @limit bytes (2 MiB: only tables of pages).
 * Nothing else ever frees a table before pt_exit(): prepared tables stay. Translations stay the same;
 * break-before-make as for pt_split(). Cannot fail.
 */
void pt_merge(struct page_table *table, uint64_t in, uint64_t size, uint64_t limit);

/**
 * pt_unmap() - take the mapping of a range away that starts and ends on leaf boundaries; holes are fine
 * The TLB is invalidated once, if anything was mapped. A leaf that is only partly inside is taken away whole
 * and said in the log: too little memory is safe, too much is not.
 */
void pt_unmap(struct page_table *table, uint64_t in, uint64_t size);

/**
 * pt_protect() - change prot of whole leaves in a range (W^X, read-only info area); holes stay holes
 * Where the format has no leaf that allows nothing, @prot 0 unmaps.
 */
void pt_protect(struct page_table *table, uint64_t in, uint64_t size, unsigned int prot);

/**
 * pt_retry() - is a fault at @in explained by a change that is over, or under way?
 * For faults of guests: a CPU may fault while a leaf is absent in a break-before-make. Any CPU, beside
 * changes.
 * @prot: what the access needs (PT_READ...).
 * Return: 1: it is mapped so by now, or may be in a moment: run the instruction again; 0: it is not mapped.
 */
int pt_retry(const struct page_table *table, uint64_t in, unsigned int prot);

/** What @in maps to. Return: 1 and *out, *prot (either may be NULL), or 0. Any CPU, beside changes. */
int pt_lookup(const struct page_table *table, uint64_t in, hpa_t *out, unsigned int *prot);

/**
 * pt_is_identity() - does every page that [@in, @in + @size) touches map to itself, with at least @prot?
 * One step for each leaf. Any CPU, beside changes. Return: 1 or 0 (also for an empty range, or one that wraps).
 */
int pt_is_identity(const struct page_table *table, uint64_t in, uint64_t size, unsigned int prot);

#endif
