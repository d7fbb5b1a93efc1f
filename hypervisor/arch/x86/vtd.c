// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/vtd.h>

#include <arch/mmu.h>
#include <asm/mmu.h>
#include <asm/vcpu.h>
#include <bulkhead/errors.h>
#include <core/image.h>
#include <core/log.h>
#include <lib/config.h>

#define GSTS 0x1cu
#define GSTS_REMAPPING (1u << 25)
#define IRTA 0xb8u
#define IRTA_ADDRESS 0xfffffffffffff000ull
#define IRTA_WIDE (1u << 11)
#define IRTA_SIZE 0xfu

#define ENTRY_SIZE 16u
#define IRTE_PRESENT (1ull << 0)
#define IRTE_LOGICAL (1ull << 2)
#define IRTE_MODE_SHIFT 5
#define IRTE_VECTOR_SHIFT 16
#define IRTE_DESTINATION_SHIFT 32

/* The first unit's table: the I/O APICs' unit, and Linux gives all units their own entries in their own tables. */
static volatile uint8_t *unit;

static uint32_t read32(uint32_t offset)
{
	return *(volatile uint32_t *)(unit + offset);
}

static uint64_t read64(uint32_t offset)
{
	return read32(offset) | (uint64_t)read32(offset + 4) << 32;
}

/* The unit that serves an I/O APIC, or the first one; -1: none. */
static int find_unit(const struct bh_config_iommu *units, uint32_t count)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_scope *scope = CONFIG_ARRAY(struct bh_config_scope, system, x86.scopes);
	int found = -1;

	for (uint32_t i = 0; i < count && found < 0; i++) {
		if (units[i].type == BH_IOMMU_VTD)
			found = (int)i;
	}
	for (uint32_t i = 0; i < system->x86.scopes.count; i++) {
		if (scope[i].kind == BH_SCOPE_IOAPIC && scope[i].unit < count &&
		    units[scope[i].unit].type == BH_IOMMU_VTD)
			return scope[i].unit;
	}
	return found;
}

int vtd_probe(void)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_iommu *units = CONFIG_ARRAY(struct bh_config_iommu, system, x86.iommus);
	const int index = find_unit(units, system->x86.iommus.count);

	unit = NULL;
	if (index < 0)
		return BH_E_OK;
	unit = mmu_map_device(hpa(units[index].base), BH_PAGE_SIZE);
	if (!unit)
		return BH_E_NO_MEMORY;
	if (vtd_is_remapping())
		log_warning("the kernel remaps interrupts by a table of its own, which is not checked");
	return BH_E_OK;
}

void vtd_unprobe(void)
{
	unit = NULL;
}

int vtd_is_remapping(void)
{
	return unit && read32(GSTS) & GSTS_REMAPPING;
}

static uint64_t read_table(uint64_t address)
{
	const volatile uint64_t *window;
	uint64_t value;

	if (!image_is_ram(address))
		return 0;
	window = arch_window_open(hpa(address), sizeof(value));
	value = *window;
	arch_window_close();
	return value;
}

int vtd_lookup(uint64_t entry, struct icr_target *target, uint32_t *vector)
{
	const uint32_t index = (uint32_t)(entry >> 49) | (uint32_t)(entry >> 11 & 1) << 15;
	uint64_t table, irte;

	if (!vtd_is_remapping())
		return 0;
	table = read64(IRTA);
	if (index >> ((table & IRTA_SIZE) + 1))
		return 0;
	irte = read_table((table & IRTA_ADDRESS) + index * ENTRY_SIZE);
	if (!(irte & IRTE_PRESENT) || (irte >> IRTE_MODE_SHIFT & 7) > DELIVER_LOWEST)
		return 0;
	target->wide = (table & IRTA_WIDE) != 0;
	target->logical = (irte & IRTE_LOGICAL) != 0;
	target->destination = (uint32_t)(irte >> IRTE_DESTINATION_SHIFT);
	if (!target->wide)
		target->destination = target->destination >> 8 & 0xff;
	*vector = (uint32_t)(irte >> IRTE_VECTOR_SHIFT) & ICR_VECTOR;
	return 1;
}
