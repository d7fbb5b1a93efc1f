// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/cell.h>

#include <arch/mmu.h>
#include <asm/interrupts.h>
#include <asm/iommu.h>
#include <asm/portio.h>
#include <asm/vcpu.h>
#include <asm/virt.h>
#include <core/guest.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <core/pool.h>
#include <lib/config.h>
#include <lib/errors.h>

/* Both in one piece. */
static void exit_bitmaps(struct cell_arch *cell)
{
	pool_free(cell->msr_bitmap, VIRT_MSR_BITMAP_PAGES + VIRT_IO_BITMAP_PAGES);
}

static int init_bitmaps(struct cell_arch *cell, const struct bh_config_cell *config)
{
	cell->msr_bitmap = pool_alloc(VIRT_MSR_BITMAP_PAGES + VIRT_IO_BITMAP_PAGES, 1);
	if (!cell->msr_bitmap)
		return BH_E_NO_MEMORY;
	cell->io_bitmap = cell->msr_bitmap + VIRT_MSR_BITMAP_PAGES * PAGE_SIZE / sizeof(*cell->msr_bitmap);
	portio_fill_bitmap(config, cell->io_bitmap, VIRT_IO_BITMAP_PAGES * PAGE_SIZE);
	msr_fill_bitmap(cell);
	return BH_E_OK;
}

static int init_dma(struct cell_arch *cell, const struct bh_config_cell *config)
{
	(void)config;
	return iommu_format() ? pt_init(&cell->dma, iommu_format(), cell->id + 1) : BH_E_OK;
}

static void exit_dma(struct cell_arch *cell)
{
	pt_exit(&cell->dma);
}

static int init_start(struct cell_arch *cell, const struct bh_config_cell *config)
{
	if (config) {
		cell->has_pci = config->x86.pci.count != 0;
		cell->mode = config->x86.mode;
		cell->start = config->x86.start;
	}
	return BH_E_OK;
}

static const struct guest_part parts[] = {
	{ init_bitmaps, exit_bitmaps },
	{ init_dma, exit_dma },
	{ init_start, NULL },
	{ intc_cell_init, intc_cell_exit },
	{ NULL, NULL },
};

int arch_cell_init(struct cell_arch *cell, const struct bh_config_cell *config, unsigned int id,
		   struct bh_error *error)
{
	return guest_init(cell, config, id, parts, error);
}

void arch_cell_exit(struct cell_arch *cell)
{
	guest_exit(cell, parts);
}

void arch_cell_set_vcpu(struct cell_arch *cell, unsigned int vcpu, unsigned int slot)
{
	cell->slot[vcpu] = (uint16_t)slot;
}

/* What reads and writes memory by itself, the remapping table and the queue, is taken with the IOMMU. */
int arch_root_intc_init(void)
{
	return BH_E_OK;
}

void arch_root_intc_exit(void)
{
}
