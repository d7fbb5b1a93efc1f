// SPDX-License-Identifier: GPL-2.0-or-later
/* Nodes of the board's device tree that a cell gets: registers, interrupts, and what comes with them. */
#include "cell_parts.h"
#include "devtree.h"

#include <lib/config.h>

#include <libfdt.h>
#include <string.h>

typedef unsigned long long ull;

/* @node or one above it is passed through. */
static int is_own(const struct cell_load *load, const struct devtree *tree, int node)
{
	const struct cfg_cell *cell = load->cell;

	for (; node > 0; node = dt_parent(tree, node)) {
		for (size_t i = 0; i < cell->passed_count; i++) {
			if (cell->passed[i].node == node)
				return 1;
		}
	}
	return 0;
}

/* A node that root keeps and uses. */
static int is_roots(const struct cell_load *load, const struct devtree *tree, int node)
{
	return dt_is_usable(tree, node) && !is_own(load, tree, node);
}

static const char *path_of(const struct cell_load *load, const struct devtree *tree, int node)
{
	return devtree_node_path(load->arena, tree, node);
}

/* ---- registers ---- */

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

static void read_registers(struct cell_load *load, const struct devtree *tree, struct passthrough *passed)
{
	const char *base = strrchr(passed->name, '/') + 1;
	struct bh_config_range reg;
	unsigned int windows = 0;
	int found;

	for (; (found = devtree_reg(tree, passed->node, windows, &reg)) > 0; windows++) {
		if (!windows) /* the unit address counts at the root of the guest's tree */
			passed->guest = arena_printf(load->arena, "%.*s@%llx", (int)strcspn(base, "@"), base,
						     (ull)reg.base);
		if (reg.size)
			add_window(load, passed, &reg);
	}
	if (found < 0)
		error_add(load->messages, RULE_DEVICE_TRANSLATED, passed->place,
			  "pass through a device that the CPU sees directly",
			  "the registers of %s cannot be translated to a physical address", passed->name);
	else if (!windows)
		error_add(load->messages, RULE_DEVICE_REGISTERS, passed->place,
			  "name the node that has the registers", "%s has no registers", passed->name);
}

/* ---- finding the node ---- */

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

static const struct devtree *tree_for(struct cell_load *load, const struct node *node)
{
	struct cfg_board *board = load->cell->board;

	if (!board->devicetree)
		error_add(load->messages, RULE_DEVICE_TREE, node->place,
			  "add 'devicetree: live' to the board file",
			  "the board has no device tree to look '%s' up in", node->text);
	return board_devtree(board, load->messages);
}

/* A bus of devices that only its host can tell apart. */
static int is_pci_host(const void *fdt, int node)
{
	const char *type = fdt_getprop(fdt, node, "device_type", NULL);

	return type && !strcmp(type, "pci");
}

void cell_read_passthrough(struct cell_load *load, const struct node *source)
{
	const struct node *node = node_get(source, "passthrough");
	const struct devtree *tree = tree_for(load, node);
	struct cfg_cell *cell = load->cell;
	struct passthrough *passed;
	int found;

	if (!tree)
		return;
	found = devtree_node(tree, node->text);
	if (found < 0) {
		report_no_node(load, tree, node, found == DT_AMBIGUOUS);
		return;
	}
	for (size_t i = 0; i < cell->passed_count; i++) {
		if (cell->passed[i].node != found)
			continue;
		message_also(error_add(load->messages, RULE_DEVICE_TWICE, node->place, "list it once",
				       "%s is passed through twice", cell->passed[i].name),
			     cell->passed[i].place, "it stands here");
		return;
	}
	if (is_pci_host(tree->fdt, found)) {
		error_add(load->messages, RULE_UNSUPPORTED, node->place,
			  "pass through a device that is not on a PCI bus",
			  "%s is a PCI host: the hypervisor cannot give PCI devices to cells yet",
			  node->text);
		return;
	}
	cell->passed = arena_grow(load->arena, cell->passed, cell->passed_count, sizeof(*cell->passed));
	passed = &cell->passed[cell->passed_count++];
	*passed = (struct passthrough){ .node = found,
					.name = path_of(load, tree, found),
					.dma = 1 +
					       node_choice(node_get(source, "dma"), CHOICES_DMA, UINT32_MAX),
					.source = source,
					.place = node->place };
	read_registers(load, tree, passed);
	if (!passed->guest)
		passed->guest = strrchr(passed->name, '/') + 1;
}

/* ---- interrupts ---- */

/* Devices of one cell may share a line: it is given once. */
static void read_lines(struct cell_load *load, const struct devtree *tree, const struct passthrough *passed)
{
	uint32_t irq, flags;
	int found;

	for (unsigned int i = 0; (found = devtree_irq(tree, passed->node, i, &irq, &flags)) > 0; i++) {
		if (!cell_has_passed_irq(load->cell, irq))
			cell_add_irq(load, irq, passed->name, passed->place, passed->node);
	}
	if (found < 0)
		error_add(load->messages, RULE_DEVICE_INTERRUPTS, passed->place,
			  "pass through a device whose interrupts go to the GIC",
			  "interrupts of %s do not go to the GIC", passed->name);
}

/* A device that root keeps on the line would be silent, or its interrupts come to the cell. */
static void check_lines(struct cell_load *load, const struct devtree *tree)
{
	const struct cfg_cell *cell = load->cell;

	for (size_t i = 0; i < cell->irq_count; i++) {
		const struct cell_irq *irq = &cell->irqs[i];
		const struct dt_line *other = NULL;

		for (size_t j = 0; j < tree->line_count && !other; j++) {
			if (tree->lines[j].irq == irq->intid && is_roots(load, tree, tree->lines[j].node))
				other = &tree->lines[j];
		}
		if (!other)
			continue;
		if (irq->node >= 0)
			error_add(load->messages, RULE_INTERRUPT_LINE, irq->place,
				  "pass both through, or disable the other in the device tree",
				  "%s shares interrupt %s with %s, which stays with the root cell", irq->name,
				  irq_text(load, irq->intid), path_of(load, tree, other->node));
		else
			warning_add(load->messages, RULE_INTERRUPT_OWNED, irq->place,
				    "pass the device through, or choose another",
				    "interrupt %s is that of %s, which stays with the root cell",
				    irq_text(load, irq->intid), path_of(load, tree, other->node));
	}
}

/* ---- who else is there ---- */

/* What the MMU cannot keep apart is given as a whole or not at all. */
static void check_neighbours(struct cell_load *load, const struct devtree *tree,
			     const struct cell_memory *region)
{
	const uint64_t last = region->blob.hpa + (region->blob.size - 1);

	for (size_t i = 0; i < tree->window_count; i++) {
		const struct dt_window *other = &tree->windows[i];

		if (other->range.base > last ||
		    region->blob.hpa > other->range.base + (other->range.size - 1) ||
		    !is_roots(load, tree, other->node))
			continue;
		error_add(load->messages, RULE_DEVICE_NEIGHBOUR, region->place, "pass both through, or none",
			  "%s shares the pages from 0x%llx to 0x%llx with %s of the board", region->name,
			  (ull)region->blob.hpa, (ull)last, path_of(load, tree, other->node));
		return;
	}
}

static int meets(const struct bh_config_memory *region, const struct bh_config_range *range)
{
	return range->size && range->base <= region->hpa + (region->size - 1) &&
	       region->hpa <= range->base + (range->size - 1);
}

/* Whoever writes these raises interrupts of others. */
static int check_controller(struct cell_load *load, const struct devtree *tree,
			    const struct cell_memory *region)
{
	struct bh_config_range range;

	for (unsigned int i = 0; tree->intc >= 0 && devtree_reg(tree, tree->intc, i, &range) > 0; i++) {
		if (!meets(&region->blob, &range))
			continue;
		error_add(load->messages, RULE_DEVICE_CONTROLLER, region->place,
			  "the cell gets a virtual one without being told",
			  "%s is the machine's interrupt controller", region->name);
		return 1;
	}
	for (unsigned int i = 0; devtree_msi_frame(tree, i, &range); i++) {
		if (!meets(&region->blob, &range))
			continue;
		error_add(load->messages, RULE_DEVICE_CONTROLLER, region->place, "leave it to the root cell",
			  "%s reaches a frame at 0x%llx that raises interrupts of any cell", region->name,
			  (ull)range.base);
		return 1;
	}
	return 0;
}

static void check_windows(struct cell_load *load, const struct devtree *tree)
{
	const struct cfg_cell *cell = load->cell;
	struct bh_config_range real;

	for (size_t i = 0; i < cell->memory_count; i++) {
		const struct cell_memory *region = &cell->memory[i];
		const struct bh_config_range range = { region->blob.hpa, region->blob.size };
		const struct board_alias *alias;

		if (region->node < 0)
			continue;
		alias = board_find_alias(cell->board, &range, &real);
		if (alias && !alias->every)
			message_also(
				error_add(load->messages, RULE_DEVICE_ALIAS, region->place,
					  "pass through a device outside of it",
					  "the registers of %s lie where memory from 0x%llx on is seen again",
					  region->name, (ull)real.base),
				alias->place, "the alias stands here");
		if (!check_controller(load, tree, region))
			check_neighbours(load, tree, region);
	}
}

/* ---- providers and consumers ---- */

/* Others' clocks, power and pins: the cell could stop devices that are not its own. */
static void check_users(struct cell_load *load, const struct devtree *tree, const struct passthrough *passed)
{
	int other = -1;
	enum dt_dep_kind kind = DT_OTHER;
	size_t users = 0;

	for (size_t i = 0; i < tree->use_count; i++) {
		if (tree->uses[i].provider != passed->node || !is_roots(load, tree, tree->uses[i].node))
			continue;
		if (!users++) {
			other = tree->uses[i].node;
			kind = tree->uses[i].kind;
		}
	}
	if (users)
		error_add(load->messages, RULE_DEVICE_PROVIDER, passed->place, "leave it to the root cell",
			  "%s is needed by %s (%s)%s, which stay%s with the root cell", passed->name,
			  path_of(load, tree, other), dt_dep_name(kind),
			  users > 1 ? arena_printf(load->arena, " and %zu more", users - 1) : "",
			  users > 1 ? "" : "s");
}

/* 'clocks of A, power domain of B': what root keeps of what @passed needs; "" if nothing. */
static char *list_needs(struct cell_load *load, const struct devtree *tree, const struct passthrough *passed)
{
	char *text = arena_strdup(load->arena, "");
	struct dt_dep *deps;
	const size_t count = devtree_deps(load->arena, tree, passed->node, &deps);

	for (size_t i = 0; i < count; i++) {
		int again = is_own(load, tree, deps[i].node) || deps[i].kind == DT_IOMMU ||
			    !fdt_node_check_compatible(tree->fdt, deps[i].node, "fixed-clock");

		for (size_t j = 0; j < i; j++)
			again |= deps[j].kind == deps[i].kind && deps[j].node == deps[i].node;
		if (!again)
			text = arena_printf(load->arena, "%s%s%s of %s", text, *text ? ", " : "",
					    dt_dep_name(deps[i].kind), path_of(load, tree, deps[i].node));
	}
	return text;
}

static void tell_needs(struct cell_load *load, const struct devtree *tree, const struct passthrough *passed)
{
	const char *needs = list_needs(load, tree, passed);

	if (!dt_is_usable(tree, passed->node))
		message_add(load->messages, RULE_DEVICE_DISABLED, CFG_NOTE, passed->place,
			    "see that clocks, power and pins are set up before the cell starts",
			    "%s is disabled in the device tree: the board does not use it, the cell will",
			    passed->name);
	if (*needs)
		message_add(load->messages, RULE_DEVICE_DEPENDS, CFG_NOTE, passed->place,
			    "the guest sees fixed clocks and none of the rest; root must not switch them off",
			    "%s needs what stays with the root cell: %s", passed->name, needs);
}

/* Clocks whose rate nobody says get that of most UARTs, which is a guess. */
static void check_clocks(struct cell_load *load, const struct devtree *tree, const struct passthrough *passed)
{
	struct dt_dep *deps;
	const size_t count = devtree_deps(load->arena, tree, passed->node, &deps);
	unsigned int clock = 0;

	for (size_t i = 0; i < count && !node_get(passed->source, "clock"); i++) {
		if (deps[i].kind != DT_CLOCK)
			continue;
		if (!is_own(load, tree, deps[i].node) && !devtree_clock_rate(tree, passed->node, clock))
			warning_add(
				load->messages, RULE_DEVICE_CLOCK, passed->place,
				"give 'clock: HZ' beside it",
				"the device tree does not say the rate of clock %u of %s: 24 MHz is taken",
				clock, passed->name);
		clock++;
	}
}

/* ---- DMA ---- */

static int has_window(const struct cell_load *load, const struct passthrough *passed)
{
	for (size_t i = 0; i < load->cell->memory_count; i++) {
		if (load->cell->memory[i].node == passed->node)
			return 1;
	}
	return 0;
}

static void check_dma(struct cell_load *load, const struct devtree *tree, const struct passthrough *passed)
{
	struct dt_stream *streams;
	const size_t count = devtree_streams(load->arena, tree, passed->node, &streams);

	if (passed->dma || !has_window(load, passed) || (!count && !devtree_may_dma(tree, passed->node)))
		return;
	if (count)
		error_add(
			load->messages, RULE_DEVICE_DMA, passed->place,
			"write 'dma: unprotected' beside it if the cell may reach all of the machine",
			"%s writes memory through %s (stream 0x%x), which the hypervisor does not drive yet",
			passed->name, path_of(load, tree, streams[0].iommu), streams[0].first);
	else
		error_add(load->messages, RULE_DEVICE_DMA, passed->place,
			  "write 'dma: unprotected' beside it if the cell may reach all of the machine, "
			  "'dma: none' if the device writes no memory",
			  "%s can write memory, and no IOMMU holds it", passed->name);
}

/* A device knows only the machine's addresses: what the guest tells it must be these. */
static void check_identity(struct cell_load *load, const struct passthrough *passed)
{
	const struct cfg_cell *cell = load->cell;

	for (size_t i = 0; i < cell->memory_count && passed->dma == 2; i++) {
		const struct cell_memory *region = &cell->memory[i];

		if (region->node >= 0 ||
		    (!(region->blob.flags & BH_MEM_AUTO) && region->blob.gpa == region->blob.hpa))
			continue;
		message_also(error_add(load->messages, RULE_DEVICE_IDENTITY, region->place,
				       "give it 'identity: true' and an address in the pool",
				       "memory region '%s' is not where the machine has it, but %s reads and "
				       "writes at the machine's addresses",
				       region->name, passed->name),
			     passed->place, "unprotected DMA");
	}
}

/* Two devices of one stream: whoever is held for one is held for both. */
static void check_streams(struct cell_load *load, const struct devtree *tree,
			  const struct passthrough *passed)
{
	struct dt_stream *own, *others;
	const size_t count = devtree_streams(load->arena, tree, passed->node, &own);

	for (size_t i = 0; count && i < tree->use_count; i++) {
		const int node = tree->uses[i].node;
		size_t other_count;

		if (tree->uses[i].kind != DT_IOMMU || !is_roots(load, tree, node))
			continue;
		other_count = devtree_streams(load->arena, tree, node, &others);
		for (size_t a = 0; a < count; a++) {
			for (size_t b = 0; b < other_count; b++) {
				if (own[a].iommu == others[b].iommu && own[a].first == others[b].first)
					error_add(load->messages, RULE_DEVICE_STREAM, passed->place,
						  "pass both through, or none",
						  "%s and %s, which stays with the root cell, are stream "
						  "0x%x of %s",
						  passed->name, path_of(load, tree, node), own[a].first,
						  path_of(load, tree, own[a].iommu));
			}
		}
	}
}

/* When all devices are known. */
void cell_check_passed(struct cell_load *load)
{
	const struct devtree *tree = load->cell->board->tree;

	for (size_t i = 0; tree && i < load->cell->passed_count; i++) {
		const struct passthrough *passed = &load->cell->passed[i];

		read_lines(load, tree, passed);
		check_users(load, tree, passed);
		tell_needs(load, tree, passed);
		check_clocks(load, tree, passed);
		check_dma(load, tree, passed);
		check_identity(load, passed);
		check_streams(load, tree, passed);
	}
	if (tree) {
		check_windows(load, tree);
		check_lines(load, tree);
	}
}
