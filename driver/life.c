// SPDX-License-Identifier: GPL-2.0-only
/* What happens in a cell's life: load, start, stop, suspend, resume; and what it looks like. */
#include "life.h"

#include "call.h"
#include "cell.h"
#include "enable.h"
#include "event.h"
#include "info.h"

#include <lib/errors.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/wait.h>

#define LOOK_AGAIN (HZ / 10) /* the hypercall is what counts, the wake-up only makes it quick */

static int cell_state(u32 handle, struct bh_error *error, u32 *state)
{
	struct arch_call call = { .number = BH_HC_CELL_STATE, .arg = { handle } };
	int code = call_run(&call, error);

	*state = code ? BH_CELL_NONE : call.value[0];
	return code;
}

/* The calls that only need the cell's lock and one hypercall. */
static int simple_call(u32 number, u32 handle, u64 arg, struct bh_error *error)
{
	struct cell *cell = cell_find(handle, error);
	int code;

	if (!cell)
		return error->code;
	code = call_handle(number, handle, arg, error);
	cell_put(cell);
	event_scan();
	return code;
}

static int force(u32 handle, struct bh_error *error)
{
	return simple_call(BH_HC_CELL_STOP, handle, BH_STOP_FORCE, error);
}

static bool alive(u32 handle)
{
	struct bh_error ignored;
	u32 state;

	return !cell_state(handle, &ignored, &state) &&
	       (state == BH_CELL_RUNNING || state == BH_CELL_STOPPING);
}

/* How long the cell gets, and whether asking it makes sense: it hears of it in its communication page. */
static int answer_time(const struct bh_ioc_cell_control *control, u32 *timeout_ms, struct bh_error *error)
{
	struct cell *cell = cell_find(control->handle, error);

	if (!cell)
		return error->code;
	*timeout_ms = control->timeout_ms ?: cell->config->stop_ms;
	if (!cell->config->comm_page)
		*timeout_ms = 0;
	cell_put(cell);
	return BH_E_OK;
}

/* Ask, wait without the cell's lock (so that a kill from another shell gets through), then force. */
static int stop(struct bh_ioc_cell_control *control, struct bh_error *error)
{
	unsigned long end;
	u32 timeout_ms;
	int code = answer_time(control, &timeout_ms, error);

	if (code || !timeout_ms)
		return code ?: force(control->handle, error);
	code = simple_call(BH_HC_CELL_STOP, control->handle, BH_STOP_ASK, error);
	if (code)
		return code;
	end = jiffies + msecs_to_jiffies(timeout_ms);
	while (alive(control->handle) && time_before(jiffies, end) && !signal_pending(current))
		wait_event_interruptible_timeout(*event_queue(), !alive(control->handle), LOOK_AGAIN);
	if (!alive(control->handle))
		return BH_E_OK;
	return force(control->handle, error);
}

int life_control(struct bh_ioc_cell_control *control)
{
	struct bh_error *error = &control->error;

	switch (control->op) {
	case BH_OP_LOAD:
		return simple_call(BH_HC_CELL_LOAD, control->handle, 0, error);
	case BH_OP_START:
		return simple_call(BH_HC_CELL_START, control->handle, 0, error);
	case BH_OP_STOP:
		return stop(control, error);
	case BH_OP_KILL:
		return force(control->handle, error);
	case BH_OP_SUSPEND:
		return simple_call(BH_HC_CELL_SUSPEND, control->handle, 0, error);
	case BH_OP_RESUME:
		return simple_call(BH_HC_CELL_RESUME, control->handle, 0, error);
	case BH_OP_DESTROY:
		return cell_destroy(control->handle, error);
	}
	return error_set(error, BH_E_UNKNOWN_CALL, BH_OBJ_CALL, 0, control->op, BH_OP_DESTROY);
}

static int find_handle(struct bh_ioc_cell_info *info)
{
	struct arch_call call = { .number = BH_HC_CELL_FIND, .arg = { info->id } };
	int code;

	if (info->handle)
		return BH_E_OK;
	code = call_run(&call, &info->error);
	if (!code)
		info->handle = call.value[0];
	return code;
}

int life_info(struct bh_ioc_cell_info *info)
{
	u32 state, slots = min_t(u32, enable_system()->cpus.count, ARRAY_SIZE(info->cpu_state));
	u32 id;
	int code = find_handle(info);

	/* Asking for the state refreshes what the info area shows. */
	if (!code)
		code = cell_state(info->handle, &info->error, &state);
	if (code)
		return code;
	id = info->handle & 0xffff;
	if (!info_cell(id, &info->info) || info->info.handle != info->handle)
		return error_set(&info->error, BH_E_NO_CELL, BH_OBJ_CELL, id, info->handle, 0);
	info->id = id;
	memset(info->cpu_state, 0, sizeof(info->cpu_state));
	for (u32 slot = 0; slot < slots; slot++) {
		struct arch_call call = { .number = BH_HC_CPU_STATE, .arg = { slot } };

		if (!(info->info.cpus[slot / 64] >> (slot % 64) & 1))
			continue;
		if (!call_run(&call, &info->error))
			info->cpu_state[slot] = call.value[0];
	}
	memset(&info->error, 0, sizeof(info->error));
	return BH_E_OK;
}
