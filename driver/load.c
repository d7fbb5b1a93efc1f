// SPDX-License-Identifier: GPL-2.0-only
/* Bytes into a cell: its memory while it is loading, its console while it runs. */
#include "load.h"

#include "call.h"
#include "cell.h"
#include "info.h"

#include <lib/errors.h>
#include <linux/io.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define WINDOW (4ull << 20)       /* mapped at a time */
#define CONSOLE_CALL 24           /* bytes that one hypercall carries */
#define CONSOLE_MAX 4096

static int get_region(u32 handle, u32 index, struct bh_config_memory *region, struct bh_error *error)
{
	struct arch_call call = { .number = BH_HC_CELL_REGION, .arg = { handle, index } };
	int code = call_run(&call, error);

	if (code)
		return code;
	region->gpa = call.value[0];
	region->hpa = call.value[1];
	region->size = call.value[2];
	region->flags = call.value[3];
	return BH_E_OK;
}

int load_region(struct bh_ioc_cell_region *region)
{
	struct bh_config_memory found;
	int code = get_region(region->handle, region->index, &found, &region->error);

	if (code)
		return code;
	region->gpa = found.gpa;
	region->hpa = found.hpa;
	region->size = found.size;
	region->flags = found.flags;
	return BH_E_OK;
}

/* The loadable region that @gpa is in. */
static int find_region(struct cell *cell, u64 gpa, struct bh_config_memory *region, struct bh_error *error)
{
	for (u32 i = 0; i < cell->config->memory.count; i++) {
		int code = get_region(cell->handle, i, region, error);

		if (code)
			return code;
		if (gpa < region->gpa || gpa - region->gpa >= region->size)
			continue;
		if (region->flags & BH_MEM_LOADABLE && !(region->flags & BH_MEM_DEVICE))
			return BH_E_OK;
		return error_set(error, BH_E_NOT_OWNED, BH_OBJ_MEMORY, i, gpa, 0);
	}
	return error_set(error, BH_E_RANGE, BH_OBJ_MEMORY, 0, gpa, 0);
}

/* Short-lived windows: what is not mapped cannot be touched when the cell's memory is no longer root's. */
static int write_window(u64 hpa, u64 data, u64 size, struct bh_error *error)
{
	void *window = memremap(hpa, size, MEMREMAP_WB);
	unsigned long left;

	if (!window)
		return error_set(error, BH_E_NO_MEMORY, BH_OBJ_MEMORY, 0, hpa, size);
	left = copy_from_user(window, u64_to_user_ptr(data), size);
	memunmap(window);
	return left ? error_set(error, BH_E_FAULT, BH_OBJ_MEMORY, 0, data + size - left, 0) : BH_E_OK;
}

static int write_locked(struct cell *cell, const struct bh_ioc_cell_write *write, struct bh_error *error)
{
	struct bh_config_memory region;
	struct bh_cell_info info;
	u64 done = 0, step;
	int code;

	if (!info_cell(cell_id(cell), &info) || info.handle != cell->handle || info.state != BH_CELL_LOADING)
		return error_set(error, BH_E_STATE, BH_OBJ_CELL, cell_id(cell), info.state, BH_CELL_LOADING);
	for (; done < write->size; done += step) {
		code = find_region(cell, write->gpa + done, &region, error);
		if (code)
			return code;
		step = min3(write->size - done, region.gpa + region.size - (write->gpa + done), WINDOW);
		code = write_window(region.hpa + (write->gpa + done - region.gpa),
				    write->data + done, step, error);
		if (code)
			return code;
		cond_resched();
	}
	return BH_E_OK;
}

int load_write(const struct bh_ioc_cell_write *write, struct bh_error *error)
{
	struct cell *cell;
	int code;

	if (write->gpa + write->size < write->gpa)
		return error_set(error, BH_E_WRAP, BH_OBJ_MEMORY, 0, write->gpa, write->size);
	cell = cell_find(write->handle, error);
	if (!cell)
		return error->code;
	code = write_locked(cell, write, error);
	cell_put(cell);
	return code;
}

/* One hypercall's worth. Return: bytes taken, or an error code below zero. */
static int console_piece(u32 handle, const u8 *bytes, u32 count, struct bh_error *error)
{
	struct arch_call call = { .number = BH_HC_CONSOLE_WRITE, .arg = { handle, count } };
	int code;

	memcpy(&call.arg[2], bytes, count);
	code = call_run(&call, error);
	if (code == BH_E_FULL)
		return 0;
	return code ? -code : (int)min_t(u64, call.value[0], count);
}

int load_console(struct bh_ioc_console_write *console)
{
	u32 offered = console->count, done = 0;
	u8 *bytes;
	int taken = 0;

	console->count = 0;
	if (offered > CONSOLE_MAX)
		return error_set(&console->error, BH_E_SIZE, BH_OBJ_CELL, 0, offered, CONSOLE_MAX);
	bytes = memdup_user(u64_to_user_ptr(console->data), offered);
	if (IS_ERR(bytes))
		return error_set(&console->error, BH_E_FAULT, BH_OBJ_CELL, 0, console->data, 0);
	while (done < offered) {
		u32 count = min_t(u32, offered - done, CONSOLE_CALL);

		taken = console_piece(console->handle, bytes + done, count, &console->error);
		if (taken < 0)
			break;
		done += taken;
		if (taken < (int)count)
			break;
	}
	kfree(bytes);
	console->count = done;
	return taken < 0 && !done ? -taken : BH_E_OK;
}
