// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupts and devices of a cell: real ones that it gets from the board, and virtual ones. */
#include "cell_parts.h"
#include "devtree.h"

#include <lib/config.h>

#include <string.h>

/* ---- interrupts ---- */

static void add_irq(struct cell_load *load, uint64_t intid, const char *name, struct place place)
{
	struct cfg_cell *cell = load->cell;

	if (intid < 32 || intid >= 1020) {
		error_add(load->messages, RULE_INTERRUPT_RANGE, place, "give an SPI: 'spi' from 0 to 987",
			  "interrupt %llu of %s cannot be given to a cell: it is no SPI",
			  (unsigned long long)intid, name);
		return;
	}
	if (intid == load->system->event_irq) {
		error_add(load->messages, RULE_INTERRUPT_EVENT, place,
			  "choose another in the cell or the board",
			  "interrupt %llu (spi %llu) of %s is the board's event interrupt",
			  (unsigned long long)intid, (unsigned long long)intid - 32, name);
		return;
	}
	for (size_t i = 0; i < cell->irq_count; i++) {
		if (cell->irqs[i].intid == intid) {
			error_add(load->messages, RULE_INTERRUPT_TWICE, place, "list it once",
				  "interrupt %llu (spi %llu) is listed twice", (unsigned long long)intid,
				  (unsigned long long)intid - 32);
			return;
		}
	}
	cell->irqs = arena_grow(load->arena, cell->irqs, cell->irq_count, sizeof(*cell->irqs));
	cell->irqs[cell->irq_count++] = (struct cell_irq){ (uint32_t)intid, place, name };
}

static void read_irq_list(struct cell_load *load, const char *path, uint64_t first)
{
	const struct node *list = cell_node(load, path);

	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *item = node_item(list, i);
		const uint64_t number = node_number(item, 0);
		const uint64_t intid = number > 2000 ? 2000 : number + first;

		add_irq(load, intid, "'interrupts'", item->place);
	}
}

void cell_read_interrupts(struct cell_load *load)
{
	const struct node *node = cell_node(load, "interrupts");

	load->isa->cell_intc(load);
	if (node && node->kind == NODE_MAP) {
		read_irq_list(load, "interrupts.spi", 32);
		read_irq_list(load, "interrupts.intid", 0);
	}
}

/* ---- passed-through devices ---- */

static void add_window(struct cell_load *load, const struct passthrough *passed,
		       const struct bh_config_range *reg)
{
	const uint64_t base = reg->base & ~(uint64_t)(BH_PAGE_SIZE - 1);
	const uint64_t end = (reg->base + reg->size + BH_PAGE_SIZE - 1) & ~(uint64_t)(BH_PAGE_SIZE - 1);
	const char *slash = strrchr(passed->name, '/');
	struct cell_memory *region;

	for (size_t i = 0; i < load->cell->memory_count; i++) {
		const struct bh_config_memory *other = &load->cell->memory[i].blob;

		if (load->cell->memory[i].node >= 0 && other->hpa <= base && end <= other->hpa + other->size)
			return; /* a neighbour in the same page, passed through as well */
	}
	region = cell_add_memory(load, slash ? slash + 1 : passed->name, passed->place);
	region->node = passed->node;
	region->blob.gpa = base;
	region->blob.hpa = base;
	region->blob.size = end - base;
	region->blob.flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_DEVICE;
}

/* What the MMU cannot keep apart is given as a whole or not at all. */
static void check_neighbours(struct cell_load *load, const struct devtree *tree,
			     const struct cell_memory *region)
{
	const struct bh_config_range range = { region->blob.hpa, region->blob.size };
	int own[64];
	size_t count = 0;
	int other;

	for (size_t i = 0; i < load->cell->passed_count && count < ARRAY_SIZE(own); i++)
		own[count++] = load->cell->passed[i].node;
	other = devtree_sharer(tree, &range, own, count);
	if (other >= 0)
		error_add(load->messages, RULE_DEVICE_NEIGHBOUR, region->place, "pass both through, or none",
			  "%s shares the pages from 0x%llx to 0x%llx with %s of the board", region->name,
			  (unsigned long long)range.base, (unsigned long long)(range.base + range.size - 1),
			  devtree_node_path(load->arena, tree, other));
}

static void read_passed_node(struct cell_load *load, const struct devtree *tree,
			     const struct passthrough *passed)
{
	struct bh_config_range reg;
	uint32_t intid, flags;
	unsigned int windows = 0;
	int found;

	while ((found = devtree_reg(tree, passed->node, windows, &reg)) > 0) {
		if (reg.size)
			add_window(load, passed, &reg);
		windows++;
	}
	if (found < 0)
		error_add(load->messages, RULE_DEVICE_TRANSLATED, passed->place,
			  "pass through a device that the CPU sees directly",
			  "the registers of %s cannot be translated to a physical address", passed->name);
	else if (!windows)
		error_add(load->messages, RULE_DEVICE_REGISTERS, passed->place,
			  "name the node that has the registers", "%s has no registers", passed->name);
	for (unsigned int i = 0; (found = devtree_irq(tree, passed->node, i, &intid, &flags)) > 0; i++)
		add_irq(load, intid, passed->name, passed->place);
	if (found < 0)
		error_add(load->messages, RULE_DEVICE_INTERRUPTS, passed->place,
			  "pass through a device whose interrupts go to the GIC",
			  "interrupts of %s do not go to the GIC", passed->name);
}

static void report_no_node(struct cell_load *load, const struct devtree *tree, const struct node *node,
			   int ambiguous)
{
	const char *nearest = devtree_nearest(load->arena, tree, node->text);

	if (ambiguous)
		error_add(load->messages, RULE_DEVICE_AMBIGUOUS, node->place, "give its full path",
			  "the device tree %s has several nodes '%s'", devtree_path(tree), node->text);
	else
		error_add(load->messages, RULE_DEVICE_NODE, node->place,
			  nearest ? arena_printf(load->arena, "did you mean '%s'?", nearest) :
				    "give a full path, an alias or a label, see 'fdtdump'",
			  "the device tree %s has no node '%s'", devtree_path(tree), node->text);
}

static void read_passthrough(struct cell_load *load, const struct node *node)
{
	struct cfg_cell *cell = load->cell;
	const struct devtree *tree = board_devtree(cell->board, load->messages);
	int found;

	if (!cell->board->devicetree)
		error_add(load->messages, RULE_DEVICE_TREE, node->place,
			  "add 'devicetree: live' to the board file",
			  "the board has no device tree to look '%s' up in", node->text);
	if (!tree)
		return;
	found = devtree_node(tree, node->text);
	if (found < 0) {
		report_no_node(load, tree, node, found == DT_AMBIGUOUS);
		return;
	}
	cell->passed = arena_grow(load->arena, cell->passed, cell->passed_count, sizeof(*cell->passed));
	cell->passed[cell->passed_count++] =
		(struct passthrough){ found, devtree_node_path(load->arena, tree, found), node->place };
	read_passed_node(load, tree, &cell->passed[cell->passed_count - 1]);
}

/* ---- virtual devices ---- */

static void read_uart(struct cell_load *load, const struct node *node)
{
	struct cfg_cell *cell = load->cell;
	const struct node *spi = node_get(node, "spi");
	struct cell_device *device;

	cell->devices = arena_grow(load->arena, cell->devices, cell->device_count, sizeof(*cell->devices));
	device = &cell->devices[cell->device_count];
	*device = (struct cell_device){ .place = node->place };
	device->blob.type = BH_DEV_UART_PL011;
	device->blob.gpa = node_number(node_get(node, "at"), 0);
	device->blob.size = CONFIG_DEVICE_SIZE;
	device->name = arena_printf(load->arena, "uart@%llx", (unsigned long long)device->blob.gpa);
	if (spi)
		device->blob.irq = 32 + (uint32_t)(node_number(spi, 0) & 0xffff);
	if (device->blob.irq >= 1020)
		error_add(load->messages, RULE_INTERRUPT_RANGE, spi->place, "choose one from 0 to 987",
			  "'%s' is no SPI", spi->text);
	if (device->blob.gpa & (BH_PAGE_SIZE - 1))
		error_add(load->messages, RULE_PAGE_ALIGNED, node_get(node, "at")->place, "align it to 4K",
			  "0x%llx is not the start of a page", (unsigned long long)device->blob.gpa);
	if (node_bool(node_get(node, "console"), cell->body.console == BH_NO_CONSOLE))
		cell->body.console = (uint32_t)cell->device_count;
	cell->device_count++;
}

static void check_device_irqs(struct cell_load *load)
{
	const struct cfg_cell *cell = load->cell;

	for (size_t i = 0; i < cell->device_count; i++) {
		const uint32_t irq = cell->devices[i].blob.irq;
		const char *other = NULL;

		for (size_t j = 0; irq && j < cell->irq_count; j++) {
			if (cell->irqs[j].intid == irq)
				other = cell->irqs[j].name;
		}
		for (size_t j = 0; irq && j < i; j++) {
			if (cell->devices[j].blob.irq == irq)
				other = cell->devices[j].name;
		}
		if (other)
			error_add(load->messages, RULE_INTERRUPT_VIRTUAL, cell->devices[i].place,
				  "choose another 'spi'",
				  "interrupt spi %u of virtual %s is already that of %s", irq - 32,
				  cell->devices[i].name, other);
	}
}

void cell_read_devices(struct cell_load *load)
{
	const struct node *list = cell_node(load, "devices");
	struct cfg_cell *cell = load->cell;

	cell->body.console = BH_NO_CONSOLE;
	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *node = node_item(list, i);
		const struct node *passed = node_get(node, "passthrough"), *uart = node_get(node, "uart");

		if (!passed == !uart)
			error_add(load->messages, RULE_DEVICE_KIND, node->place,
				  "give one of 'passthrough' and 'uart'", "a device is one thing, not %s",
				  passed ? "two" : "none");
		else if (passed)
			read_passthrough(load, passed);
		else
			read_uart(load, uart);
	}
	for (size_t i = 0; i < cell->memory_count; i++) {
		if (cell->memory[i].node >= 0)
			check_neighbours(load, cell->board->tree, &cell->memory[i]);
	}
	check_device_irqs(load);
}
