// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of guests' functions (specification 2.2.5): each function has a table of its own for them, and reaches no
 * other. A message's data is the place in it. Entries are of 32 bits, or of 128 where units know CPUs by 32-bit ids.
 */
#include "asm/amdvi_unit.h"

#include "asm/apic_types.h"

#define ENTRY_ON (1u << 0)
#define ENTRY_QUIET (1u << 1) /* what it does not let through is not recorded */
#define ENTRY_ID_SHIFT 8
#define ENTRY_VECTOR_SHIFT 16 /* of 32 bits; else the second half begins with it */
/* What an entry can name: not all CPUs at once, and nothing that the second half would have of an id. */
#define LAST_NARROW_ID 0xfeu
#define LAST_WIDE_ID 0xffffffu

int amdvi_message(const struct iommu_unit *unit, unsigned int index, struct msi_message *message)
{
	(void)unit;
	*message = (struct msi_message){ APIC_BASE_ADDRESS, index % MSI_FUNCTION_ENTRIES };
	return 1;
}

/* In between a unit may find the new vector and the CPU from before: both are the cell's. */
static void store_wide(uint64_t *entry, uint64_t value, uint32_t vector)
{
	if (vector)
		__atomic_store_n(&entry[1], vector, __ATOMIC_RELEASE);
	__atomic_store_n(&entry[0], value, __ATOMIC_RELEASE);
}

void amdvi_route_message(struct iommu_unit *unit, uint32_t function, unsigned int index, struct iommu_vector to)
{
	const uint32_t last = unit->amdvi.is_wide ? LAST_WIDE_ID : LAST_NARROW_ID;
	const unsigned int place = index % MSI_FUNCTION_ENTRIES;
	uint32_t *table = amdvi_vectors(index / MSI_FUNCTION_ENTRIES), value = ENTRY_QUIET;

	if (to.vector && to.id <= last)
		value |= ENTRY_ON | to.id << ENTRY_ID_SHIFT;
	if (unit->amdvi.is_wide)
		store_wide((uint64_t *)table + place * 2, value, to.vector);
	else
		__atomic_store_n(&table[place], value | to.vector << ENTRY_VECTOR_SHIFT, __ATOMIC_RELEASE);
	amdvi_use_vectors(function, table);
}
