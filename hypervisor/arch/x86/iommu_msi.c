// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of guests' functions: of what a guest wrote the unit in front of its function gets a vector and one CPU that
 * the cell has now, or nothing. Each kind of units has entries of its own for that.
 */
#include <arch/msi.h>

#include "asm/icr.h"
#include "asm/iommu_unit.h"
#include "asm/vapic.h"

#include <core/cpu.h>

#define MESSAGE_MASK 0xfffffffffff00000ull
#define MESSAGE_ENTRY (1u << 4) /* names an entry: guests see no unit */
#define MESSAGE_LOGICAL (1u << 2)
#define MESSAGE_ID_SHIFT 12
#define DATA_BITS (ICR_VECTOR | ICR_MODE | ICR_ASSERT)
#define FIRST_VECTOR 16u

int arch_msi_message(uint32_t function, unsigned int index, struct msi_message *message)
{
	const struct iommu_unit *unit = iommu_serving(function);

	return unit && index < MSI_ENTRIES && unit->kind->message(unit, index, message);
}

/* An edge, fixed or lowest priority: all else is the machine's. */
static int is_allowed(const struct msi_message *guest)
{
	return (guest->address & MESSAGE_MASK) == APIC_BASE_ADDRESS && !(guest->address & MESSAGE_ENTRY) &&
	       !(guest->data & ~DATA_BITS) && (guest->data & ICR_MODE) >> ICR_MODE_SHIFT <= DELIVER_LOWEST &&
	       (guest->data & ICR_VECTOR) >= FIRST_VECTOR;
}

static struct iommu_vector vector_of(const struct cell_arch *cell, const struct msi_message *guest)
{
	const struct icr_target target = {
		.destination = (uint32_t)(guest->address >> MESSAGE_ID_SHIFT) & 0xff,
		.logical = (guest->address & MESSAGE_LOGICAL) != 0,
	};
	const int vcpu = is_allowed(guest) ? vapic_first(cell, target) : -1;

	if (vcpu < 0)
		return IOMMU_NO_VECTOR;
	return (struct iommu_vector){ guest->data & ICR_VECTOR, (uint32_t)cpu_get(cell->slot[vcpu])->hwid };
}

void arch_msi_route(struct cell_arch *cell, uint32_t function, unsigned int index, const struct msi_message *guest)
{
	struct iommu_unit *unit = iommu_serving(function);

	if (unit && index < MSI_ENTRIES)
		unit->kind->route(unit, function, index, guest ? vector_of(cell, guest) : IOMMU_NO_VECTOR);
}
