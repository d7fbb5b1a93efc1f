// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables over a device tree, made once when it is loaded: libfdt finds a parent or a phandle by walking
 * the blob from its start, which is too slow to do for each node of a large one.
 */
#include "devtree.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

static int by_phandle(const void *a, const void *b)
{
	const struct dt_phandle *x = a, *y = b;

	return x->phandle < y->phandle ? -1 : x->phandle > y->phandle;
}

static const struct dt_node *find_node(const struct devtree *tree, int node)
{
	size_t low = 0, high = tree->node_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (tree->nodes[middle].node < node)
			low = middle + 1;
		else
			high = middle;
	}
	return low < tree->node_count && tree->nodes[low].node == node ? &tree->nodes[low] : NULL;
}

int dt_parent(const struct devtree *tree, int node)
{
	const struct dt_node *found = find_node(tree, node);

	return found ? found->parent : -1;
}

int dt_is_usable(const struct devtree *tree, int node)
{
	const struct dt_node *found = find_node(tree, node);

	return found && found->usable;
}

int dt_by_phandle(const struct devtree *tree, uint32_t phandle)
{
	const struct dt_phandle key = { phandle, 0 };
	const struct dt_phandle *found = NULL;

	if (phandle && tree->phandle_count)
		found = bsearch(&key, tree->phandles, tree->phandle_count, sizeof(key), by_phandle);
	return found ? found->node : -1;
}

#define DEPTH_MOST 64
#define LINES_MOST 1024 /* of one node: each is looked up from the start */

static void index_nodes(struct arena *arena, struct devtree *tree)
{
	int parents[DEPTH_MOST] = { 0 }, usable[DEPTH_MOST] = { 0 };
	int depth = 0;

	for (int node = 0; node >= 0 && depth >= 0; node = fdt_next_node(tree->fdt, node, &depth)) {
		const uint32_t phandle = fdt_get_phandle(tree->fdt, node);

		if (depth >= DEPTH_MOST)
			continue;
		parents[depth] = node;
		usable[depth] = (depth == 0 || usable[depth - 1]) && dt_is_enabled(tree->fdt, node);
		tree->nodes = arena_grow(arena, tree->nodes, tree->node_count, sizeof(*tree->nodes));
		tree->nodes[tree->node_count++] =
			(struct dt_node){ node, depth ? parents[depth - 1] : -1, usable[depth] };
		if (!phandle || phandle == UINT32_MAX)
			continue;
		tree->phandles =
			arena_grow(arena, tree->phandles, tree->phandle_count, sizeof(*tree->phandles));
		tree->phandles[tree->phandle_count++] = (struct dt_phandle){ phandle, node };
	}
	if (tree->phandle_count)
		qsort(tree->phandles, tree->phandle_count, sizeof(*tree->phandles), by_phandle);
}

static void index_windows(struct arena *arena, struct devtree *tree, int node)
{
	const char *type = fdt_getprop(tree->fdt, node, "device_type", NULL);
	struct bh_config_range range;

	for (unsigned int i = 0; !(type && !strcmp(type, "cpu")) && devtree_reg(tree, node, i, &range) > 0;
	     i++) {
		if (!range.size)
			continue;
		tree->windows = arena_grow(arena, tree->windows, tree->window_count, sizeof(*tree->windows));
		tree->windows[tree->window_count++] = (struct dt_window){ range, node };
	}
}

static void index_lines(struct arena *arena, struct devtree *tree, int node)
{
	uint32_t irq, flags;

	if (node == tree->intc)
		return;
	for (unsigned int i = 0; i < LINES_MOST && devtree_irq(tree, node, i, &irq, &flags) > 0; i++) {
		tree->lines = arena_grow(arena, tree->lines, tree->line_count, sizeof(*tree->lines));
		tree->lines[tree->line_count++] = (struct dt_line){ irq, node };
	}
}

static void index_uses(struct arena *arena, struct devtree *tree, int node)
{
	struct dt_dep *deps;
	const size_t count = devtree_deps(arena, tree, node, &deps);

	for (size_t i = 0; i < count; i++) {
		tree->uses = arena_grow(arena, tree->uses, tree->use_count, sizeof(*tree->uses));
		tree->uses[tree->use_count++] = (struct dt_use){ node, deps[i].node, deps[i].kind };
	}
}

void dt_index(struct arena *arena, struct devtree *tree)
{
	index_nodes(arena, tree);
	tree->intc = dt_find_intc(tree->fdt);
	for (size_t i = 0; i < tree->node_count; i++) {
		const int node = tree->nodes[i].node;

		index_windows(arena, tree, node);
		if (tree->nodes[i].usable) {
			index_lines(arena, tree, node);
			index_uses(arena, tree, node);
		}
	}
}
