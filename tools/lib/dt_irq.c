// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupts of a node as the machine's controller counts them: directly, or through the map of a nexus
 * (Devicetree Specification 2.4). What goes to another controller, for example GPIO, is not the machine's.
 */
#include "devtree.h"

#include <libfdt.h>
#include <string.h>

#define CELLS_MOST 8
#define HOPS_MOST 8 /* nexus behind nexus: a tree may have a loop */

/**
 * One kind of controller. @many: a machine has several that count the same lines.
 * @decode: @cells of a specifier. Return: 1, -1 if it is none that devices have.
 */
struct dt_intc {
	const char *compatible;
	int least_cells;
	int many;
	int (*decode)(const uint32_t *cells, int count, uint32_t *irq, uint32_t *flags);
};

/* 0 for SPI or 1 for PPI, number, flags; the fourth cell of some is the set of CPUs of a PPI. */
static int decode_gic(const uint32_t *cells, int count, uint32_t *irq, uint32_t *flags)
{
	(void)count;
	if (cells[0] > 1 || cells[1] >= (cells[0] ? 16u : 988u))
		return -1;
	*irq = cells[1] + (cells[0] ? 16 : 32);
	*flags = cells[2] & 15;
	return 1;
}

/* PLIC: the source's number, 1 to 1023; some write flags behind it. APLIC: source and flags. */
static int decode_source(const uint32_t *cells, int count, uint32_t *irq, uint32_t *flags)
{
	if (cells[0] < 1 || cells[0] > 1023)
		return -1;
	*irq = cells[0];
	*flags = count > 1 ? cells[1] & 15 : 4;
	return 1;
}

static const struct dt_intc kinds[] = {
	{ "arm,gic-v3", 3, 0, decode_gic },	      { "arm,gic-400", 3, 0, decode_gic },
	{ "arm,cortex-a15-gic", 3, 0, decode_gic },   { "arm,cortex-a9-gic", 3, 0, decode_gic },
	{ "arm,cortex-a7-gic", 3, 0, decode_gic },    { "arm,eb11mp-gic", 3, 0, decode_gic },
	{ "sifive,plic-1.0.0", 1, 0, decode_source }, { "riscv,plic0", 1, 0, decode_source },
	{ "riscv,aplic", 2, 1, decode_source },
};

static const struct dt_intc *find_kind(const void *fdt, int node)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!fdt_node_check_compatible(fdt, node, kinds[i].compatible))
			return &kinds[i];
	}
	return NULL;
}

int dt_find_intc(const void *fdt)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const int node = fdt_node_offset_by_compatible(fdt, -1, kinds[i].compatible);

		if (node >= 0)
			return node;
	}
	return -1;
}

int devtree_has_gic(const struct devtree *tree)
{
	const struct dt_intc *kind = tree->intc < 0 ? NULL : find_kind(tree->fdt, tree->intc);

	return kind && kind->decode == decode_gic;
}

/* Controller or nexus of @node: that of 'interrupt-parent', or of the next node above that has one. */
static int interrupt_parent(const struct devtree *tree, int node)
{
	const void *fdt = tree->fdt;

	for (int i = 0; node >= 0 && i < FDT_MAX_NCELLS * HOPS_MOST; i++) {
		const uint32_t phandle = dt_u32(fdt, node, "interrupt-parent", 0);

		if (phandle)
			return dt_by_phandle(tree, phandle);
		node = dt_parent(tree, node);
		if (node > 0 && fdt_getprop(fdt, node, "#interrupt-cells", NULL))
			return node;
	}
	return -1;
}

/* A specifier on its way: @unit is the address that a nexus looks at. */
struct specifier {
	int controller;
	int count;
	uint32_t cells[CELLS_MOST];
	int unit_count;
	uint32_t unit[3];
};

static int read_specifier(const void *fdt, int controller, const void *cells, int room, struct specifier *out)
{
	out->controller = controller;
	out->count = controller < 0 ? 0 : (int)dt_u32(fdt, controller, "#interrupt-cells", 0);
	if (out->count < 1 || out->count > CELLS_MOST || out->count > room)
		return -1;
	for (int i = 0; i < out->count; i++)
		out->cells[i] = dt_cell(cells, i);
	return 0;
}

static void read_unit(const struct devtree *tree, int node, struct specifier *out)
{
	const void *fdt = tree->fdt;
	const int bus = dt_parent(tree, node);
	const int cells = bus < 0 ? 0 : fdt_address_cells(fdt, bus);
	int length;
	const void *reg = fdt_getprop(fdt, node, "reg", &length);

	out->unit_count = reg && cells >= 1 && cells <= 3 && length >= cells * 4 ? cells : 0;
	for (int i = 0; i < out->unit_count; i++)
		out->unit[i] = dt_cell(reg, i);
}

static int nexus_matches(const void *entry, const void *mask, const struct specifier *in, int address_cells)
{
	for (int i = 0; i < address_cells + in->count; i++) {
		const uint32_t wanted = i < address_cells ? i < in->unit_count ? in->unit[i] : 0 :
							    in->cells[i - address_cells];
		const uint32_t bits = mask ? dt_cell(mask, i) : UINT32_MAX;

		if ((wanted ^ dt_cell(entry, i)) & bits)
			return 0;
	}
	return 1;
}

/* Look @spec up in the map of the nexus that it goes to. Return: 0, -1 if it is not there. */
static int through_nexus(const struct devtree *tree, struct specifier *spec)
{
	const void *fdt = tree->fdt;
	const int nexus = spec->controller, own = fdt_address_cells(fdt, nexus);
	const int head = own + spec->count;
	int length, mask_length, at = 0;
	const uint8_t *map = fdt_getprop(fdt, nexus, "interrupt-map", &length);
	const void *mask = fdt_getprop(fdt, nexus, "interrupt-map-mask", &mask_length);

	if (!map || own < 0 || own > 3 || (mask && mask_length < head * 4))
		return -1;
	while ((at + head + 1) * 4 <= length) {
		const int parent = dt_by_phandle(tree, dt_cell(map, at + head));
		const int skip = parent < 0 ? 0 : (int)dt_u32(fdt, parent, "#address-cells", 0);
		const int rest = length / 4 - (at + head + 1);
		struct specifier next = { 0 };

		if (skip < 0 || skip > 3 || skip > rest ||
		    read_specifier(fdt, parent, map + (at + head + 1 + skip) * 4, rest - skip, &next))
			return -1;
		if (nexus_matches(map + at * 4, mask, spec, own)) {
			next.unit_count = skip;
			for (int i = 0; i < skip; i++)
				next.unit[i] = dt_cell(map, at + head + 1 + i);
			*spec = next;
			return 0;
		}
		at += head + 1 + skip + next.count;
	}
	return -1;
}

/* The @index-th of 'interrupts-extended' or 'interrupts'. Return: 1, 0 no more, -1 not readable. */
static int pick_specifier(const struct devtree *tree, int node, unsigned int index, struct specifier *spec)
{
	const void *fdt = tree->fdt;
	int length, at = 0;
	const uint8_t *cells = fdt_getprop(fdt, node, "interrupts-extended", &length);
	const int extended = cells != NULL;
	int parent;

	if (!extended)
		cells = fdt_getprop(fdt, node, "interrupts", &length);
	if (!cells || length < 4)
		return 0;
	parent = extended ? -1 : interrupt_parent(tree, node);
	for (unsigned int i = 0; at * 4 < length; i++) {
		if (extended)
			parent = dt_by_phandle(tree, dt_cell(cells, at++));
		if (read_specifier(fdt, parent, cells + at * 4, length / 4 - at, spec))
			return -1;
		if (i == index)
			return 1;
		at += spec->count;
	}
	return 0;
}

int devtree_irq(const struct devtree *tree, int node, unsigned int index, uint32_t *irq, uint32_t *flags)
{
	const void *fdt = tree->fdt;
	struct specifier spec = { 0 };
	const struct dt_intc *kind;
	int found = pick_specifier(tree, node, index, &spec);

	if (found <= 0)
		return found;
	read_unit(tree, node, &spec);
	for (int hops = 0; !fdt_getprop(fdt, spec.controller, "interrupt-controller", NULL); hops++) {
		if (hops == HOPS_MOST || through_nexus(tree, &spec))
			return -1;
	}
	kind = find_kind(fdt, spec.controller); /* of APLICs there is one for each privilege level */
	if (!kind || (spec.controller != tree->intc && !kind->many) || spec.count < kind->least_cells)
		return -1;
	return kind->decode(spec.cells, spec.count, irq, flags);
}
