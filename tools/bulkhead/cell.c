// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of cells: create, boot, start, stop, ... destroy. */
#include "cell.h"
#include "rundir.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum cli_exit cell_file_open(struct cell_file *file, const char *path, const char *board_path)
{
	struct cfg_messages messages = { 0 };
	struct cfg_options options = { 0 };

	*file = (struct cell_file){ 0 };
	file->board = board_path ? cfg_board_load(board_path, &options, &messages) : rundir_board();
	if (file->board)
		file->cell = cfg_cell_load(path, file->board, &options, &messages);
	if (file->cell)
		file->plan = cfg_cell_plan(file->cell, &messages);
	cfg_messages_print(&messages, stderr, CFG_TEXT);
	cfg_messages_free(&messages);
	if (file->plan)
		return CLI_OK;
	cell_file_close(file);
	return CLI_CONFIG;
}

void cell_file_close(struct cell_file *file)
{
	if (file->cell)
		cfg_cell_free(file->cell);
	if (file->board)
		cfg_board_free(file->board);
	*file = (struct cell_file){ 0 };
}

/* What each operation is called in "cannot ... cell NAME". */
static const char *const verbs[] = {
	[BH_OP_LOAD] = "load",	     [BH_OP_START] = "start",	  [BH_OP_STOP] = "stop",
	[BH_OP_KILL] = "kill",	     [BH_OP_SUSPEND] = "suspend", [BH_OP_RESUME] = "resume",
	[BH_OP_DESTROY] = "destroy",
};

enum cli_exit cell_control(const struct device *device, uint32_t handle, const char *name, enum bh_cell_op op,
			   uint32_t timeout_ms)
{
	struct bh_ioc_cell_control control = DEVICE_ARGUMENT(bh_ioc_cell_control);
	char task[64];

	control.handle = handle;
	control.op = op;
	control.timeout_ms = timeout_ms;
	snprintf(task, sizeof(task), "%s cell '%s'", verbs[op], name);
	return device_call(device, BH_IOC_CELL_CONTROL, &control, &control.error, task);
}

/* Whether a stopped guest answered or had to be forced is worth a word. */
static void say_done(const struct device *device, const struct bh_ioc_cell_info *cell, enum bh_cell_op op,
		     const char *done)
{
	struct bh_ioc_cell_info now;
	char reason[200] = "";

	if (op == BH_OP_STOP && !device_cell_at(device, cell->handle & 0xffff, &now)) {
		if (now.info.reason.kind == BH_REASON_FORCED)
			snprintf(reason, sizeof(reason), "by force");
		else
			cell_reason_text(&now.info.reason, reason, sizeof(reason));
	}
	printf("cell '%s' %s%s%s\n", cell->info.name, done, *reason ? ": " : "", reason);
}

/* A suspended guest cannot answer: it would only be in the way until the deadline. */
static enum cli_exit stop(const struct device *device, const struct bh_ioc_cell_info *cell, uint32_t ms)
{
	bool can_answer = cell->info.state != BH_CELL_SUSPENDED;

	return cell_control(device, cell->handle, cell->info.name, can_answer ? BH_OP_STOP : BH_OP_KILL, ms);
}

/* The commands that are one operation on one cell. */
static enum cli_exit operate(const struct cli_call *call, enum bh_cell_op op, uint32_t timeout_ms,
			     const char *done)
{
	struct bh_ioc_cell_info cell;
	struct device device;
	enum cli_exit result = device_open(&device);

	if (result)
		return result;
	result = device_find(&device, call->arguments[0], &cell);
	if (!result)
		result = op == BH_OP_STOP ?
				 stop(&device, &cell, timeout_ms) :
				 cell_control(&device, cell.handle, cell.info.name, op, timeout_ms);
	if (!result)
		say_done(&device, &cell, op, done);
	device_close(&device);
	return result;
}

enum cli_exit cmd_cell_start(const struct cli_call *call)
{
	return operate(call, BH_OP_START, 0, "started");
}

enum cli_exit cmd_cell_kill(const struct cli_call *call)
{
	return operate(call, BH_OP_KILL, 0, "stopped");
}

enum cli_exit cmd_cell_suspend(const struct cli_call *call)
{
	return operate(call, BH_OP_SUSPEND, 0, "suspended");
}

enum cli_exit cmd_cell_resume(const struct cli_call *call)
{
	return operate(call, BH_OP_RESUME, 0, "resumed");
}

static bool stop_time(const struct cli_call *call, uint32_t *ms)
{
	const char *text = cli_value(call, "timeout");

	*ms = 0;
	if (text && !cli_seconds(text, "--timeout", ms))
		return false;
	if (text && !*ms) /* 0 would mean the time of the cell's file */
		*ms = 1;
	return true;
}

enum cli_exit cmd_cell_stop(const struct cli_call *call)
{
	uint32_t ms;

	return stop_time(call, &ms) ? operate(call, BH_OP_STOP, ms, "stopped") : CLI_USAGE;
}

static enum cli_exit create(const struct device *device, const struct cell_file *file, const char *path,
			    struct bh_ioc_cell_info *cell)
{
	struct bh_ioc_cell_create create = DEVICE_ARGUMENT(bh_ioc_cell_create);
	struct device_names names = { .board = file->board, .cell = file->cell };
	const char *name = cfg_cell_name(file->cell);
	size_t size;
	char task[64];
	int errnum;

	create.config = (uintptr_t)cfg_cell_blob(file->cell, &size);
	create.config_size = (uint32_t)size;
	errnum = device_ioctl(device, BH_IOC_CELL_CREATE, &create);
	if (errnum) {
		snprintf(task, sizeof(task), "create cell '%s'", name);
		return device_report(task, &create.error, errnum, &names);
	}
	*cell = DEVICE_ARGUMENT(bh_ioc_cell_info);
	cell->handle = create.handle;
	cell->info.state = BH_CELL_CREATED;
	snprintf(cell->info.name, sizeof(cell->info.name), "%s", name);
	return rundir_save_cell(name, path) ? CLI_OK : CLI_FAILED;
}

static enum cli_exit boot(const struct device *device, const struct bh_ioc_cell_info *cell,
			  const struct cfg_boot_plan *plan, bool progress)
{
	enum cli_exit result = cell_load_plan(device, cell, plan, progress);

	return result ? result : cell_control(device, cell->handle, cell->info.name, BH_OP_START, 0);
}

static enum cli_exit destroy(const struct device *device, uint32_t handle, const char *name)
{
	enum cli_exit result = cell_control(device, handle, name, BH_OP_DESTROY, 0);

	if (!result)
		rundir_forget_cell(name);
	return result;
}

static enum cli_exit create_and_boot(const struct device *device, const struct cli_call *call,
				     const struct cell_file *file, bool start)
{
	struct bh_ioc_cell_info cell;
	enum cli_exit result = create(device, file, call->arguments[0], &cell);

	if (!result && start) {
		result = boot(device, &cell, file->plan, !call->quiet);
		if (result && !destroy(device, cell.handle, cell.info.name))
			cli_say("cell '%s' was destroyed again", cell.info.name);
	}
	if (!result)
		printf("cell '%s' %s\n", cell.info.name, start ? "started" : "created");
	return result;
}

static enum cli_exit from_file(const struct cli_call *call, bool start)
{
	struct cell_file file;
	struct device device;
	enum cli_exit result = device_open_enabled(&device);

	if (result)
		return result;
	result = cell_file_open(&file, call->arguments[0], cli_value(call, "board"));
	if (!result) {
		result = create_and_boot(&device, call, &file, start);
		cell_file_close(&file);
	}
	device_close(&device);
	return result;
}

enum cli_exit cmd_cell_create(const struct cli_call *call)
{
	return from_file(call, false);
}

enum cli_exit cmd_cell_boot(const struct cli_call *call)
{
	return from_file(call, true);
}

static bool is_alive(uint32_t state)
{
	return state == BH_CELL_RUNNING || state == BH_CELL_SUSPENDED || state == BH_CELL_STOPPING;
}

enum cli_exit cell_restart(const struct device *device, struct bh_ioc_cell_info *cell, const struct cell_file *file,
			   uint32_t ms, bool progress)
{
	enum cli_exit result = CLI_OK;

	if (is_alive(cell->info.state)) {
		result = stop(device, cell, ms);
		cell->info.state = BH_CELL_STOPPED;
	}
	return result ? result : boot(device, cell, file->plan, progress);
}

/* The file is read and checked before the cell is stopped. */
static enum cli_exit restart_from(const struct device *device, struct bh_ioc_cell_info *cell, const char *path,
				  uint32_t ms, bool progress)
{
	struct cell_file file;
	enum cli_exit result = cell_file_open(&file, path, NULL);

	if (result)
		return result;
	result = cell_restart(device, cell, &file, ms, progress);
	cell_file_close(&file);
	return result;
}

enum cli_exit cmd_cell_restart(const struct cli_call *call)
{
	struct bh_ioc_cell_info cell;
	struct device device;
	enum cli_exit result;
	char *path = NULL;
	uint32_t ms;

	if (!stop_time(call, &ms))
		return CLI_USAGE;
	result = device_open(&device);
	if (result)
		return result;
	result = device_find(&device, call->arguments[0], &cell);
	if (!result) {
		path = rundir_cell(cell.info.name);
		result = path ? restart_from(&device, &cell, path, ms, !call->quiet) : CLI_CONFIG;
	}
	if (!result)
		printf("cell '%s' restarted\n", cell.info.name);
	free(path);
	device_close(&device);
	return result;
}

enum cli_exit cell_destroy_all(const struct device *device)
{
	enum cli_exit worst = CLI_OK;

	for (uint32_t id = 1; id < BH_MAX_CELLS; id++) {
		struct bh_ioc_cell_info cell;
		enum cli_exit result = device_cell_at(device, id, &cell);

		if (result == CLI_NO_CELL)
			continue;
		if (!result)
			result = destroy(device, cell.handle, cell.info.name);
		if (result)
			worst = result;
		else
			printf("cell '%s' destroyed\n", cell.info.name);
	}
	return worst;
}

static enum cli_exit destroy_named(const struct device *device, const char *name)
{
	struct bh_ioc_cell_info cell;
	enum cli_exit result = device_find(device, name, &cell);

	if (!result)
		result = destroy(device, cell.handle, cell.info.name);
	if (!result)
		printf("cell '%s' destroyed\n", cell.info.name);
	return result;
}

enum cli_exit cmd_cell_destroy(const struct cli_call *call)
{
	bool all = cli_flag(call, "all");
	struct device device;
	enum cli_exit result;

	if (all == (call->count == 1)) {
		cli_say("name one cell, or give --all");
		return CLI_USAGE;
	}
	result = device_open(&device);
	if (result)
		return result;
	result = all ? cell_destroy_all(&device) : destroy_named(&device, call->arguments[0]);
	device_close(&device);
	return result;
}

/* "stopped,failed" as a set of bits; 0 after a sentence. */
static uint32_t parse_states(const char *text)
{
	uint32_t set = 0;

	while (*text) {
		size_t length = strcspn(text, ",");
		uint32_t state = 0;

		while (state < BH_CELL_STATE_COUNT && (strlen(device_state_text(state)) != length ||
						       strncmp(device_state_text(state), text, length)))
			state++;
		if (state == BH_CELL_STATE_COUNT) {
			cli_say("--for: there is no state '%.*s'", (int)length, text);
			return 0;
		}
		set |= 1u << state;
		text += length + (text[length] == ',');
	}
	return set;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static enum cli_exit wait_for(const struct device *device, const char *name, uint32_t states,
			      uint64_t deadline)
{
	struct bh_ioc_cell_info cell;

	for (;;) {
		enum cli_exit result = device_find(device, name, &cell);

		if (result)
			return result;
		if (states & 1u << cell.info.state) {
			puts(device_state_text(cell.info.state));
			return CLI_OK;
		}
		if (deadline && now_ms() >= deadline) {
			cli_say("cell '%s' is still %s", name, device_state_text(cell.info.state));
			return CLI_TIMEOUT;
		}
		device_wait(device, 100);
	}
}

enum cli_exit cmd_cell_wait(const struct cli_call *call)
{
	const char *states = cli_value(call, "for"), *timeout = cli_value(call, "timeout");
	uint32_t set = parse_states(states ? states : "stopped,failed"), ms = 0;
	struct device device;
	enum cli_exit result;

	if (!set || (timeout && !cli_seconds(timeout, "--timeout", &ms)))
		return CLI_USAGE;
	result = device_open(&device);
	if (result)
		return result;
	result = wait_for(&device, call->arguments[0], set, timeout ? now_ms() + ms + 1 : 0);
	device_close(&device);
	return result;
}
