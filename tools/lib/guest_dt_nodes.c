// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nodes of the board's tree in the guest's. What names nodes that the cell has not is left out, but clocks,
 * which become fixed clocks: the guest cannot reach the machine's clock controller.
 */
#include "guest_dt.h"

#include "devtree.h"

#include <libfdt.h>
#include <string.h>

#define UART_CLOCK 24000000u
#define IRQS_MOST 16
#define REGS_MOST 16

/* ---- clocks ---- */

uint32_t dt_clock(struct maker *maker, uint32_t frequency)
{
	uint32_t i = 0;

	while (i < maker->clock_count && maker->clocks[i] != frequency)
		i++;
	if (i == CLOCKS_MOST)
		return PHANDLE_CLOCKS; /* so many rates in one cell: the first must do */
	if (i == maker->clock_count)
		maker->clocks[maker->clock_count++] = frequency;
	return PHANDLE_CLOCKS + i;
}

void dt_make_clocks(struct maker *maker)
{
	char name[32];

	for (uint32_t i = 0; i < maker->clock_count; i++) {
		snprintf(name, sizeof(name), "clock-%u", maker->clocks[i]);
		dt_begin(maker, name);
		dt_put_string(maker, "compatible", "fixed-clock");
		dt_put_u32(maker, "#clock-cells", 0);
		dt_put_u32(maker, "clock-frequency", maker->clocks[i]);
		dt_put_u32(maker, "phandle", PHANDLE_CLOCKS + i);
		dt_end(maker);
	}
}

/* ---- what of a node is copied ---- */

#define DEPTH_MOST 8

/* A passed-through node, or below one: with it in the guest's tree, under the same phandle. */
static int is_copied(const struct maker *maker, int node)
{
	const struct cfg_cell *cell = maker->cell;

	for (; node > 0; node = dt_parent(maker->tree, node)) {
		for (size_t i = 0; i < cell->passed_count; i++) {
			if (cell->passed[i].node == node)
				return 1;
		}
		if (fdt_getprop(maker->tree->fdt, dt_parent(maker->tree, node), "ranges", NULL))
			return 0; /* on a bus: children of buses are passed through by themselves */
	}
	return 0;
}

/* Properties that we write anew, or that say nothing to a guest. */
static int is_ours(const char *name)
{
	static const char *const names[] = {
		"linux,phandle", "interrupt-parent", "interrupts",	    "interrupts-extended",
		"reg",		 "clocks",	     "operating-points-v2", "status",
		"ranges",	 "iommu-map",	     "iommu-map-mask",	    "msi-map",
		"msi-map-mask",	 "interrupt-map",    "interrupt-map-mask",  "#address-cells",
		"#size-cells",	 "pinctrl-names",    "dma-names",	    "power-domain-names",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i]))
			return 1;
	}
	return !strncmp(name, "assigned-clock", 14);
}

/* Does all that the property refers to exist in the guest's tree? */
static int is_closed(const struct maker *maker, const struct dt_dep *deps, size_t count, const char *name)
{
	int found = 0;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(deps[i].property, name))
			continue;
		if (!is_copied(maker, deps[i].node))
			return 0;
		found = 1;
	}
	return found;
}

static void copy_properties(struct maker *maker, int node, const struct dt_dep *deps, size_t count)
{
	const void *from = maker->tree->fdt;
	int property, length;

	fdt_for_each_property_offset(property, from, node)
	{
		const char *name, *cells;
		const void *value = fdt_getprop_by_offset(from, property, &name, &length);
		enum dt_dep_kind kind;

		if (!value || is_ours(name))
			continue;
		if (!dt_dep_property(name, &kind, &cells) || is_closed(maker, deps, count, name))
			dt_put(maker, name, value, (size_t)length);
	}
}

/* At the root of the guest's tree there is no bus: where the machine has them. */
static void copy_registers(struct maker *maker, int node)
{
	struct bh_config_range ranges[REGS_MOST];
	unsigned int count = 0;

	while (count < REGS_MOST && devtree_reg(maker->tree, node, count, &ranges[count]) > 0)
		count++;
	if (count)
		dt_put_reg(maker, ranges, count);
}

static void copy_interrupts(struct maker *maker, int node)
{
	uint32_t cells[4 * IRQS_MOST], irq, flags;
	unsigned int count = 0, used = 0;

	for (; count < IRQS_MOST && devtree_irq(maker->tree, node, count, &irq, &flags) > 0; count++)
		used += maker->isa->put_irq(maker->cell, irq, flags, cells + used);
	if (count)
		dt_put_cells(maker, "interrupts", cells, used);
}

/* 'clock' of the cell file: one rate for all, or one for each; else what the tree says; else a UART's. */
static uint32_t clock_rate(const struct maker *maker, int node, const struct node *given, unsigned int index)
{
	const size_t count = node_count(given);
	const uint32_t told = devtree_clock_rate(maker->tree, node, index);

	if (count)
		return (uint32_t)node_number(node_item(given, index < count ? index : count - 1), UART_CLOCK);
	return told ? told : UART_CLOCK;
}

static void copy_clocks(struct maker *maker, int node, const struct node *given, const struct dt_dep *deps,
			size_t count)
{
	uint32_t cells[64];
	unsigned int used = 0, index = 0;

	for (size_t i = 0; i < count; i++) {
		const struct dt_dep *dep = &deps[i];

		if (dep->kind != DT_CLOCK || used + 1 + (unsigned int)dep->count > ARRAY_SIZE(cells))
			continue;
		if (!is_copied(maker, dep->node)) {
			cells[used++] = dt_clock(maker, clock_rate(maker, node, given, index++));
			continue;
		}
		cells[used++] = fdt_get_phandle(maker->tree->fdt, dep->node);
		for (int j = 0; j < dep->count; j++)
			cells[used++] = dt_cell(dep->args, j);
		index++;
	}
	if (used)
		dt_put_cells(maker, "clocks", cells, used);
}

static void copy_raw(struct maker *maker, int node, const char *name)
{
	int length;
	const void *value = fdt_getprop(maker->tree->fdt, node, name, &length);

	if (value)
		dt_put(maker, name, value, (size_t)length);
}

static void copy_node(struct maker *maker, int node, const struct passthrough *passed, int depth);

/* What hangs on a device, such as the PHY of a network card; devices on a bus are nodes of their own. */
static void copy_children(struct maker *maker, int node, int depth)
{
	const void *from = maker->tree->fdt;
	int child, first = 1;

	if (fdt_getprop(from, node, "ranges", NULL) || depth == DEPTH_MOST)
		return;
	fdt_for_each_subnode(child, from, node)
	{
		if (!dt_is_enabled(from, child))
			continue;
		if (first) {
			copy_raw(maker, node, "#address-cells");
			copy_raw(maker, node, "#size-cells");
		}
		first = 0;
		copy_node(maker, child, NULL, depth + 1);
	}
}

/* @passed: NULL for a child, whose registers are numbers on its parent. */
static void copy_node(struct maker *maker, int node, const struct passthrough *passed, int depth)
{
	struct arena *arena = &maker->cell->arena;
	struct dt_dep *deps;
	const size_t count = devtree_deps(arena, maker->tree, node, &deps);

	dt_begin(maker, passed ? passed->guest : fdt_get_name(maker->tree->fdt, node, NULL));
	copy_properties(maker, node, deps, count);
	if (passed)
		copy_registers(maker, node);
	else
		copy_raw(maker, node, "reg");
	copy_interrupts(maker, node);
	copy_clocks(maker, node, passed ? node_get(passed->source, "clock") : NULL, deps, count);
	copy_children(maker, node, depth);
	dt_end(maker);
}

void dt_make_passed(struct maker *maker, const struct passthrough *passed)
{
	copy_node(maker, passed->node, passed, 0);
}
