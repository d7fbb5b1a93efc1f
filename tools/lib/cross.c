// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each cell is right by itself; here all of them are held against each other. What two cells may not both
 * have is collected, sorted and compared with its neighbour: a thousand cells are not half a million pairs.
 */
#include "devtree.h"
#include "isa.h"

#include <stdlib.h>
#include <string.h>

typedef unsigned long long ull;

struct cross {
	struct arena arena;
	const struct cfg_board *board;
	struct cfg_cell *const *cells;
	size_t count;
	struct cfg_messages *messages;
};

/* ---- things of which each has one owner ---- */

/**
 * struct claim - a cell says that something is its own
 * @number, @text: what, text first.  @cell: which cell says so.  @what: the same in words, for the message.
 */
struct claim {
	const char *text;
	uint64_t number;
	size_t cell;
	struct place place;
	const char *what;
};

struct claims {
	struct claim *list;
	size_t count;
};

static void claim_add(struct cross *cross, struct claims *claims, struct claim claim)
{
	claims->list = arena_grow(&cross->arena, claims->list, claims->count, sizeof(*claims->list));
	claims->list[claims->count++] = claim;
}

static int same_thing(const struct claim *a, const struct claim *b)
{
	return !strcmp(a->text, b->text) && a->number == b->number;
}

static int compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	const int order = strcmp(x->text, y->text);

	if (order)
		return order;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->cell < y->cell ? -1 : x->cell > y->cell;
}

/* The cells that came later are told of the first that has it. */
static void check_claims(struct cross *cross, struct claims *claims, enum cfg_rule rule, const char *mend)
{
	const struct claim *first = claims->list;
	struct cfg_message *message;

	if (claims->count)
		qsort(claims->list, claims->count, sizeof(*claims->list), compare_claims);
	for (size_t i = 1; i < claims->count; i++) {
		const struct claim *claim = &claims->list[i];

		if (!same_thing(first, claim)) {
			first = claim;
			continue;
		}
		if (first->cell == claim->cell)
			continue;
		message = error_add(cross->messages, rule, claim->place, mend, "%s belongs to cell '%s' too",
				    claim->what, cross->cells[first->cell]->body.name);
		message_also(message, first->place, "%s of cell '%s'", first->what,
			     cross->cells[first->cell]->body.name);
	}
}

static void check_names(struct cross *cross)
{
	struct claims claims = { 0 };

	for (size_t i = 0; i < cross->count; i++) {
		const struct cfg_cell *cell = cross->cells[i];

		claim_add(cross, &claims,
			  (struct claim){ cell->body.name, 0, i,
					  node_place(node_get(cell->root, "cell"), cell->file),
					  arena_printf(&cross->arena, "the name '%s'", cell->body.name) });
	}
	check_claims(cross, &claims, RULE_NAME_SHARED, "rename one of them");
}

static void check_cpus(struct cross *cross)
{
	struct claims claims = { 0 };

	for (size_t i = 0; i < cross->count; i++) {
		const struct cfg_cell *cell = cross->cells[i];

		for (size_t j = 0; j < cell->cpu_count; j++)
			claim_add(
				cross, &claims,
				(struct claim){ "", cell->cpus[j].hwid, i, cell->cpus[j].place,
						arena_printf(&cross->arena, "CPU %u", cell->cpus[j].slot) });
	}
	check_claims(cross, &claims, RULE_CPU_SHARED, "give it to one of them");
}

/* '52 (spi 20)' where users count otherwise than the controller. */
static const char *irq_words(struct cross *cross, uint32_t irq)
{
	const struct isa *isa = cross->board->isa;

	return isa->irq_base ?
		       arena_printf(&cross->arena, "%u (%s %u)", irq, isa->irq_kind, irq - isa->irq_base) :
		       arena_printf(&cross->arena, "%u", irq);
}

static void check_irqs(struct cross *cross)
{
	struct claims claims = { 0 };

	for (size_t i = 0; i < cross->count; i++) {
		const struct cfg_cell *cell = cross->cells[i];

		for (size_t j = 0; j < cell->irq_count; j++) {
			const struct cell_irq *irq = &cell->irqs[j];

			claim_add(cross, &claims,
				  (struct claim){ "", irq->intid, i, irq->place,
						  arena_printf(&cross->arena, "interrupt %s of %s",
							       irq_words(cross, irq->intid), irq->name) });
		}
	}
	check_claims(cross, &claims, RULE_INTERRUPT_SHARED, "give it to one of them");
}

/* ---- memory ---- */

static void check_memory(struct cross *cross)
{
	struct spans spans = { .arena = &cross->arena };

	for (size_t i = 0; i < cross->count; i++) {
		const struct cfg_cell *cell = cross->cells[i];

		for (size_t j = 0; j < cell->memory_count; j++) {
			const struct cell_memory *region = &cell->memory[j];

			if (region->blob.flags & BH_MEM_AUTO)
				continue;
			span_add(&spans, region->blob.hpa, region->blob.size, region->place,
				 "%s of cell '%s'", region->name, cell->body.name);
			if (region->blob.size)
				span_owner(&spans, i + 1);
		}
	}
	spans_check(&spans, RULE_MEMORY_SHARED, "machine's memory", cross->messages);
}

/* I/O ports that are given to cells; those of virtual devices are each cell's own. */
static void check_ports(struct cross *cross)
{
	struct spans spans = { .arena = &cross->arena };

	for (size_t i = 0; i < cross->count; i++) {
		const struct cfg_cell *cell = cross->cells[i];

		for (size_t j = 0; j < cell->port_count; j++) {
			const struct cell_ports *ports = &cell->ports[j];

			span_add(&spans, ports->blob.first, ports->blob.count, ports->place,
				 "%s of cell '%s'", ports->name, cell->body.name);
			span_owner(&spans, i + 1);
		}
	}
	spans_check(&spans, RULE_PORT_SHARED, "machine's I/O ports", cross->messages);
}

static void check_pci(struct cross *cross)
{
	struct claims claims = { 0 };

	for (size_t i = 0; i < cross->count; i++) {
		const struct cfg_cell *cell = cross->cells[i];

		for (size_t j = 0; j < cell->pci_count; j++)
			claim_add(cross, &claims,
				  (struct claim){ cell->pci[j].name, 0, i, cell->pci[j].place,
						  arena_printf(&cross->arena, "PCI function %s",
							       cell->pci[j].name) });
	}
	check_claims(cross, &claims, RULE_PCI_SHARED, "give it to one of them");
}

/* Devices of two cells that an IOMMU takes for one. */
static void check_streams(struct cross *cross)
{
	struct spans spans = { .arena = &cross->arena };
	struct dt_stream *list;

	for (size_t i = 0; i < cross->count; i++) {
		const struct cfg_cell *cell = cross->cells[i];

		for (size_t j = 0; j < cell->passed_count; j++) {
			const struct passthrough *passed = &cell->passed[j];
			const size_t count =
				devtree_streams(&cross->arena, cross->board->tree, passed->node, &list);

			for (size_t k = 0; k < count; k++) {
				span_add(&spans, (uint64_t)list[k].iommu << 32 | list[k].first, list[k].count,
					 passed->place, "%s of cell '%s'", passed->name, cell->body.name);
				if (list[k].count)
					span_owner(&spans, i + 1);
			}
		}
	}
	spans_check(&spans, RULE_DEVICE_STREAM, "stream ids of their IOMMU", cross->messages);
}

/* ---- memory that is meant to be shared ---- */

struct shared {
	const char *name;
	uint64_t size;
	size_t cell;
	struct place place;
};

static int compare_shared(const void *a, const void *b)
{
	const struct shared *x = a, *y = b;
	const int order = strcmp(x->name, y->name);

	return order ? order : x->cell < y->cell ? -1 : x->cell > y->cell;
}

static size_t collect_shared(struct cross *cross, struct shared **list)
{
	size_t count = 0;

	for (size_t i = 0; i < cross->count; i++) {
		const struct node *shared = node_get(cross->cells[i]->root, "shared-memory");

		for (size_t j = 0; j < node_count(shared); j++) {
			const struct node *node = node_item(shared, j);

			*list = arena_grow(&cross->arena, *list, count, sizeof(**list));
			(*list)[count++] = (struct shared){ node_text(node_get(node, "name"), ""),
							    node_size(node_get(node, "size"), 0), i,
							    node->place };
		}
	}
	if (count)
		qsort(*list, count, sizeof(**list), compare_shared);
	return count;
}

/* Each name has two sides, of one size. */
static void check_shared(struct cross *cross)
{
	struct shared *list = NULL;
	const size_t count = collect_shared(cross, &list);

	for (size_t i = 0, next; i < count; i = next) {
		for (next = i + 1; next < count && !strcmp(list[next].name, list[i].name); next++) {
			if (list[next].size == list[i].size)
				continue;
			message_also(
				error_add(cross->messages, RULE_SHARED_SIZE, list[next].place,
					  "give both the same",
					  "shared memory '%s' has 0x%llx bytes here, 0x%llx in cell '%s'",
					  list[i].name, (ull)list[next].size, (ull)list[i].size,
					  cross->cells[list[i].cell]->body.name),
				list[i].place, "it stands here");
		}
		if (list[next - 1].cell == list[i].cell)
			error_add(cross->messages, RULE_SHARED_PEER, list[i].place,
				  "give it in the other cell too, and check the files together",
				  "shared memory '%s' is in no cell but '%s'", list[i].name,
				  cross->cells[list[i].cell]->body.name);
	}
}

/* Cells that take their memory from the pool must find it there, all at once. */
static void check_pool(struct cross *cross)
{
	const struct bh_config_system *system = cross->board->blob;
	const struct bh_config_range *pool = (const void *)((const uint8_t *)system + system->pool.offset);
	uint64_t room = 0, need = 0;

	for (uint32_t i = 0; i < system->pool.count; i++)
		room += pool[i].size;
	for (size_t i = 0; i < cross->count; i++) {
		const struct cfg_cell *cell = cross->cells[i];

		for (size_t j = 0; j < cell->memory_count; j++) {
			const struct bh_config_memory *blob = &cell->memory[j].blob;

			/* of a region that is too large by itself its own file was told */
			if (!(blob->flags & BH_MEM_DEVICE) && blob->size <= room)
				need += blob->size;
		}
	}
	if (need > room)
		error_add(cross->messages, RULE_POOL_SUM,
			  node_place(node_get(cross->board->root, "pool"), cross->board->file),
			  "enlarge the pool, or do not run these cells at one time",
			  "the cells need %llu MiB together, but the pool has %llu MiB", (ull)(need >> 20),
			  (ull)(room >> 20));
}

static void check_root_cpus(struct cross *cross)
{
	size_t taken = 0;

	for (size_t i = 0; i < cross->count; i++)
		taken += cross->cells[i]->cpu_count;
	if (cross->count > 1 && taken >= cross->board->blob->cpus.count)
		error_add(cross->messages, RULE_CPU_ROOT, node_place(cross->board->root, cross->board->file),
			  "leave at least one to the root cell, or do not run these cells at one time",
			  "the cells take all %u CPUs together", cross->board->blob->cpus.count);
}

void cross_check(const struct cfg_board *board, struct cfg_cell *const *cells, size_t count,
		 struct cfg_messages *messages)
{
	static void (*const checks[])(struct cross * cross) = {
		check_names, check_cpus,    check_irqs,	  check_memory, check_ports,
		check_pci,   check_streams, check_shared, check_pool,	check_root_cpus,
	};
	struct cross cross = { .board = board, .cells = cells, .count = count, .messages = messages };

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		checks[i](&cross);
	arena_free(&cross.arena);
}
