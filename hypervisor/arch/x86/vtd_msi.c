// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of guests' functions: the last entries of the table that the unit uses, where root's kernel has none. An
 * entry names the function that may use it, and one CPU that its cell has now.
 */
#include <arch/msi.h>

#include <asm/iommu.h>
#include <asm/vapic.h>
#include <asm/vcpu.h>
#include <asm/vtd_unit.h>
#include <core/cpu.h>

#define MESSAGE_BASE 0xfee00000ull
#define MESSAGE_MASK 0xfffffffffff00000ull
#define MESSAGE_ENTRY (1u << 4) /* names an entry: guests see no unit */
#define MESSAGE_LOGICAL (1u << 2)
#define MESSAGE_ID_SHIFT 12
#define MESSAGE_INDEX_SHIFT 5
#define MESSAGE_INDEX 0x7fffu
#define MESSAGE_HIGH_SHIFT 2 /* of the index */
#define DATA_BITS (ICR_VECTOR | ICR_MODE | ICR_ASSERT)
#define FIRST_VECTOR 16u

static struct iommu_unit *unit_of(uint32_t function)
{
	const struct bh_config_iommu *config = iommu_server(function);
	struct iommu_unit *unit;

	for (unsigned int i = 0; config && (unit = vtd_unit(i)); i++) {
		if (unit->config == config && __atomic_load_n(&unit->is_on, __ATOMIC_ACQUIRE))
			return unit->vtd.has_table && unit->vtd.guests ? unit : NULL;
	}
	return NULL;
}

int arch_msi_message(uint32_t function, unsigned int index, struct msi_message *message)
{
	const struct iommu_unit *unit = unit_of(function);
	uint32_t entry;

	if (!unit || index >= MSI_ENTRIES)
		return 0;
	entry = unit->vtd.guests + index;
	message->address = MESSAGE_BASE | MESSAGE_ENTRY | (entry & MESSAGE_INDEX) << MESSAGE_INDEX_SHIFT |
			   entry >> 15 << MESSAGE_HIGH_SHIFT;
	message->data = 0;
	return 1;
}

/* An edge, fixed or lowest priority: all else is the machine's. */
static int is_allowed(const struct msi_message *guest)
{
	return (guest->address & MESSAGE_MASK) == MESSAGE_BASE && !(guest->address & MESSAGE_ENTRY) &&
	       !(guest->data & ~DATA_BITS) && (guest->data & ICR_MODE) >> ICR_MODE_SHIFT <= DELIVER_LOWEST &&
	       (guest->data & ICR_VECTOR) >= FIRST_VECTOR;
}

static uint64_t low_half(const struct iommu_unit *unit, const struct cell_arch *cell, const struct msi_message *guest)
{
	const struct icr_target target = {
		.destination = (uint32_t)(guest->address >> MESSAGE_ID_SHIFT) & 0xff,
		.logical = (guest->address & MESSAGE_LOGICAL) != 0,
	};
	const int vcpu = is_allowed(guest) ? vapic_first(cell, target) : -1;
	uint64_t id;

	if (vcpu < 0)
		return IRTE_QUIET;
	id = cpu_get(cell->slot[vcpu])->hwid;
	if (!(unit->vtd.view[VTD_IRTA / 4] & VTD_IRTA_WIDE))
		id <<= 8;
	return IRTE_PRESENT | IRTE_QUIET | (uint64_t)(guest->data & ICR_VECTOR) << IRTE_VECTOR_SHIFT |
	       id << IRTE_DESTINATION_SHIFT;
}

void arch_msi_route(struct cell_arch *cell, uint32_t function, unsigned int index, const struct msi_message *guest)
{
	struct iommu_unit *unit = unit_of(function);
	struct iommu_command entry = { IRTE_QUIET, IRTE_SOURCE | (function & 0xffff) };
	struct iommu_command forget;

	if (!unit || index >= MSI_ENTRIES)
		return;
	if (guest)
		entry.low = low_half(unit, cell, guest);
	forget = (struct iommu_command){
		.low = VTD_DESC_REMAP | VTD_DESC_REMAP_ONE |
		       (uint64_t)(unit->vtd.guests + index) << VTD_DESC_INDEX_SHIFT,
	};
	spin_lock(&unit->lock);
	if (unit->is_on && vtd_store_entry(unit, unit->vtd.guests + index, entry))
		iommu_submit_locked(unit, &forget, 1);
	spin_unlock(&unit->lock);
}
