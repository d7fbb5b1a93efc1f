// SPDX-License-Identifier: GPL-2.0-or-later
#include <cell/root.h>

#include <arch/cell.h>
#include <arch/mmu.h>
#include <cell/cell.h>
#include <cell/cpus.h>
#include <cell/state.h>
#include <core/image.h>
#include <core/log.h>
#include <lib/config.h>
#include <lib/errors.h>

static uint64_t root_ram(void)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, system, dram);
	uint64_t size = 0;

	for (uint32_t i = 0; i < system->dram.count; i++)
		size += dram[i].size;
	return size - system->hv_memory.size;
}

int root_cell_init(void)
{
	struct cell *root = cell_root();
	struct bh_error error = { 0 };
	int code;

	cell_table_init();
	code = arch_cell_init(&root->arch, NULL, CELL_ROOT, &error);
	if (code)
		return code;
	cpus_give_all_to_root();
	root->memory = root_ram();
	root->state = BH_CELL_RUNNING;
	root->starts = 1;
	return BH_E_OK;
}

void root_cell_exit(void)
{
	arch_cell_exit(&cell_root()->arch);
}

/* What root must not see, and what is no RAM: a list of ranges by number. */

/* Where an alias shows the hypervisor's memory (@owner 0) or a range of the pool; nothing if it does not. */
static struct bh_config_range alias_part(unsigned int alias, unsigned int owner)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);
	struct bh_config_range part = { 0, 0 };

	config_alias_part(&CONFIG_ARRAY(struct bh_config_alias, system, aliases)[alias],
			  owner ? &pool[owner - 1] : &system->hv_memory, &part);
	return part;
}

/* The hypervisor's memory, and what aliases show of it and of the pool. */
static unsigned int own_count(void)
{
	const struct bh_config_system *system = image_config();

	return 1 + system->aliases.count * (system->pool.count + 1);
}

static int hidden_range(unsigned int index, struct bh_config_range *range)
{
	const unsigned int owners = image_config()->pool.count + 1, own = own_count();

	if (index >= own)
		return arch_platform_range(index - own, range);
	*range = index ? alias_part((index - 1) / owners, (index - 1) % owners) : image_config()->hv_memory;
	return 1;
}

/* Only the platform's are counted one by one: aliases may be hundreds, and this is asked for each hole. */
static unsigned int hidden_count(void)
{
	struct bh_config_range range;
	unsigned int count = own_count();

	while (hidden_range(count, &range))
		count++;
	return count;
}

static int hidden_or_dram(unsigned int index, struct bh_config_range *range)
{
	const struct bh_config_system *system = image_config();
	unsigned int hidden = hidden_count();

	if (index < hidden)
		return hidden_range(index, range);
	if (index - hidden >= system->dram.count)
		return 0;
	*range = CONFIG_ARRAY(struct bh_config_range, system, dram)[index - hidden];
	return 1;
}

typedef int hole_list(unsigned int index, struct bh_config_range *range);

/*
 * End of the hole that covers @address, 0 if none does; *next becomes the start of the nearest one behind it.
 */
static uint64_t hole_at(uint64_t address, hole_list *holes, uint64_t *next)
{
	struct bh_config_range hole;
	uint64_t end = 0;

	for (unsigned int i = 0; holes(i, &hole); i++) {
		uint64_t first = align_down(hole.base, PAGE_SIZE);
		uint64_t past = align_up(hole.base + hole.size, PAGE_SIZE);

		if (!hole.size)
			continue;
		if (first <= address && address < past)
			end = past;
		else if (first > address && first < *next)
			*next = first;
	}
	return end;
}

/* Identity-map what of [@start, @end) is in none of the @holes. */
static int map_around(uint64_t start, uint64_t end, hole_list *holes, enum pt_type type)
{
	struct page_table *stage2 = arch_cell_stage2(&cell_root()->arch);
	int code = BH_E_OK;

	while (start < end && !code) {
		uint64_t next = end;
		uint64_t past = hole_at(start, holes, &next);

		if (!past)
			code = pt_map(stage2, start, hpa(start), next - start, ROOT_PROT, type);
		start = past ? past : next;
	}
	return code;
}

static int map_dram(void)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, system, dram);
	int code = BH_E_OK;

	for (uint32_t i = 0; i < system->dram.count && !code; i++) {
		if (dram[i].base + (dram[i].size - 1) >= 1ull << arch_phys_bits()) {
			log_error("memory bank %u at 0x%llx lies above %u address bits; leave it out with 'dram'", i,
				  (unsigned long long)dram[i].base, arch_phys_bits());
			return BH_E_HARDWARE;
		}
		code = map_around(dram[i].base, dram[i].base + dram[i].size, hidden_range, PT_NORMAL);
	}
	return code;
}

/* Create and destroy flip whole 2 MiB leaves while root's CPUs run: the tables for that are made now. */
static int split_pool(void)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);
	int code = BH_E_OK;

	for (uint32_t i = 0; i < system->pool.count && !code; i++)
		code = pt_split(arch_cell_stage2(&cell_root()->arch), pool[i].base, pool[i].size,
				BH_RAM_ALIGN);
	return code;
}

static int map_info(void)
{
	uint64_t at = image_header.hv_base + image_header.info_offset;

	return pt_map(arch_cell_stage2(&cell_root()->arch), at, hpa(at), image_header.info_size, PT_READ,
		      PT_NORMAL);
}

int root_memory_init(void)
{
	int code = map_dram();

	if (!code)
		code = map_around(0, 1ull << arch_phys_bits(), hidden_or_dram, PT_NONCACHED);
	if (!code)
		code = split_pool();
	if (!code)
		code = map_info();
	if (code)
		root_memory_exit();
	return code;
}

void root_memory_exit(void)
{
	pt_unmap(arch_cell_stage2(&cell_root()->arch), 0, 1ull << arch_phys_bits());
}
