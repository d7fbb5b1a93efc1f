// SPDX-License-Identifier: GPL-2.0-or-later
/* RAM of a cell. */
#include "cell_parts.h"

#include <lib/config.h>

#include <string.h>

struct cell_memory *cell_add_memory(struct cell_load *load, const char *name, struct place place)
{
	struct cfg_cell *cell = load->cell;
	struct cell_memory *region;

	cell->memory = arena_grow(load->arena, cell->memory, cell->memory_count, sizeof(*cell->memory));
	region = &cell->memory[cell->memory_count++];
	*region = (struct cell_memory){ .name = name, .place = place, .node = -1 };
	snprintf(region->blob.name, sizeof(region->blob.name), "%.*s", (int)sizeof(region->blob.name) - 1,
		 name);
	return region;
}

static uint32_t read_flags(const struct node *node)
{
	static const uint32_t bits[] = { BH_MEM_READ, BH_MEM_WRITE, BH_MEM_EXEC };
	const struct node *list = node_get(node, "flags");
	uint32_t flags = list ? 0 : BH_MEM_READ | BH_MEM_WRITE | BH_MEM_EXEC;

	for (size_t i = 0; i < node_count(list); i++)
		flags |= bits[node_choice(node_item(list, i), CHOICES_FLAGS, 0)];
	return flags | (node_bool(node_get(node, "loadable"), 1) ? BH_MEM_LOADABLE : 0);
}

/*
 * Host address from 'at', from 'guest' of an identity region, or from the pool. Return: whether all is said.
 */
static int read_addresses(struct cell_load *load, const struct node *node, struct bh_config_memory *blob)
{
	const struct node *guest = node_get(node, "guest"), *at = node_get(node, "at");
	const int identity = node_bool(node_get(node, "identity"), 0);

	blob->gpa = node_number(guest, node_number(at, 0));
	blob->hpa = node_number(at, identity ? blob->gpa : 0);
	if (!at && !identity)
		blob->flags |= BH_MEM_AUTO;
	if (!guest && !(identity && at))
		error_add(load->messages, RULE_REGION_ADDRESS, node->place,
			  "give 'guest: ADDRESS', or 'at' with 'identity: true'",
			  "the region has no guest address");
	if (identity && guest && at && blob->gpa != blob->hpa)
		error_add(load->messages, RULE_REGION_IDENTITY, node->place, "give one of the two",
			  "'identity' is true, but 'guest' and 'at' differ");
	return guest || (identity && at);
}

static const char *region_name(struct cell_load *load, const struct node *node, size_t index)
{
	const struct node *name = node_get(node, "name");
	const size_t most = sizeof(((struct bh_config_memory *)0)->name) - 1;

	if (!name)
		return index ? arena_printf(load->arena, "ram%zu", index) : "ram";
	if (strlen(name->text) > most || strchr(name->text, ' '))
		error_add(load->messages, RULE_REGION_NAME, name->place, "shorten it, and use no blanks",
			  "'%s' is no name of a memory region: at most %zu characters", name->text, most);
	for (size_t i = 0; i < load->cell->memory_count; i++) {
		if (!strcmp(load->cell->memory[i].name, name->text))
			message_also(error_add(load->messages, RULE_REGION_TWICE, name->place,
					       "rename one of them",
					       "another memory region is called '%s' too", name->text),
				     load->cell->memory[i].place, "it stands here");
	}
	return name->text;
}

static int in_pool(const struct bh_config_system *system, uint64_t base, uint64_t size)
{
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);

	for (uint32_t i = 0; i < system->pool.count; i++) {
		if (size <= pool[i].size && base >= pool[i].base &&
		    base - pool[i].base <= pool[i].size - size)
			return 1;
	}
	return 0;
}

static uint64_t pool_size(const struct bh_config_system *system)
{
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);
	uint64_t size = 0;

	for (uint32_t i = 0; i < system->pool.count; i++)
		size += pool[i].size;
	return size;
}

static void check_ram(struct cell_load *load, const struct node *node, const struct cell_memory *region)
{
	const struct bh_config_memory *blob = &region->blob;
	const struct node *size = node_get(node, "size");

	if (!blob->size || blob->size & (BH_RAM_ALIGN - 1))
		error_add(load->messages, RULE_REGION_SIZE, size->place, "use a multiple of 2M",
			  "memory region '%s' has size 0x%llx, which is no multiple of 2 MiB", region->name,
			  (unsigned long long)blob->size);
	if (blob->gpa & (BH_RAM_ALIGN - 1))
		error_add(load->messages, RULE_REGION_ALIGNED,
			  node_place(node_get(node, "guest"), region->place.file), "align it to 2M",
			  "guest address 0x%llx of memory region '%s' is not aligned to 2 MiB",
			  (unsigned long long)blob->gpa, region->name);
	if (!blob->size)
		return;
	if (blob->gpa + (blob->size - 1) < blob->gpa || blob->gpa + (blob->size - 1) >= CONFIG_ADDRESS_LIMIT)
		error_add(load->messages, RULE_REGION_LIMIT, region->place, "choose a lower guest address",
			  "memory region '%s' ends behind the guest's address space of 48 bits",
			  region->name);
	if (!(blob->flags & BH_MEM_READ))
		error_add(load->messages, RULE_REGION_READABLE, region->place, "add 'read' to its flags",
			  "memory region '%s' is not readable", region->name);
	if (blob->flags & BH_MEM_AUTO) {
		if (blob->size > pool_size(load->system))
			error_add(load->messages, RULE_POOL_SIZE, size->place,
				  "make it smaller, or the pool larger",
				  "memory region '%s' is larger than the board's pool of %llu MiB",
				  region->name, (unsigned long long)(pool_size(load->system) >> 20));
	} else if (blob->hpa & (BH_RAM_ALIGN - 1)) {
		error_add(load->messages, RULE_REGION_HOST_ALIGNED, region->place, "align it to 2M",
			  "host address 0x%llx of memory region '%s' is not aligned to 2 MiB",
			  (unsigned long long)blob->hpa, region->name);
	} else if (!in_pool(load->system, blob->hpa, blob->size)) {
		error_add(load->messages, RULE_POOL_INSIDE, region->place,
			  "choose an address inside the pool, or leave out 'at'",
			  "memory region '%s' (0x%llx to 0x%llx) is not inside the board's pool",
			  region->name, (unsigned long long)blob->hpa,
			  (unsigned long long)(blob->hpa + (blob->size - 1)));
	}
}

void cell_read_memory(struct cell_load *load)
{
	const struct node *list = cell_node(load, "memory");

	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *node = node_item(list, i);
		struct cell_memory *region = cell_add_memory(load, region_name(load, node, i), node->place);

		region->blob.size = node_size(node_get(node, "size"), 0);
		region->blob.flags = read_flags(node);
		if (read_addresses(load, node, &region->blob))
			check_ram(load, node, region);
	}
	if (!node_count(list))
		error_add(load->messages, RULE_MEMORY_NONE, list->place, "give at least one region",
			  "the cell has no memory");
}
