// SPDX-License-Identifier: GPL-2.0-or-later
/* No unit of this architecture is known: no device is isolated by one. */
#include <arch/iommu.h>

#include <arch/msi.h>
#include <bulkhead/errors.h>
#include <core/pagetable.h>

struct page_table *arch_cell_dma(struct cell_arch *cell)
{
	(void)cell;
	return NULL;
}

int arch_iommu_covers(uint32_t function)
{
	(void)function;
	return 0;
}

const char *arch_iommu_gap(uint32_t function)
{
	(void)function;
	return "the hypervisor drives no IOMMU of this architecture";
}

int arch_iommu_prepare(uint32_t function)
{
	(void)function;
	return BH_E_OK;
}

void arch_iommu_attach(struct cell_arch *cell, uint32_t function)
{
	(void)cell;
	(void)function;
}

void arch_iommu_forget(struct cell_arch *cell)
{
	(void)cell;
}

int arch_iommu_enable(void)
{
	return BH_E_OK;
}

void arch_iommu_disable(void)
{
}

int arch_msi_message(uint32_t function, unsigned int index, struct msi_message *message)
{
	(void)function;
	(void)index;
	(void)message;
	return 0;
}

void arch_msi_route(struct cell_arch *cell, uint32_t function, unsigned int index, const struct msi_message *guest)
{
	(void)cell;
	(void)function;
	(void)index;
	(void)guest;
}
