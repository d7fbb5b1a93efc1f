// SPDX-License-Identifier: GPL-2.0-or-later
#include <cell/dma.h>

#include <arch/cell.h>
#include <arch/iommu.h>
#include <arch/pci.h>
#include <cell/cell.h>
#include <core/component.h>
#include <core/image.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <lib/config.h>
#include <lib/errors.h>
#include <lib/string.h>

#define DMA_PROT (PT_READ | PT_WRITE)

/*
 * Functions that guests own: a place holds OWNED | cell << 32 | function, or 0 (atomic). Faults are reported on any
 * CPU, while cells come and go.
 */
#define OWNED (1ull << 63)
#define MAX_OWNED 64u

static uint64_t owned[MAX_OWNED];

static struct page_table *table_of(struct cell *cell)
{
	return arch_cell_dma(&cell->arch);
}

static int is_ram(const struct bh_config_memory *region)
{
	return !(region->flags & BH_MEM_DEVICE);
}

/* Memory ------------------------------------------------------------------------------------------- */

static int map_identity(struct page_table *table, uint64_t start, uint64_t end)
{
	const uint64_t first = align_up(start, PAGE_SIZE), past = align_down(end, PAGE_SIZE);

	return first < past ? pt_map(table, first, hpa(first), past - first, DMA_PROT, PT_NORMAL) : BH_E_OK;
}

/* A bank without the hypervisor's memory. */
static int map_bank(struct page_table *table, const struct bh_config_range *bank)
{
	const struct bh_config_range *hidden = &image_config()->hv_memory;
	const uint64_t end = bank->base + bank->size, past = hidden->base + hidden->size;
	int code;

	if (past <= bank->base || hidden->base >= end)
		return map_identity(table, bank->base, end);
	code = hidden->base > bank->base ? map_identity(table, bank->base, hidden->base) : BH_E_OK;
	if (!code && past < end)
		code = map_identity(table, past, end);
	return code;
}

int dma_root_init(void)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, system, dram);
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);
	struct page_table *table = table_of(cell_root());
	int code = BH_E_OK;

	memset(owned, 0, sizeof(owned));
	if (!table)
		return BH_E_OK;
	for (uint32_t i = 0; i < system->dram.count && !code; i++)
		code = map_bank(table, &dram[i]);
	for (uint32_t i = 0; i < system->pool.count && !code; i++)
		code = pt_split(table, pool[i].base, pool[i].size, BH_RAM_ALIGN);
	return code;
}

int dma_map(struct cell *cell, const struct bh_config_memory *region)
{
	const unsigned int prot = DMA_PROT & ((region->flags & BH_MEM_READ ? PT_READ : 0) |
					      (region->flags & BH_MEM_WRITE ? PT_WRITE : 0));
	int code;

	if (!table_of(cell) || !is_ram(region) || !prot)
		return BH_E_OK;
	code = pt_split(table_of(cell_root()), region->hpa, region->size, BH_RAM_ALIGN);
	return code ? code :
		      pt_map(table_of(cell), region->gpa, hpa(region->hpa), region->size, prot, PT_NORMAL);
}

void dma_unmap(struct cell *cell, const struct bh_config_memory *region)
{
	if (table_of(cell) && is_ram(region))
		pt_unmap(table_of(cell), region->gpa, region->size);
}

void dma_take_from_root(const struct bh_config_memory *region)
{
	if (table_of(cell_root()) && is_ram(region))
		pt_unmap(table_of(cell_root()), region->hpa, region->size);
}

/* Units may remember that there was nothing. */
void dma_give_to_root(const struct bh_config_memory *region)
{
	struct page_table *table = table_of(cell_root());
	int code;

	if (!table || !is_ram(region))
		return;
	code = pt_map(table, region->hpa, hpa(region->hpa), region->size, DMA_PROT, PT_NORMAL);
	if (code)
		log_error("memory %llx could not be given back to the root cell's devices: error %d",
			  (unsigned long long)region->hpa, code);
	arch_iommu_forget(&cell_root()->arch);
}

/* Functions ---------------------------------------------------------------------------------------- */

const struct bh_config_pci *dma_functions(const struct bh_config_cell *config, uint32_t *count)
{
	*count = 0;
	if (!config || config->header.arch != BH_ARCH_X86_64)
		return NULL;
	*count = config->x86.pci.count;
	return CONFIG_ARRAY(struct bh_config_pci, config, x86.pci);
}

static struct cell *owner_at(uint32_t place, uint32_t function)
{
	const uint64_t value = __atomic_load_n(&owned[place], __ATOMIC_ACQUIRE);

	return value & OWNED && (uint32_t)value == function ? cell_get(value >> 32 & 0xff) : NULL;
}

struct cell *dma_owner(uint32_t function)
{
	for (uint32_t i = 0; i < MAX_OWNED; i++) {
		struct cell *cell = owner_at(i, function);

		if (cell)
			return cell;
	}
	return cell_root();
}

static uint32_t free_places(void)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < MAX_OWNED; i++)
		count += !owned[i];
	return count;
}

static void own(const struct cell *cell, uint32_t function)
{
	uint32_t place = 0;

	while (place < MAX_OWNED - 1 && owned[place]) /* dma_check() has counted */
		place++;
	__atomic_store_n(&owned[place], OWNED | (uint64_t)cell->id << 32 | function, __ATOMIC_RELEASE);
}

static void disown(const struct cell *cell)
{
	for (uint32_t i = 0; i < MAX_OWNED; i++) {
		if (owned[i] & OWNED && (owned[i] >> 32 & 0xff) == cell->id)
			__atomic_store_n(&owned[i], 0, __ATOMIC_RELEASE);
	}
}

static void attach_all(struct cell *cell, struct cell *to)
{
	uint32_t count;
	const struct bh_config_pci *pci = dma_functions(cell->config, &count);

	for (uint32_t i = 0; i < count; i++)
		arch_iommu_attach(to ? &to->arch : NULL, dma_id(&pci[i]));
}

/* What no unit holds is not told to write any more. */
void dma_block(struct cell *cell)
{
	uint32_t count;
	const struct bh_config_pci *pci = dma_functions(cell->config, &count);

	for (uint32_t i = 0; i < count; i++)
		arch_pci_write(dma_id(&pci[i]), PCI_COMMAND, 2, PCI_COMMAND_NO_INTX);
	attach_all(cell, NULL);
}

void dma_block_function(uint32_t function)
{
	arch_iommu_attach(NULL, function);
}

/* Component. */

/* Or need not be. That the board lists a unit in front of it is not enough. */
static int is_isolated(const struct bh_config_cell *config, const struct bh_config_pci *pci)
{
	const char *gap = pci->flags & BH_PCI_DMA_UNPROTECTED ? NULL : arch_iommu_gap(dma_id(pci));

	if (!gap)
		return 1;
	log_error("cell %s: PCI %04x:%02x:%02x.%x is not isolated: %s", config->name, pci->segment,
		  pci->function >> 8, pci->function >> 3 & 31, pci->function & 7, gap);
	log_error("or write 'dma: unprotected' beside it if the cell may reach all of the machine");
	return 0;
}

static int dma_check(const struct bh_config_cell *config, struct bh_error *error)
{
	uint32_t count;
	const struct bh_config_pci *pci = dma_functions(config, &count);

	if (count > free_places())
		return error_set(error, BH_E_TOO_MANY, BH_OBJ_DEVICE, 0, count, free_places());
	for (uint32_t i = 0; i < count; i++) {
		if (!cell_is_root(dma_owner(dma_id(&pci[i]))))
			return error_set(error, BH_E_NOT_OWNED, BH_OBJ_DEVICE, i, dma_id(&pci[i]), 0);
		if (!is_isolated(config, &pci[i]))
			return error_set(error, BH_E_HARDWARE, BH_OBJ_DEVICE, i, dma_id(&pci[i]), 0);
	}
	return BH_E_OK;
}

static int dma_prepare(struct cell *cell, struct bh_error *error)
{
	uint32_t count;
	const struct bh_config_pci *pci = dma_functions(cell->config, &count);

	for (uint32_t i = 0; i < count; i++) {
		if (arch_iommu_covers(dma_id(&pci[i])) && arch_iommu_prepare(dma_id(&pci[i])))
			return error_set(error, BH_E_NO_MEMORY, BH_OBJ_DEVICE, i, dma_id(&pci[i]), 0);
	}
	return BH_E_OK;
}

static void dma_commit(struct cell *cell)
{
	uint32_t count;
	const struct bh_config_pci *pci = dma_functions(cell->config, &count);

	for (uint32_t i = 0; i < count; i++)
		own(cell, dma_id(&pci[i]));
	attach_all(cell, NULL);
}

static void dma_reset(struct cell *cell)
{
	attach_all(cell, cell);
}

/* A cell that was refused has taken nothing. */
static void dma_exit(struct cell *cell)
{
	if (!cell->committed)
		return;
	attach_all(cell, cell_root());
	disown(cell);
}

/* After the memory that it maps. */
COMPONENT(dma) = {
	.name = "dma",
	.phase = COMPONENT_DEVICE,
	.cell_check = dma_check,
	.cell_prepare = dma_prepare,
	.cell_commit = dma_commit,
	.cell_reset = dma_reset,
	.cell_exit = dma_exit,
};
