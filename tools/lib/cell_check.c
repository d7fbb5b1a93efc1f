// SPDX-License-Identifier: GPL-2.0-or-later
/* Parts of a cell against each other. */
#include "cell_parts.h"

#include <lib/config.h>

/* Everything behind the HPET: see enum bh_device_type. */
static int is_at_ports(const struct bh_config_device *device)
{
	return device->type > BH_DEV_HPET;
}

void cell_guest_spans(const struct cfg_cell *cell, struct spans *spans)
{
	const struct bh_config_cell *body = &cell->body;

	for (size_t i = 0; i < cell->memory_count; i++)
		span_add(spans, cell->memory[i].blob.gpa, cell->memory[i].blob.size, cell->memory[i].place,
			 "memory region '%s'", cell->memory[i].name);
	for (size_t i = 0; i < cell->device_count; i++)
		if (!is_at_ports(&cell->devices[i].blob))
			span_add(spans, cell->devices[i].blob.gpa, cell->devices[i].blob.size,
				 cell->devices[i].place, "virtual %s", cell->devices[i].name);
	if (body->comm_page)
		span_add(spans, body->comm_page, BH_PAGE_SIZE,
			 node_place(node_get(cell->root, "comm-page"), cell->file), "the communication page");
	cell->board->isa->cell_spans(cell, node_place(node_get(cell->root, "interrupts"), cell->file), spans);
}

static void check_ports(struct cell_load *load)
{
	struct spans spans = { .arena = load->arena };
	const struct cfg_cell *cell = load->cell;

	for (size_t i = 0; i < cell->device_count; i++)
		if (is_at_ports(&cell->devices[i].blob))
			span_add(&spans, cell->devices[i].blob.gpa, cell->devices[i].blob.size,
				 cell->devices[i].place, "virtual %s", cell->devices[i].name);
	for (size_t i = 0; i < cell->port_count; i++)
		span_add(&spans, cell->ports[i].blob.first, cell->ports[i].blob.count, cell->ports[i].place,
			 "%s", cell->ports[i].name);
	spans_check(&spans, RULE_PORT_OVERLAP, "guest's I/O ports", load->messages);
}

static void check_guest_space(struct cell_load *load)
{
	struct spans spans = { .arena = load->arena };

	cell_guest_spans(load->cell, &spans);
	spans_check(&spans, RULE_GUEST_OVERLAP, "guest's memory", load->messages);
}

static void check_host_space(struct cell_load *load)
{
	struct spans spans = { .arena = load->arena };

	for (size_t i = 0; i < load->cell->memory_count; i++) {
		const struct cell_memory *region = &load->cell->memory[i];

		if (!(region->blob.flags & BH_MEM_AUTO))
			span_add(&spans, region->blob.hpa, region->blob.size, region->place,
				 "memory region '%s'", region->name);
	}
	spans_check(&spans, RULE_MEMORY_OVERLAP, "machine's memory", load->messages);
}

void cell_check(struct cell_load *load)
{
	check_guest_space(load);
	check_ports(load);
	check_host_space(load);
}
