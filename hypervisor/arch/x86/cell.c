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

int arch_cell_check(const struct bh_config_cell *config, struct bh_error *error)
{
	int code = guest_check(config, CONFIG_MAX_CPUS, error);

	return code ? code : intc_cell_check(config, error);
}

static void exit_bitmaps(struct cell_arch *cell)
{
	if (cell->msr_bitmap)
		pool_free(cell->msr_bitmap, VIRT_MSR_BITMAP_PAGES);
	if (cell->io_bitmap)
		pool_free(cell->io_bitmap, VIRT_IO_BITMAP_PAGES);
	cell->msr_bitmap = NULL;
	cell->io_bitmap = NULL;
}

static int init_bitmaps(struct cell_arch *cell, const struct bh_config_cell *config)
{
	cell->msr_bitmap = pool_alloc(VIRT_MSR_BITMAP_PAGES, 1);
	cell->io_bitmap = pool_alloc(VIRT_IO_BITMAP_PAGES, 1);
	if (!cell->msr_bitmap || !cell->io_bitmap) {
		exit_bitmaps(cell);
		return BH_E_NO_MEMORY;
	}
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

struct page_table *arch_cell_stage2(struct cell_arch *cell)
{
	return &cell->stage2;
}

void arch_cell_set_vcpu(struct cell_arch *cell, unsigned int vcpu, unsigned int slot)
{
	cell->slot[vcpu] = (uint16_t)slot;
}

void arch_cell_reset(struct cell_arch *cell)
{
	vtime_reset(&cell->time);
	intc_cell_reset(cell);
}

/* What reads and writes memory by itself, the remapping table and the queue, is taken with the IOMMU. */
int arch_root_intc_init(void)
{
	return BH_E_OK;
}

void arch_root_intc_exit(void)
{
}

int arch_platform_range(unsigned int index, struct bh_config_range *range)
{
	return intc_platform_range(index, range);
}
