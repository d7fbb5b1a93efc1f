// SPDX-License-Identifier: GPL-2.0-or-later
/* What the board's device tree says of the machine as a whole: memory, CPUs, GIC. */
#include "devtree.h"

#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "devtree_sound.h"

#define TREE_LIMIT (4u << 20)

/* ---- reading cells ---- */

uint32_t dt_cell(const void *cells, int index)
{
	return fdt32_ld((const fdt32_t *)cells + index);
}

uint64_t dt_cells(const void *cells, int index, int count)
{
	uint64_t value = 0;

	for (int i = 0; i < count; i++)
		value = value << 32 | dt_cell(cells, index + i);
	return value;
}

uint32_t dt_u32(const void *fdt, int node, const char *name, uint32_t otherwise)
{
	int length;
	const void *cells = fdt_getprop(fdt, node, name, &length);

	return cells && length >= 4 ? dt_cell(cells, 0) : otherwise;
}

int dt_is_enabled(const void *fdt, int node)
{
	const char *status = fdt_getprop(fdt, node, "status", NULL);

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

/* ---- the whole ---- */

const void *devtree_blob(const struct devtree *tree)
{
	return tree->fdt;
}

const char *devtree_path(const struct devtree *tree)
{
	return tree->path;
}

int devtree_compatible(const struct devtree *tree, const char *compatible)
{
	return fdt_node_check_compatible(tree->fdt, 0, compatible) == 0;
}

const char *devtree_machine(const struct devtree *tree)
{
	const char *name = fdt_stringlist_get(tree->fdt, 0, "compatible", 0, NULL);

	return name ? name : "";
}

const char *devtree_node_path(struct arena *arena, const struct devtree *tree, int node)
{
	char path[1024];

	return fdt_get_path(tree->fdt, node, path, sizeof(path)) ? "" : arena_strdup(arena, path);
}

/* ---- GIC ---- */

static void gic_its(const struct devtree *tree, struct bh_config_gic *gic)
{
	int node;

	fdt_for_each_subnode(node, tree->fdt, tree->intc)
	{
		if (!fdt_node_check_compatible(tree->fdt, node, "arm,gic-v3-its") &&
		    dt_is_enabled(tree->fdt, node)) {
			devtree_reg(tree, node, 0, &gic->its);
			return;
		}
	}
}

int devtree_gic(const struct devtree *tree, struct bh_config_gic *gic)
{
	uint32_t flags;

	*gic = (struct bh_config_gic){ 0 };
	if (!devtree_has_gic(tree) || devtree_reg(tree, tree->intc, 0, &gic->gicd) <= 0)
		return 0;
	if (!fdt_node_check_compatible(tree->fdt, tree->intc, "arm,gic-v3")) {
		gic->version = BH_GIC_V3;
		devtree_reg(tree, tree->intc, 1, &gic->gicr);
		gic_its(tree, gic);
	} else {
		gic->version = BH_GIC_V2;
		devtree_reg(tree, tree->intc, 1, &gic->gicc);
		devtree_reg(tree, tree->intc, 2, &gic->gich);
		devtree_reg(tree, tree->intc, 3, &gic->gicv);
	}
	if (devtree_irq(tree, tree->intc, 0, &gic->maintenance_irq, &flags) <= 0)
		gic->maintenance_irq = 25;
	return 1;
}

/* ---- neighbours in a page ---- */

static int is_own(int node, const int *own, size_t own_count)
{
	for (size_t i = 0; i < own_count; i++) {
		if (own[i] == node)
			return 1;
	}
	return 0;
}

int devtree_sharer(const struct devtree *tree, const struct bh_config_range *range, const int *own,
		   size_t own_count)
{
	for (size_t i = 0; i < tree->window_count; i++) {
		const struct bh_config_range *other = &tree->windows[i].range;

		if (other->base <= range->base + (range->size - 1) &&
		    range->base <= other->base + (other->size - 1) &&
		    !is_own(tree->windows[i].node, own, own_count))
			return tree->windows[i].node;
	}
	return -1;
}

/* ---- loading ---- */

struct devtree *devtree_load(struct arena *arena, const char *path, struct place place,
			     struct cfg_messages *messages)
{
	struct devtree *tree = arena_alloc(arena, sizeof(*tree));
	size_t size;
	void *file = file_read(path, TREE_LIMIT, &size), *fdt;

	if (!file) {
		error_add(messages, RULE_DEVICETREE_READ, place, "give one with --devicetree FILE.dtb",
			  "cannot read the device tree %s: %s", path, strerror(errno));
		return NULL;
	}
	fdt = arena_alloc(arena, size);
	memcpy(fdt, file, size);
	free(file);
	if (!dt_is_sound(fdt, size)) {
		error_add(messages, RULE_DEVICETREE_READ, place, "compile it with dtc",
			  "%s is not a device tree blob", path);
		return NULL;
	}
	tree->fdt = fdt;
	tree->path = arena_strdup(arena, path);
	dt_index(arena, tree);
	return tree;
}
