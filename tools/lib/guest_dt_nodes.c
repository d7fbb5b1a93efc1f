// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nodes of the board's tree in the guest's. What names other nodes is left out, but clocks, which become
 * fixed clocks: the guest cannot reach the machine's clock controller.
 */
#include "guest_dt.h"

#include <libfdt.h>
#include <string.h>

#define UART_CLOCK 24000000u
#define IRQS_MOST 16

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

/*
 * Properties that name other nodes, or that we write anew. Ends with '*': a suffix; starts with it: a prefix.
 */
static int is_dropped(const char *name)
{
	static const char *const exact[] = {
		"phandle",	 "linux,phandle", "interrupt-parent", "interrupts", "interrupts-extended",
		"reg",		 "clocks",	  "power-domains",    "resets",	    "iommus",
		"dmas",		 "dma-names",	  "memory-region",    "msi-parent", "operating-points-v2",
		"interconnects", "nvmem-cells",	  "status",	      "ranges",	    "phys",
		"mboxes",
	};
	static const char *const starts[] = { "assigned-clock", "pinctrl-" };
	static const char *const ends[] = { "-gpios", "-gpio", "-supply" };
	const size_t length = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(exact); i++) {
		if (!strcmp(name, exact[i]))
			return 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		if (!strncmp(name, starts[i], strlen(starts[i])))
			return 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		if (length > strlen(ends[i]) && !strcmp(name + length - strlen(ends[i]), ends[i]))
			return 1;
	}
	return 0;
}

static void copy_properties(struct maker *maker, int node)
{
	const void *from = devtree_blob(maker->tree);
	int property, length;

	fdt_for_each_property_offset(property, from, node)
	{
		const char *name;
		const void *value = fdt_getprop_by_offset(from, property, &name, &length);

		if (value && !is_dropped(name))
			dt_put(maker, name, value, (size_t)length);
	}
}

static void copy_registers(struct maker *maker, int node)
{
	struct bh_config_range ranges[16];
	unsigned int count = 0;

	while (count < ARRAY_SIZE(ranges) && devtree_reg(maker->tree, node, count, &ranges[count]) > 0)
		count++;
	if (count)
		dt_put_reg(maker, ranges, count);
}

static void copy_interrupts(struct maker *maker, int node)
{
	const unsigned int step = maker->isa->irq_cells;
	uint32_t cells[4 * IRQS_MOST], irq, flags;
	unsigned int count = 0;

	for (; count < IRQS_MOST && devtree_irq(maker->tree, node, count, &irq, &flags) > 0; count++)
		maker->isa->put_irq(irq, flags, cells + step * count);
	if (count)
		dt_put_cells(maker, "interrupts", cells, step * count);
}

/* Rate of a clock of the board: of a fixed clock what it says, else the usual one of a UART. */
static uint32_t clock_rate(const void *fdt, int clock)
{
	const fdt32_t *rate = fdt_getprop(fdt, clock, "clock-frequency", NULL);

	return rate ? fdt32_ld(rate) : UART_CLOCK;
}

static void copy_clocks(struct maker *maker, int node)
{
	const void *from = devtree_blob(maker->tree);
	uint32_t cells[16];
	unsigned int count = 0;
	int length = 0, at = 0;
	const fdt32_t *clocks = fdt_getprop(from, node, "clocks", &length);

	while (clocks && (at + 1) * 4 <= length && count < ARRAY_SIZE(cells)) {
		const int clock = fdt_node_offset_by_phandle(from, fdt32_ld(clocks + at));
		const fdt32_t *extra = clock < 0 ? NULL : fdt_getprop(from, clock, "#clock-cells", NULL);

		if (!extra || fdt32_ld(extra) > 8)
			break;
		cells[count++] = dt_clock(maker, clock_rate(from, clock));
		at += 1 + (int)fdt32_ld(extra);
	}
	if (count)
		dt_put_cells(maker, "clocks", cells, count);
}

const char *dt_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void dt_make_passed(struct maker *maker, const struct passthrough *passed)
{
	dt_begin(maker, dt_base_name(passed->name));
	copy_properties(maker, passed->node);
	copy_registers(maker, passed->node);
	copy_interrupts(maker, passed->node);
	copy_clocks(maker, passed->node);
	dt_end(maker);
}
