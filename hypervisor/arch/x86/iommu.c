// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/iommu.h>

#include <asm/vcpu.h>
#include <asm/vtd.h>
#include <core/pagetable.h>

struct page_table *arch_cell_dma(struct cell_arch *cell)
{
	return cell->dma.root ? &cell->dma : NULL;
}

int arch_iommu_covers(uint32_t function)
{
	return vtd_covers(function);
}

int arch_iommu_prepare(uint32_t function)
{
	return vtd_prepare(function);
}

void arch_iommu_attach(struct cell_arch *cell, uint32_t function)
{
	vtd_attach(cell, function);
}

void arch_iommu_forget(struct cell_arch *cell)
{
	if (cell->dma.root)
		vtd_forget(cell->dma.tag);
}

int arch_iommu_enable(void)
{
	return vtd_enable();
}

void arch_iommu_disable(void)
{
	vtd_disable();
}
