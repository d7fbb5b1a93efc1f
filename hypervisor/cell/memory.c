// SPDX-License-Identifier: GPL-2.0-or-later
#include <cell/memory.h>

#include <arch/cell.h>
#include <arch/mmu.h>
#include <cell/cell.h>
#include <cell/dma.h>
#include <cell/root.h>
#include <core/component.h>
#include <core/image.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <core/pool.h>
#include <lib/config.h>
#include <lib/errors.h>
#include <lib/string.h>

#define BLOCK_SIZE ((uint64_t)BH_RAM_ALIGN)
#define NO_BLOCK (~0ull)

/* By pool block: id of the cell that owns it, CELL_ROOT while it is free. Context: control lock. */
static uint8_t *owners;
static unsigned int owner_pages;

static const struct bh_config_range *pool_ranges(uint32_t *count)
{
	const struct bh_config_system *system = image_config();

	*count = system->pool.count;
	return CONFIG_ARRAY(struct bh_config_range, system, pool);
}

static uint64_t pool_blocks(void)
{
	uint32_t count;
	const struct bh_config_range *pool = pool_ranges(&count);
	uint64_t blocks = 0;

	for (uint32_t i = 0; i < count; i++)
		blocks += pool[i].size / BLOCK_SIZE;
	return blocks;
}

/*
 * Number of the block that starts at @address, NO_BLOCK if [@address, @address + @size) is not inside one
 * range.
 */
static uint64_t block_number(uint64_t address, uint64_t size)
{
	uint32_t count;
	const struct bh_config_range *pool = pool_ranges(&count);
	uint64_t first = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (address >= pool[i].base && address - pool[i].base < pool[i].size &&
		    size <= pool[i].size - (address - pool[i].base))
			return first + (address - pool[i].base) / BLOCK_SIZE;
		first += pool[i].size / BLOCK_SIZE;
	}
	return NO_BLOCK;
}

int memory_block_owner(uint64_t address)
{
	uint64_t block = block_number(address, 1);

	return block == NO_BLOCK ? -1 : owners[block];
}

static int is_free(uint64_t block, uint64_t blocks)
{
	for (uint64_t i = 0; i < blocks; i++) {
		if (owners[block + i] != CELL_ROOT)
			return 0;
	}
	return 1;
}

static void set_owner(uint64_t address, uint64_t size, unsigned int id)
{
	memset(&owners[block_number(address, size)], (int)id, size / BLOCK_SIZE);
}

/* First fit: the lowest free run of @size bytes. Return: its address, 0 if there is none. */
static uint64_t find_run(uint64_t size)
{
	uint32_t count;
	const struct bh_config_range *pool = pool_ranges(&count);
	uint64_t first = 0, wanted = size / BLOCK_SIZE;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t blocks = pool[i].size / BLOCK_SIZE, run = 0;

		for (uint64_t block = 0; block < blocks; block++) {
			run = owners[first + block] == CELL_ROOT ? run + 1 : 0;
			if (run == wanted)
				return pool[i].base + (block + 1 - wanted) * BLOCK_SIZE;
		}
		first += blocks;
	}
	return 0;
}

static const struct bh_config_memory *regions(const struct bh_config_cell *config)
{
	return CONFIG_ARRAY(struct bh_config_memory, config, memory);
}

static int is_device(const struct bh_config_memory *region)
{
	return (region->flags & BH_MEM_DEVICE) != 0;
}

uint64_t memory_ram_size(const struct bh_config_cell *config)
{
	uint64_t size = 0;

	for (uint32_t i = 0; i < config->memory.count; i++)
		size += is_device(&regions(config)[i]) ? 0 : regions(config)[i].size;
	return size;
}

uint64_t memory_blocks(const struct cell *cell)
{
	return memory_ram_size(cell->config) / BLOCK_SIZE;
}

hpa_t memory_block(const struct cell *cell, uint64_t index)
{
	const struct bh_config_memory *region = regions(cell->config);

	for (;; region++) {
		if (is_device(region))
			continue;
		if (index < region->size / BLOCK_SIZE)
			return hpa(region->hpa + index * BLOCK_SIZE);
		index -= region->size / BLOCK_SIZE;
	}
}

void memory_flush_block(const struct cell *cell, uint64_t index)
{
	void *window = arch_window_open(memory_block(cell, index), BLOCK_SIZE);

	arch_cache_flush(window, BLOCK_SIZE);
	arch_window_close();
}

void memory_scrub_block(const struct cell *cell, uint64_t index)
{
	void *window = arch_window_open(memory_block(cell, index), BLOCK_SIZE);

	arch_cache_zero(window, BLOCK_SIZE);
	arch_window_close();
}

/* Root's tables were split when the cell was created, so this needs no memory. */
static void give_to_root(const struct bh_config_memory *region, unsigned int prot)
{
	struct page_table *root = arch_cell_stage2(&cell_root()->arch);
	int code = pt_map(root, region->hpa, hpa(region->hpa), region->size, prot,
			  is_device(region) ? PT_NONCACHED : PT_NORMAL);

	if (code)
		log_error("memory %llx could not be given back to the root cell: error %d",
			  (unsigned long long)region->hpa, code);
}

static void take_from_root(const struct bh_config_memory *region)
{
	pt_unmap(arch_cell_stage2(&cell_root()->arch), region->hpa, region->size);
}

void memory_load(struct cell *cell)
{
	for (uint32_t i = 0; i < cell->config->memory.count; i++) {
		if (regions(cell->config)[i].flags & BH_MEM_LOADABLE)
			give_to_root(&regions(cell->config)[i], PT_READ | PT_WRITE);
	}
	cell->loaded = 1;
}

void memory_unload(struct cell *cell)
{
	for (uint32_t i = 0; cell->loaded && i < cell->config->memory.count; i++) {
		if (regions(cell->config)[i].flags & BH_MEM_LOADABLE)
			take_from_root(&regions(cell->config)[i]);
	}
	cell->loaded = 0;
}

/* Reading root. */

static int in_dram(uint64_t address, uint64_t size)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, system, dram);

	for (uint32_t i = 0; i < system->dram.count; i++) {
		if (address >= dram[i].base && address - dram[i].base < dram[i].size &&
		    size <= dram[i].size - (address - dram[i].base))
			return 1;
	}
	return 0;
}

/*
 * Device memory must not be read by mistake, and hypervisor memory is not root's: both are looked up, not
 * guessed.
 */
static int read_piece(uint64_t address, void *to, uint64_t size)
{
	uint64_t offset = address & (PAGE_SIZE - 1);
	unsigned int prot;
	uint8_t *window;
	hpa_t page;

	if (!in_dram(address, size) ||
	    !pt_lookup(arch_cell_stage2(&cell_root()->arch), address - offset, &page, &prot) ||
	    !(prot & PT_READ))
		return BH_E_FAULT;
	window = arch_window_open(page, PAGE_SIZE);
	memcpy(to, window + offset, size);
	arch_window_close();
	return BH_E_OK;
}

int memory_read_root(uint64_t address, void *to, uint64_t size, struct bh_error *error)
{
	uint8_t *at = to;

	for (uint64_t done = 0; done < size;) {
		uint64_t in_page = PAGE_SIZE - ((address + done) & (PAGE_SIZE - 1));
		uint64_t piece = size - done < in_page ? size - done : in_page;

		if (address + done < address || read_piece(address + done, at + done, piece))
			return error_set(error, BH_E_FAULT, BH_OBJ_CALL, 0, address, address + size - 1);
		done += piece;
	}
	return BH_E_OK;
}

/* Component. */

static int memory_init(void)
{
	uint64_t blocks = pool_blocks();

	owner_pages = (unsigned int)(align_up(blocks + 1, PAGE_SIZE) / PAGE_SIZE);
	owners = pool_alloc(owner_pages, 1);
	return owners ? BH_E_OK : BH_E_NO_MEMORY;
}

static void memory_exit(void)
{
	pool_free(owners, owner_pages);
	owners = NULL;
}

static int refuse(struct bh_error *error, unsigned int code, uint32_t index, uint64_t base, uint64_t size)
{
	return error_set(error, code, BH_OBJ_MEMORY, index, base, base + (size - 1));
}

static int check_limits(const struct bh_config_memory *region, uint32_t index, struct bh_error *error)
{
	uint64_t limit = 1ull << arch_phys_bits();

	if (region->gpa + (region->size - 1) >= limit)
		return refuse(error, BH_E_RANGE, index, region->gpa, region->size);
	if (region->hpa + (region->size - 1) >= limit)
		return refuse(error, BH_E_RANGE, index, region->hpa, region->size);
	return BH_E_OK;
}

static int check_pinned(const struct bh_config_memory *region, uint32_t index, struct bh_error *error)
{
	uint64_t block = block_number(region->hpa, region->size);

	if (block == NO_BLOCK || !is_free(block, region->size / BLOCK_SIZE))
		return refuse(error, BH_E_NOT_OWNED, index, region->hpa, region->size);
	return BH_E_OK;
}

static int used_by_cell(const struct bh_config_memory *region)
{
	for (unsigned int id = CELL_ROOT + 1; id < BH_MAX_CELLS; id++) {
		const struct bh_config_cell *other = cell_get(id)->committed ? cell_get(id)->config : NULL;

		for (uint32_t i = 0; other && i < other->memory.count; i++) {
			const struct bh_config_memory *theirs = &regions(other)[i];

			if (is_device(theirs) &&
			    !memory_disjoint(region->hpa, region->size, theirs->hpa, theirs->size))
				return 1;
		}
	}
	return 0;
}

static int used_by_board(const struct bh_config_memory *region)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, system, dram);
	struct bh_config_range range;

	for (uint32_t i = 0; i < system->dram.count; i++) {
		if (!memory_disjoint(region->hpa, region->size, dram[i].base, dram[i].size))
			return 1;
	}
	for (unsigned int i = 0; arch_platform_range(i, &range); i++) {
		if (!memory_disjoint(region->hpa, region->size, range.base, range.size))
			return 1;
	}
	return !memory_disjoint(region->hpa, region->size, system->hv_memory.base, system->hv_memory.size);
}

static int memory_check(const struct bh_config_cell *config, struct bh_error *error)
{
	int code = BH_E_OK;

	for (uint32_t i = 0; i < config->memory.count && !code; i++) {
		const struct bh_config_memory *region = &regions(config)[i];

		code = check_limits(region, i, error);
		if (code)
			break;
		if (is_device(region) && (used_by_board(region) || used_by_cell(region)))
			return refuse(error, BH_E_NOT_OWNED, i, region->hpa, region->size);
		if (!is_device(region) && !(region->flags & BH_MEM_AUTO))
			code = check_pinned(region, i, error);
	}
	return code;
}

/* Pinned regions first, so that those which do not care stay out of their way. */
static int take_blocks(struct cell *cell, unsigned int is_auto, struct bh_error *error)
{
	struct bh_config_memory *region = (struct bh_config_memory *)regions(cell->config);

	for (uint32_t i = 0; i < cell->config->memory.count; i++, region++) {
		if (is_device(region) || (region->flags & BH_MEM_AUTO) != is_auto)
			continue;
		if (is_auto)
			region->hpa = find_run(region->size);
		if (is_auto && !region->hpa)
			return error_set(error, BH_E_NO_POOL, BH_OBJ_MEMORY, i, region->size, 0);
		if (check_pinned(region, i, error))
			return BH_E_NOT_OWNED;
		set_owner(region->hpa, region->size, cell->id);
	}
	return BH_E_OK;
}

static unsigned int guest_prot(const struct bh_config_memory *region)
{
	return (region->flags & BH_MEM_READ ? PT_READ : 0) | (region->flags & BH_MEM_WRITE ? PT_WRITE : 0) |
	       (region->flags & BH_MEM_EXEC ? PT_EXEC : 0);
}

static int map_region(struct cell *cell, uint32_t index, struct bh_error *error)
{
	const struct bh_config_memory *region = &regions(cell->config)[index];
	int code;

	code = pt_split(arch_cell_stage2(&cell_root()->arch), region->hpa, region->size, BLOCK_SIZE);
	if (!code)
		code = pt_map(arch_cell_stage2(&cell->arch), region->gpa, hpa(region->hpa), region->size,
			      guest_prot(region), is_device(region) ? PT_DEVICE : PT_NORMAL);
	if (!code)
		code = dma_map(cell, region);
	return code ? error_set(error, (unsigned int)code, BH_OBJ_MEMORY, index, region->gpa, region->hpa) :
		      BH_E_OK;
}

static int memory_prepare(struct cell *cell, struct bh_error *error)
{
	int code = take_blocks(cell, 0, error);

	if (!code)
		code = take_blocks(cell, BH_MEM_AUTO, error);
	for (uint32_t i = 0; !code && i < cell->config->memory.count; i++)
		code = map_region(cell, i, error);
	return code;
}

static void move_ram(struct cell *from, struct cell *to, uint64_t size)
{
	__atomic_fetch_sub(&from->memory, size, __ATOMIC_RELAXED);
	__atomic_fetch_add(&to->memory, size, __ATOMIC_RELAXED);
}

static void memory_commit(struct cell *cell)
{
	for (uint32_t i = 0; i < cell->config->memory.count; i++) {
		take_from_root(&regions(cell->config)[i]);
		dma_take_from_root(&regions(cell->config)[i]);
	}
	cell->committed = 1;
	move_ram(cell_root(), cell, memory_ram_size(cell->config));
}

/*
 * Splitting leaves tables behind in root's stage 2; those for the pool are there to stay, others are given
 * back.
 */
static void merge_root(const struct bh_config_memory *region)
{
	if (is_device(region))
		pt_merge(arch_cell_stage2(&cell_root()->arch), region->hpa, region->size, 1ull << 30);
}

static void release_region(struct cell *cell, const struct bh_config_memory *region)
{
	pt_unmap(arch_cell_stage2(&cell->arch), region->gpa, region->size);
	dma_unmap(cell, region);
	if (cell->committed) {
		give_to_root(region, ROOT_PROT);
		dma_give_to_root(region);
	}
	merge_root(region);
}

static void memory_cell_exit(struct cell *cell)
{
	memory_unload(cell);
	for (uint32_t i = 0; i < cell->config->memory.count; i++)
		release_region(cell, &regions(cell->config)[i]);
	for (uint64_t block = 0; block < pool_blocks(); block++) {
		if (owners[block] == cell->id)
			owners[block] = CELL_ROOT;
	}
	if (cell->committed)
		move_ram(cell, cell_root(), memory_ram_size(cell->config));
	cell->committed = 0;
}

COMPONENT(memory) = {
	.name = "memory",
	.phase = COMPONENT_CELL,
	.init = memory_init,
	.exit = memory_exit,
	.cell_check = memory_check,
	.cell_prepare = memory_prepare,
	.cell_commit = memory_commit,
	.cell_exit = memory_cell_exit,
};
