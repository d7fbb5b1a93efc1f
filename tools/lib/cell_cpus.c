// SPDX-License-Identifier: GPL-2.0-or-later
/* CPUs of a cell. */
#include "cell_parts.h"

#include <lib/config.h>

static void add_cpu(struct cell_load *load, uint32_t slot, struct place place)
{
	struct cfg_cell *cell = load->cell;
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, load->system, cpus);

	if (slot >= load->system->cpus.count) {
		error_add(load->messages, RULE_CPU_KNOWN, place, "correct the CPU list",
			  "CPU %u is not on the board: it has 0 to %u", slot, load->system->cpus.count - 1);
		return;
	}
	for (size_t i = 0; i < cell->cpu_count; i++) {
		if (cell->cpus[i].slot == slot) {
			error_add(load->messages, RULE_CPU_TWICE, place, "list it once",
				  "CPU %u is listed twice", slot);
			return;
		}
	}
	cell->cpus = arena_grow(load->arena, cell->cpus, cell->cpu_count, sizeof(*cell->cpus));
	cell->cpus[cell->cpu_count++] = (struct cell_cpu){ cpus[slot].hwid, slot, place };
}

void cell_read_cpus(struct cell_load *load)
{
	const struct node *node = cell_node(load, "cpus");
	uint64_t first, last;

	for (size_t i = 0; i < node_count(node); i++) {
		const struct node *item = node_item(node, i);

		if (!parse_cpus(item->text, &first, &last))
			continue;
		for (uint64_t slot = first; slot <= last; slot++)
			add_cpu(load, (uint32_t)slot, item->place);
	}
	if (!node_count(node))
		error_add(load->messages, RULE_CPU_NONE, node->place, "give at least one",
			  "the cell has no CPU");
	if (load->cell->cpu_count && load->cell->cpu_count == load->system->cpus.count)
		error_add(load->messages, RULE_CPU_ALL, node->place,
			  "leave at least one CPU to the root cell", "the cell takes every CPU of the board");
}
