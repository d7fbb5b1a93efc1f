// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/cell.h>

#include <arch/mmu.h>
#include <asm/interrupts.h>
#include <asm/iommu.h>
#include <asm/portio.h>
#include <asm/vcpu.h>
#include <asm/virt.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <core/pool.h>
#include <lib/config.h>
#include <lib/errors.h>

static struct cell_arch *cell_of_root;

struct cell_arch *arch_root_cell(void)
{
	return cell_of_root;
}

int arch_cell_check(const struct bh_config_cell *config, struct bh_error *error)
{
	if (config->cpus.count == 0 || config->cpus.count > CONFIG_MAX_CPUS)
		return error_set(error, BH_E_TOO_MANY, BH_OBJ_CPU, 0, config->cpus.count, CONFIG_MAX_CPUS);
	return intc_cell_check(config, error);
}

static void init_root(struct cell_arch *cell)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, system, cpus);

	cell->is_root = 1;
	cell->vcpu_count = system->cpus.count;
	for (unsigned int i = 0; i < cell->vcpu_count; i++) {
		cell->apic_id[i] = (uint32_t)cpus[i].hwid;
		cell->slot[i] = (uint16_t)i;
	}
}

static void init_guest(struct cell_arch *cell, const struct bh_config_cell *config)
{
	cell->is_root = 0;
	cell->has_pci = config->x86.pci.count != 0;
	cell->vcpu_count = config->cpus.count;
	cell->mode = config->x86.mode;
	cell->start = config->x86.start;
	for (unsigned int i = 0; i < cell->vcpu_count; i++)
		cell->apic_id[i] = i;
}

static int init_bitmaps(struct cell_arch *cell, const struct bh_config_cell *config)
{
	cell->msr_bitmap = pool_alloc(VIRT_MSR_BITMAP_PAGES, 1);
	cell->io_bitmap = pool_alloc(VIRT_IO_BITMAP_PAGES, 1);
	if (!cell->msr_bitmap || !cell->io_bitmap)
		return BH_E_NO_MEMORY;
	portio_fill_bitmap(config, cell->io_bitmap, VIRT_IO_BITMAP_PAGES * PAGE_SIZE);
	msr_fill_bitmap(cell);
	return BH_E_OK;
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

static int init_parts(struct cell_arch *cell, const struct bh_config_cell *config, struct bh_error *error)
{
	int code = init_bitmaps(cell, config);

	if (!code && iommu_format())
		code = pt_init(&cell->dma, iommu_format(), cell->id + 1);
	if (code)
		return error_set(error, (unsigned int)code, BH_OBJ_CELL, cell->id, 0, 0);
	return intc_cell_init(cell, config, error);
}

int arch_cell_init(struct cell_arch *cell, const struct bh_config_cell *config, unsigned int id,
		   struct bh_error *error)
{
	int code;

	cell->id = id;
	if (config)
		init_guest(cell, config);
	else
		init_root(cell);
	code = pt_init(&cell->stage2, arch_pt_stage2(), id + 1);
	if (code)
		return error_set(error, (unsigned int)code, BH_OBJ_CELL, id, 0, 0);
	code = init_parts(cell, config, error);
	if (code) {
		exit_bitmaps(cell);
		pt_exit(&cell->dma);
		pt_exit(&cell->stage2);
		return code;
	}
	arch_tlb_invalidate_vmid(id + 1);
	if (!config)
		cell_of_root = cell;
	return BH_E_OK;
}

void arch_cell_exit(struct cell_arch *cell)
{
	if (cell == cell_of_root)
		cell_of_root = NULL;
	intc_cell_exit(cell);
	exit_bitmaps(cell);
	pt_exit(&cell->dma);
	pt_exit(&cell->stage2);
	arch_tlb_invalidate_vmid(cell->id + 1);
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
