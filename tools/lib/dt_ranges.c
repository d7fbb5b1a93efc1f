// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Registers of a node as the machine's CPUs see them: each bus above may move them (Devicetree
 * Specification 2.3.6 "reg", 2.3.8 "ranges").
 */
#include "devtree.h"

#include <libfdt.h>

#define PCI_SPACE 0x03000000u /* of the first of three cells: I/O, memory of 32 or of 64 bits */

/* An address on a bus: three cells have a first one that is no number. */
struct address {
	uint32_t kind;
	uint64_t value;
};

static struct address address_at(const void *cells, int index, int count)
{
	struct address address = { 0, 0 };

	if (count == 3)
		address.kind = dt_cell(cells, index) & PCI_SPACE;
	address.value = count == 3 ? dt_cells(cells, index + 1, 2) : dt_cells(cells, index, count);
	return address;
}

static int cells_valid(int address_cells, int size_cells)
{
	return address_cells >= 1 && address_cells <= 3 && size_cells >= 1 && size_cells <= 2;
}

/*
 * One step up: @address on the bus @bus becomes one on its parent. Return: 0, or -1 if the bus has no
 * window for it. A bus without 'ranges' is none that CPUs see through; empty ones change nothing.
 */
static int translate_step(const void *fdt, int bus, int parent, struct address *address, uint64_t size)
{
	const int child_cells = fdt_address_cells(fdt, bus), size_cells = fdt_size_cells(fdt, bus);
	const int parent_cells = fdt_address_cells(fdt, parent);
	const int entry = child_cells + parent_cells + size_cells;
	int length;
	const void *ranges = fdt_getprop(fdt, bus, "ranges", &length);

	if (!ranges)
		return -1;
	if (length == 0)
		return 0;
	if (!cells_valid(child_cells, size_cells) || parent_cells < 1 || parent_cells > 3)
		return -1;
	for (int i = 0; (i + entry) * 4 <= length; i += entry) {
		const struct address from = address_at(ranges, i, child_cells);
		const struct address to = address_at(ranges, i + child_cells, parent_cells);
		const uint64_t window = dt_cells(ranges, i + child_cells + parent_cells, size_cells);

		if (address->kind == from.kind && address->value >= from.value && size <= window &&
		    address->value - from.value <= window - size) {
			*address = (struct address){ to.kind, address->value - from.value + to.value };
			return 0;
		}
	}
	return -1;
}

int devtree_reg(const struct devtree *tree, int node, unsigned int index, struct bh_config_range *range)
{
	const void *fdt = tree->fdt;
	int bus = dt_parent(tree, node), length, address_cells, size_cells, entry;
	const void *reg = fdt_getprop(fdt, node, "reg", &length);
	struct address address;

	if (!reg || bus < 0)
		return 0;
	address_cells = fdt_address_cells(fdt, bus);
	size_cells = fdt_size_cells(fdt, bus);
	if (!cells_valid(address_cells, size_cells))
		return -1;
	entry = address_cells + size_cells;
	if (index >= (unsigned int)(length / (entry * 4)))
		return 0;
	address = address_at(reg, (int)index * entry, address_cells);
	range->size = dt_cells(reg, (int)index * entry + address_cells, size_cells);
	while (bus > 0) {
		const int parent = dt_parent(tree, bus);

		if (translate_step(fdt, bus, parent, &address, range->size))
			return -1;
		bus = parent;
	}
	range->base = address.value;
	return range->size && range->base + (range->size - 1) < range->base ? -1 : 1;
}
