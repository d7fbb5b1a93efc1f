// SPDX-License-Identifier: GPL-2.0-or-later
#include <cell/cell.h>

#include <cell/cpus.h>
#include <core/info.h>
#include <lib/bitmap.h>
#include <lib/string.h>

#define HANDLE_ID_MASK 0xffffu
#define HANDLE_SHIFT 16

static struct cell cells[BH_MAX_CELLS];

void cell_table_init(void)
{
	memset(cells, 0, sizeof(cells));
	for (unsigned int id = 0; id < BH_MAX_CELLS; id++) {
		cells[id].id = id;
		cells[id].generation = 1;
	}
	cells[CELL_ROOT].used = 1;
}

struct cell *cell_get(unsigned int id)
{
	return &cells[id];
}

struct cell *cell_root(void)
{
	return &cells[CELL_ROOT];
}

struct cell *cell_self(void)
{
	return cpus_owner(cpu_self());
}

/* Everything but identity starts from zero; the arch part is large, so it is not copied about. */
static void wipe(struct cell *cell)
{
	uint32_t id = cell->id, generation = cell->generation;

	memset(cell, 0, sizeof(*cell));
	cell->id = id;
	cell->generation = generation;
}

struct cell *cell_alloc(void)
{
	for (unsigned int id = CELL_ROOT + 1; id < BH_MAX_CELLS; id++) {
		if (cells[id].used)
			continue;
		wipe(&cells[id]);
		cells[id].used = 1;
		return &cells[id];
	}
	return NULL;
}

void cell_free(struct cell *cell)
{
	/* 0 is never a generation: a handle is never 0 either. */
	cell->generation = cell->generation >= 0xffff ? 1 : cell->generation + 1;
	cell->config = NULL;
	cell->used = 0;
}

uint32_t cell_handle(const struct cell *cell)
{
	return cell->id | cell->generation << HANDLE_SHIFT;
}

struct cell *cell_find(uint64_t handle)
{
	struct cell *cell;
	uint64_t id = handle & HANDLE_ID_MASK;

	if (id >= BH_MAX_CELLS)
		return NULL;
	cell = &cells[id];
	if (cell_state(cell) == BH_CELL_NONE || cell_handle(cell) != handle)
		return NULL;
	return cell;
}

int cell_name_taken(const char *name)
{
	for (unsigned int id = CELL_ROOT + 1; id < BH_MAX_CELLS; id++) {
		if (cell_state(&cells[id]) != BH_CELL_NONE &&
		    !memcmp(cells[id].config->name, name, BH_NAME_SIZE))
			return 1;
	}
	return 0;
}

unsigned int cell_guest_count(void)
{
	unsigned int count = 0;

	for (unsigned int id = CELL_ROOT + 1; id < BH_MAX_CELLS; id++)
		count += cell_state(&cells[id]) != BH_CELL_NONE;
	return count;
}

static int is_live(uint32_t state)
{
	return state == BH_CELL_RUNNING || state == BH_CELL_SUSPENDED || state == BH_CELL_STOPPING;
}

unsigned int cell_live_count(void)
{
	unsigned int count = 0;

	for (unsigned int id = CELL_ROOT + 1; id < BH_MAX_CELLS; id++)
		count += is_live(cell_state(&cells[id])) ? 1 : 0;
	return count;
}

static void publish_cpus(const struct cell *cell, struct bh_cell_info *info)
{
	memset(info->cpus, 0, sizeof(info->cpus));
	for (unsigned int slot = 0; slot < cpu_count() && slot < 64 * 2; slot++) {
		if (cpus_owner(cpu_get(slot)) == cell)
			bit_set(info->cpus, slot);
	}
}

static void publish_name(const struct cell *cell, struct bh_cell_info *info)
{
	static const char root_name[] = "root";

	memset(info->name, 0, sizeof(info->name));
	if (cell_is_root(cell))
		memcpy(info->name, root_name, sizeof(root_name));
	else if (cell->config)
		memcpy(info->name, cell->config->name, sizeof(info->name));
}

void cell_publish_locked(struct cell *cell)
{
	struct bh_cell_info *info = info_cell(cell->id);

	info_cell_begin(info);
	info->handle = cell->state == BH_CELL_NONE ? 0 : cell_handle(cell);
	info->state = cell->state;
	info->events = cell->events;
	info->reason = cell->reason;
	info->restarts = cell->starts ? cell->starts - 1 : 0;
	publish_name(cell, info);
	publish_cpus(cell, info);
	info->memory = __atomic_load_n(&cell->memory, __ATOMIC_RELAXED);
	info_cell_end(info);
}

void cell_publish(struct cell *cell)
{
	spin_lock(&cell->lock);
	cell_publish_locked(cell);
	spin_unlock(&cell->lock);
}
