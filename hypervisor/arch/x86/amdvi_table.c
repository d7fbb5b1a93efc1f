// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device table (specification 2.2.2), the same for all units of the first segment, and the format of the tables
 * that its entries name (2.2.3). An entry is changed in two steps, between which its function reaches nothing: units
 * read it by pieces.
 */
#include "asm/amdvi_unit.h"

#include <arch/mmu.h>
#include <bulkhead/errors.h>
#include <core/pagetable.h>
#include <core/pool.h>

#define ENTRY_WORDS 4u
#define ENTRIES 0x10000u
#define TABLE_PAGES (ENTRIES * ENTRY_WORDS * 8u / (unsigned int)PAGE_SIZE)

/* Tables of vectors, behind it: for all functions of guests, each with room for the larger kind of entries. */
#define VECTORS_BYTES (MSI_FUNCTION_ENTRIES * 16u)
#define VECTORS_PAGES (MSI_ENTRIES / MSI_FUNCTION_ENTRIES * VECTORS_BYTES / (unsigned int)PAGE_SIZE)
#define ALL_PAGES (TABLE_PAGES + VECTORS_PAGES + 1)

/* First word of an entry; a table's entries have address, level and rights at the same places. */
#define PRESENT (1ull << 0)
#define ENTRY_TRANSLATES (1ull << 1)
#define LEVEL_SHIFT 9
#define LEVEL_MASK (7ull << LEVEL_SHIFT)
#define COHERENT (1ull << 60)
#define READ (1ull << 61)
#define WRITE (1ull << 62)
/* Second word */
#define ENTRY_DOMAIN 0xffffull
#define ENTRY_QUIET (3ull << 33) /* faults are not recorded */
/*
 * Third word. Root's functions: what comes from 8259s passes, NMI, INIT and SMI do not; others are not remapped. A
 * guest's: no message comes through but by its table of vectors, when it has one, since another could name any vector
 * of any CPU; nor are they recorded when it is quiet.
 */
#define ENTRY_MESSAGES_OF_ROOT (1ull << 57 | 1ull << 62 | 1ull << 63)
#define ENTRY_NO_MESSAGES (1ull << 0)
#define ENTRY_NO_MESSAGES_QUIET (ENTRY_NO_MESSAGES | 1ull << 5)
#define ENTRY_VECTORS (ENTRY_NO_MESSAGES | 4ull << 1 | 2ull << 60) /* of 2^4 entries */
_Static_assert(MSI_FUNCTION_ENTRIES == 1u << 4, "the length that units know");

/* A table says how many levels are left. The walker asks for one bit that tells it apart: bits 1 to 4 are ignored. */
#define MARK_TABLE (1ull << 1)
#define BOTH (READ | WRITE)

static const struct pt_format pages = {
	.name = "DMA",
	.levels = 4,
	.root_bits = 9,
	.block_levels = 0x6,
	.valid_mask = PRESENT,
	.addr_mask = 0x000ffffffffff000ull,
	.table_mask = MARK_TABLE,
	.table_value = MARK_TABLE,
	.table_bits = PRESENT | MARK_TABLE | BOTH,
	.table_level = 1ull << LEVEL_SHIFT,
	.leaf_bits = { 0, PRESENT | COHERENT, PRESENT | COHERENT, PRESENT | COHERENT },
	.prot_bits = {
		[PT_READ] = READ, [PT_WRITE] = WRITE, [PT_READ | PT_WRITE] = BOTH,
		[PT_READ | PT_EXEC] = READ, [PT_WRITE | PT_EXEC] = WRITE,
		[PT_READ | PT_WRITE | PT_EXEC] = BOTH,
	},
	.prot_mask = BOTH,
};

static struct spinlock lock; /* entries, and what units remember of them */
static uint64_t *entries;
static uint8_t *vectors;
static const void *nothing; /* a page of holes */
static uint32_t root_tag;

const struct pt_format *amdvi_pages(void)
{
	return &pages;
}

uint64_t amdvi_tables_register(void)
{
	return arch_hv_hpa(entries).value | (TABLE_PAGES - 1);
}

static uint64_t first_word(const void *root, uint64_t rights)
{
	return arch_hv_hpa(root).value | PRESENT | ENTRY_TRANSLATES | (uint64_t)pages.levels << LEVEL_SHIFT |
	       rights;
}

static void fill(const struct page_table *root)
{
	for (uint32_t i = 0; i < ENTRIES; i++) {
		uint64_t *entry = &entries[i * ENTRY_WORDS];

		entry[0] = first_word(root->root, BOTH);
		entry[1] = root->tag;
		entry[2] = ENTRY_MESSAGES_OF_ROOT;
		entry[3] = 0;
	}
	arch_pt_publish();
}

int amdvi_tables_init(const struct page_table *root)
{
	entries = pool_alloc(ALL_PAGES, 1);
	if (!entries)
		return BH_E_NO_MEMORY;
	vectors = (uint8_t *)(entries + ENTRIES * ENTRY_WORDS);
	nothing = vectors + VECTORS_PAGES * PAGE_SIZE;
	root_tag = root->tag;
	fill(root);
	return BH_E_OK;
}

void amdvi_tables_exit(void)
{
	if (entries)
		pool_free(entries, ALL_PAGES);
	entries = NULL;
}

static struct iommu_command forget_entry(uint32_t function)
{
	return (struct iommu_command){ .low = AMDVI_COMMAND_FORGET_ENTRY | (function & 0xffff) };
}

struct iommu_command amdvi_forget(uint32_t tag)
{
	return (struct iommu_command){ AMDVI_COMMAND_FORGET_PAGES | (tag & ENTRY_DOMAIN) << AMDVI_DOMAIN_SHIFT,
				       AMDVI_ALL_PAGES };
}

static void block(uint64_t *entry, uint32_t function)
{
	const struct iommu_command forget[] = { forget_entry(function),
						amdvi_forget((uint32_t)entry[1]) };

	__atomic_store_n(&entry[0], first_word(nothing, 0), __ATOMIC_RELEASE);
	__atomic_store_n(&entry[2], ENTRY_NO_MESSAGES, __ATOMIC_RELEASE);
	arch_pt_publish();
	iommu_submit_all(forget, 2);
}

static uint64_t messages_of(const struct page_table *table)
{
	if (!table)
		return ENTRY_NO_MESSAGES_QUIET;
	return table->tag == root_tag ? ENTRY_MESSAGES_OF_ROOT : ENTRY_NO_MESSAGES;
}

void amdvi_attach(const struct page_table *table, uint32_t function)
{
	const struct iommu_command forget = forget_entry(function);
	uint64_t *entry;

	if (!entries || function >= ENTRIES)
		return;
	entry = &entries[function * ENTRY_WORDS];
	spin_lock(&lock);
	block(entry, function);
	__atomic_store_n(&entry[1], table ? table->tag & ENTRY_DOMAIN : ENTRY_QUIET, __ATOMIC_RELEASE);
	__atomic_store_n(&entry[2], messages_of(table), __ATOMIC_RELEASE);
	if (table)
		__atomic_store_n(&entry[0], first_word(table->root, BOTH), __ATOMIC_RELEASE);
	arch_pt_publish();
	iommu_submit_all(&forget, 1);
	spin_unlock(&lock);
}

/* Only a function that its guest can use now has no messages, and is not quiet. */
static int is_guests(uint64_t messages)
{
	return (messages & ENTRY_NO_MESSAGES_QUIET) == ENTRY_NO_MESSAGES;
}

void *amdvi_vectors(unsigned int place)
{
	return vectors + place * VECTORS_BYTES;
}

void amdvi_use_vectors(uint32_t function, const void *table)
{
	const struct iommu_command forget[] = {
		forget_entry(function),
		{ .low = AMDVI_COMMAND_FORGET_VECTORS | (function & 0xffff) },
	};
	uint64_t *messages = &entries[(function & 0xffff) * ENTRY_WORDS + 2];

	spin_lock(&lock);
	if (is_guests(*messages))
		__atomic_store_n(messages, ENTRY_VECTORS | arch_hv_hpa(table).value, __ATOMIC_RELEASE);
	arch_pt_publish();
	iommu_submit_all(forget, 2);
	spin_unlock(&lock);
}
