// SPDX-License-Identifier: GPL-2.0-or-later
/* watch: start cells again as the 'restart' of their files says. */
#include "cell.h"
#include "rundir.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOOK_MS 1000 /* the driver wakes us; this is for what happens while it is not enabled */

/**
 * struct watched - what we did about one cell
 * @handle: of the cell, 0: none yet.  @is_left: it is left alone, as long as its count of state changes is @events.
 * @times: when it was started again, a ring of @limit milliseconds values of which @count are filled.
 */
struct watched {
	uint32_t handle, events;
	bool is_left;
	uint64_t *times;
	unsigned int limit, count, next;
};

static struct watched cells[BH_MAX_CELLS];

/* Time that goes on while the machine sleeps: a limit is about the user's clock. */
static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void forget(struct watched *watched)
{
	free(watched->times);
	*watched = (struct watched){ 0 };
}

/* Is the end of this cell one that @when speaks of? */
static bool is_due(const struct bh_cell_info *cell, enum cfg_restart_when when)
{
	if (when == CFG_RESTART_NEVER)
		return false;
	if (cell->state == BH_CELL_FAILED)
		return true;
	return when == CFG_RESTART_ALWAYS && cell->state == BH_CELL_STOPPED &&
	       (cell->reason.kind == BH_REASON_POWER_OFF || cell->reason.kind == BH_REASON_RESET);
}

/* May it be started once more? Takes note of it if so. */
static bool take_one(struct watched *watched, const struct cfg_restart *policy)
{
	uint64_t now = now_ms();

	if (!policy->limit)
		return true;
	if (watched->limit != policy->limit) { /* first time, or the file was changed */
		free(watched->times);
		watched->times = calloc(policy->limit, sizeof(*watched->times));
		watched->limit = watched->times ? policy->limit : 0;
		watched->count = watched->next = 0;
		if (!watched->times)
			return false;
	}
	if (watched->count == watched->limit && now - watched->times[watched->next] < policy->period_ms)
		return false;
	watched->times[watched->next] = now;
	watched->next = (watched->next + 1) % watched->limit;
	if (watched->count < watched->limit)
		watched->count++;
	return true;
}

/* Let it be until its state changes again. */
static void leave(struct watched *watched, const struct bh_cell_info *cell)
{
	watched->is_left = true;
	watched->events = cell->events;
}

static void start_again(const struct device *device, struct watched *watched, struct bh_ioc_cell_info *cell,
			const struct cell_file *file)
{
	const struct cfg_restart *policy = cfg_cell_restart(file->cell);
	char reason[200];

	if (!is_due(&cell->info, policy->when)) {
		leave(watched, &cell->info);
		return;
	}
	cell_reason_text(&cell->info.reason, reason, sizeof(reason));
	if (!take_one(watched, policy)) {
		cli_say("cell '%s' %s: %s; it is left so, for it was started %u times within %u s; "
			"mend it and use 'bulkhead cell restart %s'",
			cell->info.name, device_state_text(cell->info.state), reason, policy->limit,
			policy->period_ms / 1000, cell->info.name);
		leave(watched, &cell->info);
		return;
	}
	if (cell_restart(device, cell, file, 0, false)) {
		leave(watched, &cell->info); /* it was said why */
		return;
	}
	printf("cell '%s' %s: %s; started again\n", cell->info.name, device_state_text(cell->info.state), reason);
	fflush(stdout);
}

static void look_at(const struct device *device, uint32_t id)
{
	struct watched *watched = &cells[id];
	struct bh_ioc_cell_info cell;
	struct cell_file file;
	char *path;

	if (device_cell_at(device, id, &cell)) {
		forget(watched);
		return;
	}
	if (watched->handle != cell.handle)
		forget(watched);
	watched->handle = cell.handle;
	if ((cell.info.state != BH_CELL_FAILED && cell.info.state != BH_CELL_STOPPED) ||
	    (watched->is_left && watched->events == cell.info.events) || !rundir_knows_cell(cell.info.name))
		return;
	path = rundir_cell(cell.info.name);
	if (path && !cell_file_open(&file, path, NULL)) {
		start_again(device, watched, &cell, &file);
		cell_file_close(&file);
	} else {
		leave(watched, &cell.info);
	}
	free(path);
}

static void look_at_all(const struct device *device)
{
	for (uint32_t id = 1; id < BH_MAX_CELLS; id++)
		look_at(device, id);
}

static bool is_enabled(const struct device *device)
{
	struct bh_ioc_status status;

	return !device_status(device, &status) && status.status & BH_STATUS_ENABLED;
}

enum cli_exit cmd_watch(const struct cli_call *call)
{
	bool once = cli_flag(call, "once");
	struct device device;
	enum cli_exit result = rundir_lock("watch") ? device_open(&device) : CLI_FAILED;

	if (result)
		return result;
	do {
		if (is_enabled(&device))
			look_at_all(&device);
		if (!once)
			device_wait(&device, LOOK_MS);
	} while (!once);
	device_close(&device);
	return CLI_OK;
}
