// SPDX-License-Identifier: GPL-2.0-or-later
/* A board by itself, in the user's words: the blob check repeats without them what it can know. */
#include "board_parts.h"
#include "devtree.h"
#include "pc.h"

#include <string.h>

typedef unsigned long long ull;

#define OWNER_RESERVED 1 /* reserved ranges may overlap each other */

/* ---- RAM ---- */

static int in_dram(const struct board_load *load, const struct bh_config_range *range)
{
	for (uint32_t i = 0; i < load->dram.count; i++) {
		const struct bh_config_range *bank = &load->dram.list[i];

		if (range->size <= bank->size && range->base >= bank->base &&
		    range->base - bank->base <= bank->size - range->size)
			return 1;
	}
	return 0;
}

static void check_ram(struct board_load *load, struct spans *spans, const char *name,
		      const struct bh_config_range *range, struct place place)
{
	if ((range->base | range->size) & (BH_RAM_ALIGN - 1))
		error_add(load->messages, RULE_MEMORY_ALIGNED, place, "use multiples of 2M",
			  "%s: 0x%llx with size 0x%llx is not aligned to 2 MiB", name, (ull)range->base,
			  (ull)range->size);
	else if (!range->size)
		error_add(load->messages, RULE_MEMORY_EMPTY, place, "give at least 2M", "%s is empty", name);
	else if (load->dram.count && !in_dram(load, range))
		error_add(load->messages, RULE_MEMORY_IN_RAM, place,
			  "see the memory nodes of the device tree",
			  "%s (0x%llx to 0x%llx) is not inside one bank of the machine's RAM", name,
			  (ull)range->base, (ull)(range->base + range->size - 1));
	span_add(spans, range->base, range->size, place, "%s", name);
}

static void check_memory(struct board_load *load, struct spans *spans)
{
	const struct node *pool = board_node(load, "pool");

	check_ram(load, spans, "the hypervisor's memory", &load->body.hv_memory,
		  board_place(load, "hypervisor.memory"));
	for (uint32_t i = 0; i < load->pool.count; i++)
		check_ram(load, spans, "the pool", &load->pool.list[i], node_item(pool, i)->place);
	spans_check(spans, RULE_MEMORY_OVERLAP, "machine's memory", load->messages);
}

/* ---- what firmware and Linux keep ---- */

/* For the blob, which the hypervisor checks by itself. */
static void keep_reserved(struct board_load *load, const struct spans *spans, size_t first)
{
	struct ranges *kept = &load->reserved;

	kept->list = arena_alloc(&load->board->arena, (spans->count - first + 1) * sizeof(*kept->list));
	for (kept->count = 0; first < spans->count; first++)
		kept->list[kept->count++] =
			(struct bh_config_range){ spans->list[first].base, spans->list[first].size };
}

static void add_reserved(struct spans *spans, const struct bh_config_range *range, struct place place,
			 const char *name)
{
	if (!range->size)
		return;
	span_add(spans, range->base, range->size, place, "%s", name);
	span_owner(spans, OWNER_RESERVED);
}

/* Of the board file, and of the device tree unless it was set aside for us. */
static void collect_reserved(struct board_load *load, struct spans *spans)
{
	struct arena *arena = &load->board->arena;
	const struct node *list = board_node(load, "reserved");
	struct dt_reserved *reserved = NULL;
	const uint32_t count = load->board->tree ? devtree_reserved(arena, load->board->tree, &reserved) : 0;
	struct bh_config_range range;

	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *item = node_item(list, i);

		read_range(item, &range);
		add_reserved(spans, &range, item->place,
			     arena_printf(arena, "reserved memory '%s'",
					  node_text(node_get(item, "name"), "of the board file")));
	}
	for (uint32_t i = 0; i < count; i++) {
		if (!reserved[i].ours)
			add_reserved(spans, &reserved[i].range, (struct place){ load->board->file, 0, 0 },
				     arena_printf(arena, "%s of the device tree", reserved[i].name));
	}
}

static void check_reserved(struct board_load *load, struct spans *spans)
{
	struct spans both = { .arena = &load->board->arena };

	/* that hypervisor and pool overlap was said before */
	for (size_t i = 0; i < spans->count; i++) {
		span_add(&both, spans->list[i].base, spans->list[i].size, spans->list[i].place, "%s",
			 spans->list[i].name);
		span_owner(&both, OWNER_RESERVED + 1);
	}
	collect_reserved(load, &both);
	keep_reserved(load, &both, spans->count);
	spans_check(&both, RULE_MEMORY_RESERVED, "machine's memory", load->messages);
}

/* ---- the same RAM at two addresses ---- */

static void read_alias(struct board_load *load, const struct node *node, struct board_alias *alias)
{
	const struct node *at = node_get(node, "at"), *size = node_get(node, "size"),
			  *of = node_get(node, "of"), *every = node_get(node, "every");

	*alias = (struct board_alias){ .at = node_number(at, 0),
				       .size = node_size(size, 0),
				       .of = node_number(of, 0),
				       .every = node_size(every, 0),
				       .place = node->place };
	if (every ? at || size || of || !alias->every : !at || !of || !alias->size)
		error_add(load->messages, RULE_ALIAS_FORM, node->place,
			  "write { at: 0x.., size: .., of: 0x.. } or { every: SIZE }",
			  "an alias is a window onto RAM, or how often RAM repeats");
}

void board_read_aliases(struct board_load *load)
{
	const struct node *list = board_node(load, "aliases");
	struct cfg_board *board = load->board;

	board->alias_count = node_count(list);
	board->aliases = arena_alloc(&board->arena, (board->alias_count + 1) * sizeof(*board->aliases));
	load->aliases = arena_alloc(&board->arena, (board->alias_count + 1) * sizeof(*load->aliases));
	for (size_t i = 0; i < board->alias_count; i++) {
		struct board_alias *alias = &board->aliases[i];

		read_alias(load, node_item(list, i), alias);
		load->aliases[i] =
			(struct bh_config_alias){ alias->at, alias->size, alias->of, alias->every };
	}
}

/* Where the bytes of @range really lie, as far as it is an alias. Return: whether it is one. */
static int through_alias(const struct board_alias *alias, const struct bh_config_range *range,
			 struct bh_config_range *real)
{
	uint64_t first = range->base, last = range->base + (range->size - 1);

	if (alias->every) {
		if (last < alias->every)
			return 0;
		*real = (struct bh_config_range){ first % alias->every, range->size };
		if (range->size > alias->every - real->base) /* it goes on at the start */
			*real = (struct bh_config_range){ 0, alias->every };
		return first >= alias->every;
	}
	if (!alias->size || last < alias->at || first > alias->at + (alias->size - 1))
		return 0;
	if (first < alias->at)
		first = alias->at;
	if (last > alias->at + (alias->size - 1))
		last = alias->at + (alias->size - 1);
	*real = (struct bh_config_range){ first - alias->at + alias->of, last - first + 1 };
	return 1;
}

const struct board_alias *board_find_alias(const struct cfg_board *board, const struct bh_config_range *range,
					   struct bh_config_range *real)
{
	for (size_t i = 0; i < board->alias_count; i++) {
		if (range->size && through_alias(&board->aliases[i], range, real))
			return &board->aliases[i];
	}
	return NULL;
}

/* What @from has where it really lies. @owner: of what is no alias; @moved_owner: of what is one. */
static void add_real(struct board_load *load, struct spans *real, const struct spans *from, size_t owner,
		     size_t moved_owner)
{
	struct bh_config_range range;

	for (size_t i = 0; i < from->count; i++) {
		const struct span *span = &from->list[i];
		const struct bh_config_range here = { span->base, span->size };
		const int moved = board_find_alias(load->board, &here, &range) != NULL;

		if (!moved)
			range = here;
		if (!(moved ? moved_owner : owner))
			continue;
		span_add(real, range.base, range.size, span->place, moved ? "%s, through an alias" : "%s",
			 span->name);
		span_owner(real, moved ? moved_owner : owner);
	}
}

/*
 * What is reached through an alias must be nobody else's where it really lies. Spans of one owner are not
 * compared: those that are no alias were, and reserved ranges may overlap each other.
 */
static void check_aliases(struct board_load *load, const struct spans *spans)
{
	struct arena *arena = &load->board->arena;
	struct spans reserved = { .arena = arena }, ours = { .arena = arena }, others = { .arena = arena };

	collect_reserved(load, &reserved);
	for (size_t i = 0; i < spans->count; i++) {
		struct spans one = { arena, &spans->list[i], 1 };

		add_real(load, &ours, &one, 1, 2 + i);
	}
	add_real(load, &ours, &reserved, 1, 0);
	spans_check(&ours, RULE_MEMORY_ALIAS, "machine's memory without aliases", load->messages);
	add_real(load, &others, spans, 1, 1);
	add_real(load, &others, &reserved, 0, 2);
	spans_check(&others, RULE_MEMORY_ALIAS, "machine's memory without aliases", load->messages);
}

/* ---- CPUs that share something ---- */

static uint32_t slot_of(const struct board_load *load, uint64_t hwid)
{
	uint32_t slot = 0;

	while (slot < load->cpu_count && load->cpus[slot].hwid != hwid)
		slot++;
	return slot;
}

/* '[0-1, 2-3]': each entry is a group. Numbers that the device tree gave are forgotten. */
static void read_groups(struct board_load *load, const char *path, uint32_t *groups)
{
	const struct node *list = board_node(load, path);
	uint64_t first, last;

	if (list)
		memset(groups, 0, load->cpu_count * sizeof(*groups));
	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *item = node_item(list, i);

		if (!parse_cpus(item->text, &first, &last)) {
			error_add(load->messages, RULE_CPU_KNOWN, item->place, "write a range such as 2-3",
				  "'%s' groups CPUs as the board counts them", path);
			continue;
		}
		if (last >= load->cpu_count)
			error_add(load->messages, RULE_CPU_KNOWN, item->place, "correct the list",
				  "CPU %llu is not on the board: it has 0 to %u", (ull)last,
				  load->cpu_count - 1);
		for (uint64_t slot = first; slot <= last && slot < load->cpu_count; slot++)
			groups[slot] = (uint32_t)i + 1;
	}
}

void board_read_groups(struct board_load *load)
{
	struct cfg_board *board = load->board;
	struct dt_cpu *list = NULL;
	const uint32_t count = board->tree ? devtree_cpu_list(&board->arena, board->tree, &list) : 0;

	board->cores = arena_alloc(&board->arena, (load->cpu_count + 1) * sizeof(*board->cores));
	board->clocks = arena_alloc(&board->arena, (load->cpu_count + 1) * sizeof(*board->clocks));
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t slot = slot_of(load, list[i].hwid);

		if (slot == load->cpu_count)
			continue;
		board->cores[slot] = list[i].core;
		board->clocks[slot] = list[i].clock;
	}
	if (board->pc)
		pc_cores(board->pc, load->cpus, load->cpu_count, board->cores);
	read_groups(load, "cores", board->cores);
	read_groups(load, "clock-domains", board->clocks);
}

/* ---- the whole ---- */

void board_check(struct board_load *load)
{
	struct spans spans = { .arena = &load->board->arena };
	const uint32_t irq = load->body.event_irq;

	check_memory(load, &spans);
	check_reserved(load, &spans);
	if (load->board->alias_count)
		check_aliases(load, &spans);
	if (irq && (irq < load->isa->irq_first || irq >= load->isa->irq_limit))
		error_add(load->messages, RULE_EVENT_INTERRUPT, board_place(load, "event-interrupt"),
			  load->isa->free_irq, "interrupt %u is no %s", irq, load->isa->device_irq);
	if (load->body.timeout_ms < 1000 || load->body.timeout_ms > 600000)
		error_add(load->messages, RULE_TIME_RANGE, board_place(load, "hypervisor.timeout"),
			  "use 1s to 10min", "a time limit of %u ms is out of range", load->body.timeout_ms);
}
