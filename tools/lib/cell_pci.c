// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PCI functions of a cell on x86-64: 'pci' of an entry of 'devices'. Their registers become regions of the cell's
 * memory at the machine's addresses, and I/O ports; which these are is read from the machine, as Linux shows it. Their
 * configuration space has a place in the cell's memory, too: 'pci-config'.
 */
#include "cell_parts.h"
#include "pc.h"

#include <lib/config.h>

#include <string.h>

typedef unsigned long long ull;

#define DMA_UNPROTECTED 1u /* place in CHOICES_DMA */
#define BARS_LISTED 1u	   /* in CHOICES_BARS */
#define REGISTERS_END 0xfec00000u /* on a PC: from there on are APICs and firmware */
#define FOUR_GIB (1ull << 32)

static int has(const struct cfg_cell *cell, uint16_t segment, uint16_t function)
{
	for (size_t i = 0; i < cell->pci_count; i++) {
		if (cell->pci[i].blob.segment == segment && cell->pci[i].blob.function == function)
			return 1;
	}
	return 0;
}

/* ---- registers ---- */

/* Another function whose registers lie in the same pages: the cell would reach those, too. */
static void check_page(struct cell_load *load, const struct cell_pci *mine,
		       const struct bh_config_range *pages)
{
	const struct pc *pc = load->cell->board->pc;

	for (uint32_t i = 0; i < pc->pci_count; i++) {
		const struct pci_function *other = &pc->pci[i];

		for (unsigned int j = 0; j < PCI_BARS && other != mine->function; j++) {
			const struct bh_config_range *bar = &other->bars[j].range;

			if (!bar->size || other->bars[j].is_ports ||
			    bar->base > pages->base + (pages->size - 1) ||
			    pages->base > bar->base + (bar->size - 1) ||
			    has(load->cell, other->segment, other->function))
				continue;
			error_add(
				load->messages, RULE_DEVICE_NEIGHBOUR, mine->place,
				"pass both through, or let Linux place them apart ('pci=resource_alignment=')",
				"PCI function %s shares the page at 0x%llx with %s, which stays with the root cell",
				mine->name, (ull)pages->base, other->name);
		}
	}
}

static void add_registers(struct cell_load *load, const struct cell_pci *mine, unsigned int bar)
{
	const struct bh_config_range *range = &mine->function->bars[bar].range;
	const uint64_t mask = BH_PAGE_SIZE - 1;
	struct bh_config_range pages = { range->base & ~mask, 0 };
	struct cell_memory *region;

	pages.size = ((range->base + range->size + mask) & ~mask) - pages.base;
	region = cell_add_memory(load, arena_printf(load->arena, "%s-%u", mine->name + 5, bar), mine->place);
	region->blob.gpa = region->blob.hpa = pages.base;
	region->blob.size = pages.size;
	region->blob.flags = BH_MEM_READ | BH_MEM_WRITE | BH_MEM_DEVICE;
	check_page(load, mine, &pages);
}

static void add_ports(struct cell_load *load, const struct cell_pci *mine, unsigned int bar)
{
	const struct bh_config_range *range = &mine->function->bars[bar].range;
	struct cfg_cell *cell = load->cell;

	cell->ports = arena_grow(load->arena, cell->ports, cell->port_count, sizeof(*cell->ports));
	cell->ports[cell->port_count++] = (struct cell_ports){
		.blob = { (uint32_t)(range->base & 0xffff), (uint32_t)(range->size & 0xffff) },
		.name = arena_printf(load->arena, "I/O ports of PCI function %s", mine->name),
		.place = mine->place,
	};
}

/* ---- what it may reach ---- */

static void check_dma(struct cell_load *load, const struct cell_pci *mine, const struct node *dma)
{
	const struct cfg_cell *cell = load->cell;

	if (!(mine->blob.flags & BH_PCI_DMA_UNPROTECTED)) {
		if (dma)
			error_add(load->messages, RULE_DEVICE_DMA, dma->place,
				  "leave 'dma' out, or write 'dma: unprotected'",
				  "PCI function %s can write memory, whatever it is meant for", mine->name);
		else if (!config_x86_is_held(load->system, &mine->blob))
			error_add(
				load->messages, RULE_DEVICE_DMA, mine->place,
				"switch the IOMMU on in the firmware; or write 'dma: unprotected' beside it if the "
				"cell may reach all of the machine",
				"no IOMMU of the machine keeps PCI function %s from memory of others",
				mine->name);
		return;
	}
	for (size_t i = 0; i < cell->memory_count; i++) {
		const struct cell_memory *region = &cell->memory[i];
		const uint32_t flags = region->blob.flags;

		if (flags & BH_MEM_DEVICE || (!(flags & BH_MEM_AUTO) && region->blob.gpa == region->blob.hpa))
			continue;
		message_also(
			error_add(load->messages, RULE_DEVICE_IDENTITY, region->place,
				  "give it 'identity: true' and an address in the pool",
				  "memory region '%s' is not where the machine has it, but PCI function %s "
				  "reads and writes at the machine's addresses",
				  region->name, mine->name),
			mine->place, "unprotected DMA");
	}
}

/* Functions of one group reach each other without passing the IOMMU, or have one number at it. */
static void check_group(struct cell_load *load, const struct cell_pci *mine)
{
	const struct pc *pc = load->cell->board->pc;

	for (uint32_t i = 0; i < pc->pci_count && *mine->function->group; i++) {
		const struct pci_function *other = &pc->pci[i];

		if (strcmp(other->group, mine->function->group) || pci_is_bridge(other) ||
		    has(load->cell, other->segment, other->function))
			continue;
		error_add(load->messages, RULE_DEVICE_STREAM, mine->place, "pass both through, or none",
			  "PCI functions %s and %s, which stays with the root cell, are in IOMMU group %s",
			  mine->name, other->name, other->group);
	}
}

/* ---- */

static const struct pci_function *find(struct cell_load *load, const struct node *node, uint16_t segment,
				       uint16_t number)
{
	const struct pc *pc = board_pc(load->cell->board, load->messages);
	const struct pci_function *function = pc ? pci_find(pc, segment, number) : NULL;

	if (!load->cell->board->acpi)
		error_add(load->messages, RULE_PCI_KNOWN, node->place, "add 'acpi: live' to the board file",
			  "where PCI function '%s' has its registers is not known without the machine",
			  node->text);
	else if (pc && !function)
		error_add(load->messages, RULE_PCI_KNOWN, node->place, "see 'lspci'",
			  "the machine has no PCI function '%s'", node->text);
	else if (function && pci_is_bridge(function))
		error_add(load->messages, RULE_PCI_KNOWN, node->place, "pass through what is behind it",
			  "PCI function '%s' is a bridge, which others need, too", node->text);
	else
		return function;
	return NULL;
}

void cell_read_pci(struct cell_load *load, const struct node *source)
{
	const struct node *node = node_get(source, "pci"), *dma = node_get(source, "dma");
	const int listed = node_choice(node_get(source, "bars"), CHOICES_BARS, 0) == BARS_LISTED;
	struct cfg_cell *cell = load->cell;
	const struct pci_function *function;
	struct bh_config_pci blob = { 0 };

	if (!pci_parse(node->text, &blob.segment, &blob.function)) {
		error_add(load->messages, RULE_PCI_FORM, node->place,
			  "write '0000:00:03.0', as 'lspci -D' does", "'%s' is no PCI function", node->text);
		return;
	}
	function = listed ? NULL : find(load, node, blob.segment, blob.function);
	if (!function && !listed)
		return;
	if (has(cell, blob.segment, blob.function)) {
		error_add(load->messages, RULE_DEVICE_TWICE, node->place, "list it once",
			  "PCI function '%s' is listed twice", node->text);
		return;
	}
	if (node_choice(dma, CHOICES_DMA, 0) == DMA_UNPROTECTED)
		blob.flags = BH_PCI_DMA_UNPROTECTED;
	cell->pci = arena_grow(load->arena, cell->pci, cell->pci_count, sizeof(*cell->pci));
	cell->pci[cell->pci_count++] = (struct cell_pci){ blob,
							  pci_text(load->arena, blob.segment, blob.function),
							  function, dma, node->place };
}

/* ---- configuration space ---- */

struct bh_config_mmconfig cell_pci_config(const struct cfg_cell *cell)
{
	struct bh_config_mmconfig window = { .base = cell->body.x86.mmconfig, .first_bus = 255 };

	for (size_t i = 0; i < cell->pci_count; i++)
		config_x86_mmconfig_take(&window, cell->pci[i].blob.function);
	return window;
}

static int is_free(const struct spans *spans, const struct bh_config_range *range)
{
	for (size_t i = 0; i < spans->count; i++) {
		const struct span *span = &spans->list[i];

		if (span->base < range->base + range->size && range->base - span->base < span->size)
			return 0;
		if (span->base >= range->base && span->base - range->base < range->size)
			return 0;
	}
	return 1;
}

/* Of @window without base. Return: the base, 0: there is no room. */
static uint32_t find_room(struct cell_load *load, const struct bh_config_mmconfig *window)
{
	struct bh_config_range range = config_x86_mmconfig_range(window);
	struct spans spans = { .arena = load->arena };
	const uint64_t before = range.base;

	cell_guest_spans(load->cell, &spans);
	for (range.base = REGISTERS_END - range.size; range.base > before; range.base -= CONFIG_BUS_SIZE) {
		if (is_free(&spans, &range))
			return (uint32_t)(range.base - before);
	}
	return 0;
}

static void place_config(struct cell_load *load)
{
	const struct node *node = cell_node(load, "pci-config");
	const struct bh_config_mmconfig window = cell_pci_config(load->cell);
	const uint64_t end = (window.last_bus + 1ull) * CONFIG_BUS_SIZE, at = node_number(node, 0);

	if (!node)
		load->cell->body.x86.mmconfig = find_room(load, &window);
	else if (at & (CONFIG_BUS_SIZE - 1))
		error_add(load->messages, RULE_PCI_WINDOW, node->place, "align it to 1M",
			  "0x%llx is not the start of a bus", (ull)at);
	else if (at > FOUR_GIB - end)
		error_add(load->messages, RULE_PCI_WINDOW, node->place,
			  arena_printf(load->arena, "use at most 0x%llx", (ull)(FOUR_GIB - end)),
			  "bus %u at 0x%llx would not end below 4 GiB", window.last_bus,
			  (ull)(at + end - CONFIG_BUS_SIZE));
	else
		load->cell->body.x86.mmconfig = (uint32_t)at;
}

void cell_check_pci(struct cell_load *load)
{
	const struct node *node = cell_node(load, "pci-config");

	for (size_t i = 0; i < load->cell->pci_count; i++) {
		const struct cell_pci *mine = &load->cell->pci[i];

		for (unsigned int bar = 0; mine->function && bar < PCI_BARS; bar++) {
			if (mine->function->bars[bar].range.size && mine->function->bars[bar].is_ports)
				add_ports(load, mine, bar);
			else if (mine->function->bars[bar].range.size)
				add_registers(load, mine, bar);
		}
		check_dma(load, mine, mine->dma);
		if (mine->function)
			check_group(load, mine);
	}
	if (load->cell->pci_count)
		place_config(load);
	else if (node)
		error_add(load->messages, RULE_PCI_WINDOW, node->place, "remove it",
			  "a cell without PCI functions has no configuration space");
}
