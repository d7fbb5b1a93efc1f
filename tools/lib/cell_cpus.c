// SPDX-License-Identifier: GPL-2.0-or-later
/* CPUs of a cell. */
#include "cell_parts.h"

#include <lib/config.h>

#include <string.h>

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

/* 'mpidr 0x600', 'hart 2': the number that the hardware knows it by. */
static void add_hwid(struct cell_load *load, const char *word, uint64_t hwid, struct place place)
{
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, load->system, cpus);
	uint32_t slot = 0;

	if (strcmp(word, load->isa->hwid)) {
		error_add(load->messages, RULE_CPU_KNOWN, place,
			  arena_printf(load->arena, "write '%s %llu'", load->isa->hwid,
				       (unsigned long long)hwid),
			  "the board's CPUs have no '%s' number", word);
		return;
	}
	while (slot < load->system->cpus.count && cpus[slot].hwid != hwid)
		slot++;
	if (slot < load->system->cpus.count)
		add_cpu(load, slot, place);
	else
		error_add(load->messages, RULE_CPU_KNOWN, place, "see 'reg' of the device tree's CPUs",
			  "the board has no CPU with %s 0x%llx", word, (unsigned long long)hwid);
}

/* A group that the cell has in part only. Return: a CPU of it that is left to others, count if none. */
static uint32_t left_out(const struct cell_load *load, const uint32_t *groups, uint32_t group)
{
	const struct cfg_cell *cell = load->cell;

	for (uint32_t slot = 0; slot < load->system->cpus.count; slot++) {
		int own = groups[slot] != group;

		for (size_t i = 0; i < cell->cpu_count && !own; i++)
			own = cell->cpus[i].slot == slot;
		if (!own)
			return slot;
	}
	return load->system->cpus.count;
}

static int is_waived(const struct cell_load *load, unsigned int what)
{
	const struct node *list = cell_node(load, "waive");

	for (size_t i = 0; i < node_count(list); i++) {
		if (node_choice(node_item(list, i), CHOICES_WAIVE, what + 1) == what)
			return 1;
	}
	return 0;
}

/* One message for each group, at the first of its CPUs that the cell has. */
static void check_groups(struct cell_load *load, const uint32_t *groups, enum cfg_rule rule,
			 enum cfg_severity severity, const char *mend, const char *what)
{
	const struct cfg_cell *cell = load->cell;

	for (size_t i = 0; groups && i < cell->cpu_count; i++) {
		const uint32_t group = groups[cell->cpus[i].slot];
		uint32_t other;
		size_t first = 0;

		while (groups[cell->cpus[first].slot] != group)
			first++;
		if (!group || first != i)
			continue;
		other = left_out(load, groups, group);
		if (other < load->system->cpus.count)
			message_add(load->messages, rule, severity, cell->cpus[i].place, mend,
				    "CPU %u %s CPU %u, which the cell has not", cell->cpus[i].slot, what,
				    other);
	}
}

void cell_read_cpus(struct cell_load *load)
{
	const struct node *node = cell_node(load, "cpus");
	const struct cfg_board *board = load->cell->board;
	uint64_t first, last;
	const char *word;

	for (size_t i = 0; i < node_count(node); i++) {
		const struct node *item = node_item(node, i);

		if (parse_hwid(item->text, &word, &first)) {
			add_hwid(load, word, first, item->place);
			continue;
		}
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
	if (!is_waived(load, WAIVE_CORE))
		check_groups(load, board->cores, RULE_CPU_CORE, CFG_ERROR,
			     "take both or none, or write 'waive: shared-core'",
			     "is a thread of one core with");
	if (!is_waived(load, WAIVE_CLOCK))
		check_groups(load, board->clocks, RULE_CPU_CLOCK, CFG_WARNING,
			     "take all of a clock domain, or write 'waive: shared-clock'",
			     "runs at the clock of");
}
