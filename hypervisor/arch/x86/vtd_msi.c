// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of guests' functions: the last entries of the table that the unit uses, where root's kernel has none. An
 * entry names the function that may use it.
 */
#include "asm/apic_types.h"
#include "asm/vtd_unit.h"

#define MESSAGE_ENTRY (1u << 4)
#define MESSAGE_INDEX_SHIFT 5
#define MESSAGE_INDEX 0x7fffu
#define MESSAGE_HIGH_SHIFT 2 /* of the index */

static int has_entries(const struct iommu_unit *unit)
{
	return unit->vtd.has_table && unit->vtd.guests;
}

int vtd_message(const struct iommu_unit *unit, unsigned int index, struct msi_message *message)
{
	const uint32_t entry = unit->vtd.guests + index;

	if (!has_entries(unit))
		return 0;
	message->address = APIC_BASE_ADDRESS | MESSAGE_ENTRY | (entry & MESSAGE_INDEX) << MESSAGE_INDEX_SHIFT |
			   entry >> 15 << MESSAGE_HIGH_SHIFT;
	message->data = 0;
	return 1;
}

static uint64_t low_half(const struct iommu_unit *unit, struct iommu_vector to)
{
	const unsigned int shift = unit->vtd.view[VTD_IRTA / 4] & VTD_IRTA_WIDE ? 0 : 8;

	if (!to.vector)
		return IRTE_QUIET;
	return IRTE_PRESENT | IRTE_QUIET | (uint64_t)to.vector << IRTE_VECTOR_SHIFT |
	       (uint64_t)to.id << shift << IRTE_DESTINATION_SHIFT;
}

void vtd_route_message(struct iommu_unit *unit, uint32_t function, unsigned int index, struct iommu_vector to)
{
	const struct iommu_command entry = { low_half(unit, to), IRTE_SOURCE | (function & 0xffff) };
	const struct iommu_command forget = {
		.low = VTD_DESC_REMAP | VTD_DESC_REMAP_ONE |
		       (uint64_t)(unit->vtd.guests + index) << VTD_DESC_INDEX_SHIFT,
	};

	if (!has_entries(unit))
		return;
	spin_lock(&unit->lock);
	if (unit->is_on && vtd_store_entry(unit, unit->vtd.guests + index, entry))
		iommu_submit_locked(unit, &forget, 1);
	spin_unlock(&unit->lock);
}
