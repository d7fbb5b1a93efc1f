// SPDX-License-Identifier: GPL-2.0-or-later
/* RAM of the machine, and what of it is spoken for. */
#include "devtree.h"

#include <libfdt.h>
#include <string.h>

static void add_range(struct arena *arena, struct ranges *ranges, const struct bh_config_range *range)
{
	uint32_t at = ranges->count;

	ranges->list = arena_grow(arena, ranges->list, ranges->count, sizeof(*range));
	for (; at > 0 && ranges->list[at - 1].base > range->base; at--)
		ranges->list[at] = ranges->list[at - 1];
	ranges->list[at] = *range;
	ranges->count++;
}

/* Banks in ascending order; banks that touch become one, so that a pool may lie across them. */
void devtree_memory(struct arena *arena, const struct devtree *tree, struct ranges *ranges)
{
	struct ranges banks = { 0 };
	struct bh_config_range range;
	int node;

	fdt_for_each_subnode(node, tree->fdt, 0)
	{
		const char *type = fdt_getprop(tree->fdt, node, "device_type", NULL);

		if (!type || strcmp(type, "memory") || !dt_is_enabled(tree->fdt, node))
			continue;
		for (unsigned int i = 0; devtree_reg(tree, node, i, &range) > 0; i++) {
			if (range.size)
				add_range(arena, &banks, &range);
		}
	}
	for (uint32_t i = 0; i < banks.count; i++) {
		struct bh_config_range *last = ranges->count ? &ranges->list[ranges->count - 1] : NULL;

		if (last && last->base + last->size == banks.list[i].base)
			last->size += banks.list[i].size;
		else
			add_range(arena, ranges, &banks.list[i]);
	}
}

/* ---- reserved ranges ---- */

struct reserved {
	struct arena *arena;
	struct dt_reserved *list;
	uint32_t count;
};

static void add_reserved(struct reserved *reserved, uint64_t base, uint64_t size, const char *name, int ours)
{
	if (!size)
		return;
	reserved->list =
		arena_grow(reserved->arena, reserved->list, reserved->count, sizeof(*reserved->list));
	reserved->list[reserved->count++] = (struct dt_reserved){ { base, size }, name, ours };
}

/* Set aside for us: by name, by compatible or by a label. */
static int is_ours(const void *fdt, int node)
{
	const char *name = fdt_get_name(fdt, node, NULL),
		   *compatible = fdt_getprop(fdt, node, "compatible", NULL);

	return !strncmp(name ? name : "", "bulkhead", 8) ||
	       !strncmp(compatible ? compatible : "", "bulkhead,", 9);
}

uint32_t devtree_reserved(struct arena *arena, const struct devtree *tree, struct dt_reserved **list)
{
	struct reserved reserved = { .arena = arena };
	const int parent = fdt_path_offset(tree->fdt, "/reserved-memory");
	struct bh_config_range range;
	uint64_t base, size;
	int node;

	for (int i = 0; i < fdt_num_mem_rsv(tree->fdt); i++) {
		if (!fdt_get_mem_rsv(tree->fdt, i, &base, &size))
			add_reserved(&reserved, base, size, "/memreserve/", 0);
	}
	fdt_for_each_subnode(node, tree->fdt, parent)
	{
		if (!dt_is_enabled(tree->fdt, node))
			continue;
		for (unsigned int i = 0; devtree_reg(tree, node, i, &range) > 0; i++)
			add_reserved(&reserved, range.base, range.size, devtree_node_path(arena, tree, node),
				     is_ours(tree->fdt, node));
	}
	*list = reserved.list;
	return reserved.count;
}
