// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the board's device tree says: memory, CPUs, GIC, and of a node its registers and
 * interrupts as the machine sees them. The tree is checked once, when it is loaded.
 */
#include "internal.h"

#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#define TREE_LIMIT (4u << 20)

struct devtree {
	const void *fdt;
	const char *path;
	int gic; /* offset of the GIC's node, < 0: none */
	uint32_t gic_phandle;
};

/* ---- reading cells ---- */

static uint32_t cell_at(const void *cells, int index)
{
	return fdt32_ld((const fdt32_t *)cells + index);
}

static uint64_t cells_at(const void *cells, int index, int count)
{
	uint64_t value = 0;

	for (int i = 0; i < count; i++)
		value = value << 32 | cell_at(cells, index + i);
	return value;
}

static uint32_t property_u32(const void *fdt, int node, const char *name, uint32_t otherwise)
{
	int length;
	const void *cells = fdt_getprop(fdt, node, name, &length);

	return cells && length >= 4 ? cell_at(cells, 0) : otherwise;
}

static int is_enabled(const void *fdt, int node)
{
	const char *status = fdt_getprop(fdt, node, "status", NULL);

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

/* ---- loading ---- */

static const char *const gic_compatibles[] = {
	"arm,gic-v3",	     "arm,gic-400",	  "arm,cortex-a15-gic",
	"arm,cortex-a9-gic", "arm,cortex-a7-gic", "arm,eb11mp-gic",
};

static int find_gic(const void *fdt)
{
	for (size_t i = 0; i < ARRAY_SIZE(gic_compatibles); i++) {
		const int node = fdt_node_offset_by_compatible(fdt, -1, gic_compatibles[i]);

		if (node >= 0)
			return node;
	}
	return -1;
}

struct devtree *devtree_load(struct arena *arena, const char *path, struct place place,
			     struct cfg_messages *messages)
{
	struct devtree *tree = arena_alloc(arena, sizeof(*tree));
	size_t size;
	void *file = file_read(path, TREE_LIMIT, &size), *fdt;

	if (!file) {
		error_add(messages, place, "give one with --devicetree FILE.dtb",
			  "cannot read the device tree %s: %s", path, strerror(errno));
		return NULL;
	}
	fdt = arena_alloc(arena, size);
	memcpy(fdt, file, size);
	free(file);
	if (fdt_check_full(fdt, size)) {
		error_add(messages, place, "compile it with dtc", "%s is not a device tree blob", path);
		return NULL;
	}
	tree->fdt = fdt;
	tree->path = arena_strdup(arena, path);
	tree->gic = find_gic(fdt);
	tree->gic_phandle = tree->gic >= 0 ? fdt_get_phandle(fdt, tree->gic) : 0;
	return tree;
}

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

int devtree_node(const struct devtree *tree, const char *name)
{
	return fdt_path_offset(tree->fdt, name);
}

const char *devtree_node_path(struct arena *arena, const struct devtree *tree, int node)
{
	char path[1024];

	return fdt_get_path(tree->fdt, node, path, sizeof(path)) ? "" : arena_strdup(arena, path);
}

/* ---- registers ---- */

/*
 * One step up: @address on the bus @bus becomes one on its parent. Return: 0, or -1 if the bus has no such
 * window.
 */
static int translate_step(const void *fdt, int bus, int parent, uint64_t *address, uint64_t size)
{
	const int child_cells = fdt_address_cells(fdt, bus), size_cells = fdt_size_cells(fdt, bus);
	const int parent_cells = fdt_address_cells(fdt, parent);
	const int entry = child_cells + parent_cells + size_cells;
	int length;
	const void *ranges = fdt_getprop(fdt, bus, "ranges", &length);

	if (!ranges || child_cells < 1 || child_cells > 2 || parent_cells < 1 || parent_cells > 2 ||
	    size_cells < 1)
		return ranges && length == 0 ? 0 : -1;
	if (length == 0)
		return 0;
	for (int i = 0; (i + entry) * 4 <= length; i += entry) {
		const uint64_t from = cells_at(ranges, i, child_cells);
		const uint64_t to = cells_at(ranges, i + child_cells, parent_cells);
		const uint64_t window = cells_at(ranges, i + child_cells + parent_cells, size_cells);

		if (*address >= from && size <= window && *address - from <= window - size) {
			*address = *address - from + to;
			return 0;
		}
	}
	return -1;
}

int devtree_reg(const struct devtree *tree, int node, unsigned int index, struct bh_config_range *range)
{
	const void *fdt = tree->fdt;
	int bus = fdt_parent_offset(fdt, node), length, address_cells, size_cells, entry;
	const void *reg = fdt_getprop(fdt, node, "reg", &length);

	if (!reg || bus < 0)
		return 0;
	address_cells = fdt_address_cells(fdt, bus);
	size_cells = fdt_size_cells(fdt, bus);
	if (address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2)
		return -1;
	entry = address_cells + size_cells;
	if (((int)index + 1) * entry * 4 > length)
		return 0;
	range->base = cells_at(reg, (int)index * entry, address_cells);
	range->size = cells_at(reg, (int)index * entry + address_cells, size_cells);
	while (bus > 0) {
		const int parent = fdt_parent_offset(fdt, bus);

		if (translate_step(fdt, bus, parent, &range->base, range->size))
			return -1;
		bus = parent;
	}
	return 1;
}

/* ---- interrupts ---- */

static uint32_t interrupt_parent(const void *fdt, int node)
{
	while (node >= 0) {
		const uint32_t parent = property_u32(fdt, node, "interrupt-parent", 0);

		if (parent)
			return parent;
		node = fdt_parent_offset(fdt, node);
	}
	return 0;
}

/* Three cells of a GIC: 0 for SPI or 1 for PPI, number, flags. */
static int decode_gic(const void *cells, int index, uint32_t *intid, uint32_t *flags)
{
	const uint32_t kind = cell_at(cells, index), number = cell_at(cells, index + 1);

	if (kind > 1 || number >= (kind ? 16u : 988u))
		return -1;
	*intid = number + (kind ? 16 : 32);
	*flags = cell_at(cells, index + 2) & 15;
	return 1;
}

static int irq_extended(const struct devtree *tree, const void *cells, int length, unsigned int index,
			uint32_t *intid, uint32_t *flags)
{
	int at = 0;

	for (unsigned int i = 0; at * 4 < length; i++) {
		const int controller = fdt_node_offset_by_phandle(tree->fdt, cell_at(cells, at));
		const int count =
			controller < 0 ? -1 : (int)property_u32(tree->fdt, controller, "#interrupt-cells", 0);

		if (count < 1 || count > 8 || (at + 1 + count) * 4 > length)
			return -1;
		if (i == index)
			return controller == tree->gic && count >= 3 ?
				       decode_gic(cells, at + 1, intid, flags) :
				       -1;
		at += 1 + count;
	}
	return 0;
}

int devtree_irq(const struct devtree *tree, int node, unsigned int index, uint32_t *intid, uint32_t *flags)
{
	int length, count;
	const void *cells = fdt_getprop(tree->fdt, node, "interrupts-extended", &length);

	if (cells)
		return irq_extended(tree, cells, length, index, intid, flags);
	cells = fdt_getprop(tree->fdt, node, "interrupts", &length);
	if (!cells || !length)
		return 0;
	if (tree->gic < 0 || interrupt_parent(tree->fdt, node) != tree->gic_phandle)
		return -1;
	count = (int)property_u32(tree->fdt, tree->gic, "#interrupt-cells", 3);
	if (count < 3 || count > 8)
		return -1;
	if (((int)index + 1) * count * 4 > length)
		return 0;
	return decode_gic(cells, (int)index * count, intid, flags);
}

/* ---- memory, CPUs, GIC ---- */

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

		if (!type || strcmp(type, "memory") || !is_enabled(tree->fdt, node))
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

uint32_t devtree_cpus(struct arena *arena, const struct devtree *tree, struct bh_config_cpu **cpus)
{
	const int parent = fdt_path_offset(tree->fdt, "/cpus");
	const int cells = parent < 0 ? 0 : fdt_address_cells(tree->fdt, parent);
	uint32_t count = 0;
	int node, length;

	fdt_for_each_subnode(node, tree->fdt, parent)
	{
		const char *type = fdt_getprop(tree->fdt, node, "device_type", NULL);
		const void *reg = fdt_getprop(tree->fdt, node, "reg", &length);

		if (!type || strcmp(type, "cpu") || !reg || cells < 1 || cells > 2 || length < cells * 4 ||
		    !is_enabled(tree->fdt, node))
			continue;
		*cpus = arena_grow(arena, *cpus, count, sizeof(**cpus));
		(*cpus)[count++].hwid = cells_at(reg, 0, cells);
	}
	return count;
}

static void gic_its(const struct devtree *tree, struct bh_config_gic *gic)
{
	int node;

	fdt_for_each_subnode(node, tree->fdt, tree->gic)
	{
		if (!fdt_node_check_compatible(tree->fdt, node, "arm,gic-v3-its") &&
		    is_enabled(tree->fdt, node)) {
			devtree_reg(tree, node, 0, &gic->its);
			return;
		}
	}
}

int devtree_gic(const struct devtree *tree, struct bh_config_gic *gic)
{
	uint32_t flags;

	*gic = (struct bh_config_gic){ 0 };
	if (tree->gic < 0 || devtree_reg(tree, tree->gic, 0, &gic->gicd) <= 0)
		return 0;
	if (!fdt_node_check_compatible(tree->fdt, tree->gic, "arm,gic-v3")) {
		gic->version = BH_GIC_V3;
		devtree_reg(tree, tree->gic, 1, &gic->gicr);
		gic_its(tree, gic);
	} else {
		gic->version = BH_GIC_V2;
		devtree_reg(tree, tree->gic, 1, &gic->gicc);
		devtree_reg(tree, tree->gic, 2, &gic->gich);
		devtree_reg(tree, tree->gic, 3, &gic->gicv);
	}
	if (devtree_irq(tree, tree->gic, 0, &gic->maintenance_irq, &flags) <= 0)
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
	struct bh_config_range other;

	for (int node = fdt_next_node(tree->fdt, 0, NULL); node >= 0;
	     node = fdt_next_node(tree->fdt, node, NULL)) {
		const char *type = fdt_getprop(tree->fdt, node, "device_type", NULL);

		if (is_own(node, own, own_count) || (type && !strcmp(type, "cpu")))
			continue;
		for (unsigned int i = 0; devtree_reg(tree, node, i, &other) > 0; i++) {
			if (other.size && other.base <= range->base + (range->size - 1) &&
			    range->base <= other.base + (other.size - 1))
				return node;
		}
	}
	return -1;
}
