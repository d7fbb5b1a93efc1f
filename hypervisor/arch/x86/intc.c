// SPDX-License-Identifier: GPL-2.0-or-later
/* A cell's interrupt controllers as a whole. */
#include <asm/interrupts.h>

#include <arch/cell.h>
#include <asm/iommu.h>
#include <asm/ioapic.h>
#include <asm/vapic.h>
#include <asm/vioapic.h>
#include <asm/vtd.h>
#include <core/image.h>
#include <lib/errors.h>
#include <lib/string.h>

int arch_cell_check(const struct bh_config_cell *config, struct bh_error *error)
{
	if (config->x86.ioapic && config->x86.pins > IOAPIC_PINS)
		return error_set(error, BH_E_TOO_MANY, BH_OBJ_INTC, 0, config->x86.pins, IOAPIC_PINS);
	/* Units that remap drop what is no index of root's own table. */
	if (config->irqs.count && vtd_is_remapping())
		return error_set(error, BH_E_HARDWARE, BH_OBJ_IRQ, 0, config->irqs.count, 0);
	return BH_E_OK;
}

int intc_cell_init(struct cell_arch *cell, const struct bh_config_cell *config)
{
	memset(&cell->irq, 0, sizeof(cell->irq));
	vapic_cell_init(cell);
	vioapic_cell_init(cell, config);
	return BH_E_OK;
}

/* Guests' pins went back one by one before. */
void intc_cell_exit(struct cell_arch *cell)
{
	if (cell->is_root)
		vioapic_restore(cell);
}

void arch_cell_reset(struct cell_arch *cell)
{
	vapic_cell_reset(cell);
	vioapic_cell_reset(cell);
}

int arch_platform_range(unsigned int index, struct bh_config_range *range)
{
	const unsigned int ioapics = image_config()->x86.ioapics.count;
	struct vioapic_unit unit;

	if (!index) {
		*range = (struct bh_config_range){ .base = APIC_BASE_ADDRESS, .size = APIC_PAGE_SIZE };
		return 1;
	}
	if (index > ioapics)
		return iommu_range(index - 1 - ioapics, range);
	if (!ioapic_unit(index - 1, &unit))
		return 0;
	*range = (struct bh_config_range){ .base = unit.base, .size = IOAPIC_SIZE };
	return 1;
}
