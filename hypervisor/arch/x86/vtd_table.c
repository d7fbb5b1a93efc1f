// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Root and context tables (specification 9.1 and 9.3), the same for all units of the first segment: which function
 * belongs to whom does not depend on who asks. All buses share one context table, in which everything is root's; a bus
 * gets its own when a function of it is given away for the first time. And the format of the tables that they name.
 */
#include "asm/vtd_unit.h"

#include <arch/mmu.h>
#include <bulkhead/errors.h>
#include <core/pagetable.h>
#include <core/pool.h>
#include <lib/string.h>

#define BUSES 256u
#define FUNCTIONS 256u /* of a bus */

#define ENTRY_PRESENT (1ull << 0)
#define ENTRY_QUIET (1ull << 1) /* faults are not recorded */
#define ENTRY_DOMAIN_SHIFT 8

/* Pages: R and W in each entry, nothing cached otherwise than memory is (specification 9.3 and 9.8). */
#define ENTRY_READ (1ull << 0)
#define ENTRY_WRITE (1ull << 1)
#define ENTRY_LARGE (1ull << 7)
#define ENTRY_BOTH (ENTRY_READ | ENTRY_WRITE)
#define COMMON \
	.name = "DMA", .root_bits = 9, .valid_mask = ENTRY_BOTH, .addr_mask = 0x000ffffffffff000ull, \
	.table_mask = ENTRY_LARGE, .table_value = 0, .table_bits = ENTRY_BOTH,                     \
	.prot_bits = {                                                                             \
		[PT_READ] = ENTRY_READ, [PT_WRITE] = ENTRY_WRITE, [PT_READ | PT_WRITE] = ENTRY_BOTH, \
		[PT_READ | PT_EXEC] = ENTRY_READ, [PT_WRITE | PT_EXEC] = ENTRY_WRITE,              \
		[PT_READ | PT_WRITE | PT_EXEC] = ENTRY_BOTH,                                       \
	},                                                                                         \
	.prot_mask = ENTRY_BOTH
#define LEVELS_3 COMMON, .levels = 3, .leaf_bits = { ENTRY_LARGE, ENTRY_LARGE, 0 }
#define LEVELS_4 COMMON, .levels = 4, .leaf_bits = { 0, ENTRY_LARGE, ENTRY_LARGE, 0 }

/* By levels - 3, and by what leaves there are beside pages: none, 2 MiB, 1 GiB too. */
static const struct pt_format formats[2][3] = {
	{ { LEVELS_3 }, { LEVELS_3, .block_levels = 0x2 }, { LEVELS_3, .block_levels = 0x3 } },
	{ { LEVELS_4 }, { LEVELS_4, .block_levels = 0x4 }, { LEVELS_4, .block_levels = 0x6 } },
};

struct entry {
	uint64_t low;
	uint64_t high;
};

static struct spinlock lock; /* entries, and what units remember of them */
static struct entry *root;
static struct entry *everybody;
static struct entry *bus_table[BUSES];

const struct pt_format *vtd_pages(unsigned int levels, unsigned int large)
{
	return &formats[levels == 4][large & 1 ? (large & 2 ? 2 : 1) : 0];
}

static struct entry entry_of(const struct page_table *table)
{
	return (struct entry){
		.low = arch_hv_hpa(table->root).value | ENTRY_PRESENT,
		.high = (uint64_t)table->tag << ENTRY_DOMAIN_SHIFT | (table->format->levels - 2u),
	};
}

uint64_t vtd_tables_root(void)
{
	return arch_hv_hpa(root).value;
}

static void point_to(unsigned int bus, const struct entry *table)
{
	root[bus].high = 0;
	__atomic_store_n(&root[bus].low, arch_hv_hpa(table).value | ENTRY_PRESENT, __ATOMIC_RELEASE);
}

int vtd_tables_init(const struct page_table *owner)
{
	const struct entry entry = entry_of(owner);

	memset(bus_table, 0, sizeof(bus_table));
	root = pool_alloc(1, 1);
	everybody = pool_alloc(1, 1);
	if (!root || !everybody) {
		vtd_tables_exit();
		return BH_E_NO_MEMORY;
	}
	for (unsigned int i = 0; i < FUNCTIONS; i++)
		everybody[i] = entry;
	for (unsigned int bus = 0; bus < BUSES; bus++)
		point_to(bus, everybody);
	return BH_E_OK;
}

void vtd_tables_exit(void)
{
	for (unsigned int bus = 0; bus < BUSES; bus++) {
		if (bus_table[bus])
			pool_free(bus_table[bus], 1);
		bus_table[bus] = NULL;
	}
	if (everybody)
		pool_free(everybody, 1);
	if (root)
		pool_free(root, 1);
	everybody = root = NULL;
}

static void forget_contexts(void)
{
	static const struct iommu_command forget[] = {
		{ VTD_DESC_CONTEXTS, 0 },
		{ VTD_DESC_IOTLB | VTD_DESC_IOTLB_ALL | VTD_DESC_IOTLB_DRAIN, 0 },
	};

	iommu_submit_all(forget, 2);
}

int vtd_prepare(uint32_t function)
{
	const unsigned int bus = function >> 8 & 0xff;
	struct entry *table;

	if (bus_table[bus])
		return BH_E_OK;
	table = pool_alloc(1, 1);
	if (!table)
		return BH_E_NO_MEMORY;
	memcpy(table, everybody, PAGE_SIZE);
	arch_pt_publish();
	spin_lock(&lock);
	point_to(bus, table);
	bus_table[bus] = table;
	forget_contexts();
	spin_unlock(&lock);
	return BH_E_OK;
}

/* First nothing, then the new: an entry is never half of both. */
static void replace(struct entry *at, struct entry entry)
{
	__atomic_store_n(&at->low, entry.low & ENTRY_PRESENT ? 0 : entry.low, __ATOMIC_RELEASE);
	forget_contexts();
	if (!(entry.low & ENTRY_PRESENT))
		return;
	__atomic_store_n(&at->high, entry.high, __ATOMIC_RELEASE);
	__atomic_store_n(&at->low, entry.low, __ATOMIC_RELEASE);
	forget_contexts();
}

void vtd_attach(const struct page_table *table, uint32_t function)
{
	struct entry *bus = bus_table[function >> 8 & 0xff];

	if (!bus)
		return;
	spin_lock(&lock);
	replace(&bus[function & 0xff], table ? entry_of(table) : (struct entry){ .low = ENTRY_QUIET });
	spin_unlock(&lock);
}
