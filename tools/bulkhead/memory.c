// SPDX-License-Identifier: GPL-2.0-or-later
/* memory carve, list, return: RAM that the running Linux gives away, and takes back. */
#include "cell.h"
#include "cli.h"
#include "json.h"

#include <machine.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define CARVE_MS 10000u
#define RETURN_MS 10000u

/** struct carving - @blocks: what is there.  @count: blocks that are wanted. @ms: limit for one of them. */
struct carving {
	struct memory_blocks *blocks;
	uint32_t count;
	uint32_t ms;
	bool progress;
};

static uint64_t address(const struct memory_blocks *blocks, int64_t at)
{
	return blocks->list[at].number * blocks->size;
}

/* ---- one block ---- */

/* Its only business is to end a write(): the kernel would try for ever to move a page that somebody holds. */
static void on_alarm(int number)
{
	(void)number;
}

static void set_alarm(uint32_t ms)
{
	const struct sigaction action = { .sa_handler = on_alarm };
	const struct timeval time = { ms / 1000, ms % 1000 * 1000 };
	const struct itimerval timer = { .it_value = time, .it_interval = time };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

/* Return: 0, or an errno. */
static int write_state(const struct memory_block *block, const char *state, uint32_t ms)
{
	char path[PATH_MAX];
	int fd, error = 0;

	snprintf(path, sizeof(path), MEMORY_BLOCKS "/memory%" PRIu64 "/state", block->number);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	set_alarm(ms);
	if (write(fd, state, strlen(state)) < 0)
		error = errno;
	set_alarm(0);
	close(fd);
	return error;
}

static void say_block(const struct carving *carving, int64_t at, const char *what)
{
	const uint64_t base = address(carving->blocks, at);

	if (carving->progress)
		fprintf(stderr, "  0x%" PRIx64 "-0x%" PRIx64 "  %s\n", base,
			base + (carving->blocks->size - 1), what);
}

/* Return: 0, or an errno: Linux keeps it. */
static int take(const struct carving *carving, int64_t at)
{
	const struct memory_block *block = &carving->blocks->list[at];
	int error;

	if (!block->online) {
		say_block(carving, at, "given away before");
		return 0;
	}
	error = write_state(block, "offline", carving->ms);
	say_block(carving, at, !error ? "given away" : error == EINTR ? "not in time" : "Linux needs it");
	return error;
}

/* ---- carve ---- */

static bool readable(const struct machine *machine)
{
	if (machine->blocks.size && machine->blocks.count)
		return true;
	cli_say("this kernel gives no memory away (CONFIG_MEMORY_HOTREMOVE, " MEMORY_BLOCKS
		"); start it with 'mem=', 'memmap=' or a reserved-memory node instead");
	return false;
}

/* Back again, but not what was offline before. One that stays is named, whatever else is quiet. */
static void give_up(const struct carving *carving, int64_t first, int64_t last)
{
	for (int64_t at = first; at <= last; at++) {
		const struct memory_block *block = &carving->blocks->list[at];

		if (!block->online)
			continue;
		if (!write_state(block, "online", RETURN_MS))
			say_block(carving, at, "taken back");
		else
			cli_say("Linux did not take back its memory at 0x%" PRIx64
				"; run 'bulkhead memory return'",
				address(carving->blocks, at));
	}
}

/*
 * From the end of RAM on: there kernel, initial RAM disk and firmware are not. A run ends at a block that Linux keeps;
 * the next one is looked for below that.
 * Return: place of the first block; -1: there is no such piece, @error says why Linux kept the last one.
 */
static int64_t carve(const struct carving *carving, int *error)
{
	uint64_t below = UINT64_MAX;
	int64_t last, at, first;

	*error = 0;
	while ((last = memory_blocks_run(carving->blocks, carving->count, below)) >= 0) {
		first = last - carving->count + 1;
		for (at = last; at >= first; at--) {
			*error = take(carving, at);
			if (*error)
				break;
		}
		if (at < first)
			return first;
		give_up(carving, at + 1, last);
		if (*error == EACCES || *error == EPERM) /* it would say the same of all others */
			break;
		below = carving->blocks->list[at].number;
	}
	return -1;
}

static enum cli_exit refuse(const struct carving *carving, int error)
{
	char size[24], block[24];

	if (error == EACCES)
		cli_say("cannot change " MEMORY_BLOCKS ": %s; run this as root", strerror(error));
	else if (error == EPERM)
		cli_say("this kernel keeps all RAM that it was started with, as all of AArch64 do; start it with "
			"'mem=' or a reserved-memory node");
	else
		cli_say("Linux does not give %s away in one piece (it has %" PRIu32
			" blocks of %s): "
			"ask for less, end programs that use much memory, or start Linux with 'mem=', 'memmap=' or a "
			"reserved-memory node",
			cell_size_text(carving->count * carving->blocks->size, size), carving->blocks->count,
			cell_size_text(carving->blocks->size, block));
	return CLI_FAILED;
}

static enum cli_exit carve_size(struct machine *machine, uint64_t size, uint32_t ms, bool progress)
{
	struct carving carving = { .blocks = &machine->blocks, .ms = ms, .progress = progress };
	const uint64_t block = machine->blocks.size, wanted = (size + block - 1) / block;
	char text[24];
	int64_t first;
	int error;

	carving.count = wanted < UINT32_MAX ? (uint32_t)wanted : UINT32_MAX;
	first = carve(&carving, &error);
	if (first < 0)
		return refuse(&carving, error);
	printf("Linux gave %s away, from 0x%" PRIx64
	       " on; 'bulkhead config create' makes a board file of it\n",
	       cell_size_text(carving.count * block, text), address(&machine->blocks, first));
	return CLI_OK;
}

static enum cli_exit with_machine(struct machine **machine)
{
	struct cfg_messages messages = { 0 };

	*machine = machine_read(NULL, NULL, &messages);
	cfg_messages_print(&messages, stderr, CFG_TEXT);
	cfg_messages_free(&messages);
	if (!*machine)
		return CLI_FAILED;
	if (readable(*machine))
		return CLI_OK;
	machine_free(*machine);
	return CLI_FAILED;
}

enum cli_exit cmd_memory_carve(const struct cli_call *call)
{
	const char *timeout = cli_value(call, "timeout");
	uint32_t ms = CARVE_MS;
	struct machine *machine;
	enum cli_exit result;
	uint64_t size;

	if (!cli_number(call->arguments[0], "SIZE", 1ull << 48, &size) ||
	    (timeout && !cli_seconds(timeout, "--timeout", &ms)))
		return CLI_USAGE;
	if (!size || !ms) {
		cli_say("%s must be more than 0", size ? "--timeout" : "SIZE");
		return CLI_USAGE;
	}
	result = with_machine(&machine);
	if (result)
		return result;
	result = carve_size(machine, size, ms, !call->quiet);
	machine_free(machine);
	return result;
}

/* ---- return ---- */

enum cli_exit cmd_memory_return(const struct cli_call *call)
{
	struct carving carving = { .progress = !call->quiet };
	struct machine *machine;
	enum cli_exit result = with_machine(&machine);
	uint32_t back = 0, kept = 0;
	char size[24];

	if (result)
		return result;
	carving.blocks = &machine->blocks;
	for (int64_t at = 0; at < machine->blocks.count; at++) {
		if (machine->blocks.list[at].online)
			continue;
		if (write_state(&machine->blocks.list[at], "online", RETURN_MS)) {
			say_block(&carving, at, "stays offline");
			kept++;
			continue;
		}
		say_block(&carving, at, "taken back");
		back++;
	}
	if (kept)
		cli_say("%" PRIu32
			" block%s of memory cannot go back: while the hypervisor is enabled on it, run 'bulkhead "
			"disable' first",
			kept, kept == 1 ? "" : "s");
	else
		printf("Linux has %s again\n", cell_size_text(back * machine->blocks.size, size));
	machine_free(machine);
	return kept ? CLI_FAILED : CLI_OK;
}

/* ---- list ---- */

/* Blocks of one kind that follow each other are one line. Return: place behind the last. */
static uint32_t piece(const struct memory_blocks *blocks, uint32_t at)
{
	uint32_t end = at + 1;

	while (end < blocks->count && blocks->list[end].online == blocks->list[at].online &&
	       blocks->list[end].number == blocks->list[end - 1].number + 1)
		end++;
	return end;
}

static void list_json(const struct memory_blocks *blocks)
{
	struct json json = { .out = stdout };

	json_begin(&json, NULL, '{');
	json_number(&json, "block_size", blocks->size);
	json_begin(&json, "pieces", '[');
	for (uint32_t at = 0, end; at < blocks->count; at = end) {
		end = piece(blocks, at);
		json_begin(&json, NULL, '{');
		json_address(&json, "base", address(blocks, at));
		json_number(&json, "size", (end - at) * blocks->size);
		json_text(&json, "state", blocks->list[at].online ? "linux" : "offline");
		json_end(&json, '}');
	}
	json_end(&json, ']');
	json_end(&json, '}');
}

static void list_text(const struct memory_blocks *blocks)
{
	char size[24];

	printf("%-18s  %-18s  %10s  state\n", "from", "to", "size");
	for (uint32_t at = 0, end; at < blocks->count; at = end) {
		end = piece(blocks, at);
		printf("0x%-16" PRIx64 "  0x%-16" PRIx64 "  %10s  %s\n", address(blocks, at),
		       address(blocks, end - 1) + blocks->size - 1,
		       cell_size_text((end - at) * blocks->size, size),
		       blocks->list[at].online ? "Linux has it" : "offline");
	}
	printf("Linux gives and takes blocks of %s\n", cell_size_text(blocks->size, size));
}

enum cli_exit cmd_memory_list(const struct cli_call *call)
{
	struct machine *machine;
	enum cli_exit result = with_machine(&machine);

	if (result)
		return result;
	if (call->json)
		list_json(&machine->blocks);
	else
		list_text(&machine->blocks);
	machine_free(machine);
	return CLI_OK;
}
