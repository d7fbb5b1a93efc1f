// SPDX-License-Identifier: GPL-2.0-or-later
/* Each cell is right by itself; here all of them are held against each other. */
#include "internal.h"

#include <string.h>

typedef unsigned long long ull;

struct cross {
	const struct cfg_board *board;
	struct cfg_cell *const *cells;
	size_t count;
	struct cfg_messages *messages;
};

static struct place name_place(const struct cfg_cell *cell)
{
	return node_place(node_get(cell->root, "cell"), cell->file);
}

static const char *place_text(struct arena *arena, struct place place)
{
	return place.line ? arena_printf(arena, "%s:%u:%u", place.file, place.line, place.column) :
			    arena_strdup(arena, place.file);
}

static void check_names(const struct cross *cross, size_t i, size_t j)
{
	struct cfg_cell *cell = cross->cells[i], *other = cross->cells[j];

	if (!strcmp(cell->body.name, other->body.name))
		error_add(cross->messages, name_place(cell), "rename one of them",
			  "another cell is called '%s' too (%s)", cell->body.name,
			  place_text(&cell->arena, name_place(other)));
}

static void check_cpus(const struct cross *cross, size_t i, size_t j)
{
	struct cfg_cell *cell = cross->cells[i], *other = cross->cells[j];

	for (size_t a = 0; a < cell->cpu_count; a++) {
		for (size_t b = 0; b < other->cpu_count; b++) {
			if (cell->cpus[a].slot == other->cpus[b].slot)
				error_add(cross->messages, cell->cpus[a].place, "give it to one of them",
					  "CPU %u belongs to cell '%s' too (%s)", cell->cpus[a].slot,
					  other->body.name, place_text(&cell->arena, other->cpus[b].place));
		}
	}
}

static void check_irqs(const struct cross *cross, size_t i, size_t j)
{
	struct cfg_cell *cell = cross->cells[i], *other = cross->cells[j];

	for (size_t a = 0; a < cell->irq_count; a++) {
		for (size_t b = 0; b < other->irq_count; b++) {
			if (cell->irqs[a].intid == other->irqs[b].intid)
				error_add(cross->messages, cell->irqs[a].place, "give it to one of them",
					  "interrupt %u (spi %u) of %s belongs to cell '%s' too (%s)",
					  cell->irqs[a].intid, cell->irqs[a].intid - 32, cell->irqs[a].name,
					  other->body.name, place_text(&cell->arena, other->irqs[b].place));
		}
	}
}

static void check_memory(const struct cross *cross, size_t i, size_t j)
{
	struct cfg_cell *cell = cross->cells[i], *other = cross->cells[j];

	for (size_t a = 0; a < cell->memory_count; a++) {
		const struct bh_config_memory *x = &cell->memory[a].blob;

		for (size_t b = 0; b < other->memory_count && !(x->flags & BH_MEM_AUTO); b++) {
			const struct bh_config_memory *y = &other->memory[b].blob;

			if (y->flags & BH_MEM_AUTO || x->hpa > y->hpa + (y->size - 1) ||
			    y->hpa > x->hpa + (x->size - 1))
				continue;
			error_add(cross->messages, cell->memory[a].place, "give it to one of them",
				  "%s (0x%llx to 0x%llx) overlaps %s of cell '%s' (0x%llx to 0x%llx, %s)",
				  cell->memory[a].name, (ull)x->hpa, (ull)(x->hpa + (x->size - 1)),
				  other->memory[b].name, other->body.name, (ull)y->hpa,
				  (ull)(y->hpa + (y->size - 1)),
				  place_text(&cell->arena, other->memory[b].place));
		}
	}
}

/* Cells that take their memory from the pool must find it there, all at once. */
static void check_pool(const struct cross *cross)
{
	const struct bh_config_system *system = cross->board->blob;
	const struct bh_config_range *pool = (const void *)((const uint8_t *)system + system->pool.offset);
	uint64_t room = 0, need = 0;

	for (uint32_t i = 0; i < system->pool.count; i++)
		room += pool[i].size;
	for (size_t i = 0; i < cross->count; i++) {
		const struct cfg_cell *cell = cross->cells[i];

		for (size_t j = 0; j < cell->memory_count; j++) {
			if (!(cell->memory[j].blob.flags & BH_MEM_DEVICE))
				need += cell->memory[j].blob.size;
		}
	}
	if (need > room)
		error_add(cross->messages, ((struct place){ cross->board->file, 0, 0 }),
			  "enlarge the pool, or do not run these cells at one time",
			  "the cells need %llu MiB together, but the pool has %llu MiB", (ull)(need >> 20),
			  (ull)(room >> 20));
}

static void check_root_cpus(const struct cross *cross)
{
	size_t taken = 0;

	for (size_t i = 0; i < cross->count; i++)
		taken += cross->cells[i]->cpu_count;
	if (cross->count > 1 && taken >= cross->board->blob->cpus.count)
		error_add(cross->messages, ((struct place){ cross->board->file, 0, 0 }),
			  "leave at least one to the root cell, or do not run these cells at one time",
			  "the cells take all %u CPUs together", cross->board->blob->cpus.count);
}

void cross_check(const struct cfg_board *board, struct cfg_cell *const *cells, size_t count,
		 struct cfg_messages *messages)
{
	const struct cross cross = { board, cells, count, messages };

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			check_names(&cross, i, j);
			check_cpus(&cross, i, j);
			check_irqs(&cross, i, j);
			check_memory(&cross, i, j);
		}
	}
	check_pool(&cross);
	check_root_cpus(&cross);
}
