// SPDX-License-Identifier: GPL-2.0-or-later
/* console: a cell's console on this terminal, or on pipes. */
#include "cell.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 4096
#define UNTIL_MAX 256
#define POLL_MS 20	/* the console ring cannot wake us */
#define SEND_MS 1	/* the guest takes its input a few bytes at a time */
#define SILENCE_MS 1000 /* after the end of input, so much silence ends the command */
#define NO_KEY (-1)

/**
 * struct console - @input: file to send from, -1: none (any more).  @pending: not yet taken by the cell.
 * @tail: the last bytes of output, in which the start of @until may stand.
 */
struct console {
	struct device device;
	struct bh_ioc_cell_info cell;
	struct device_ring ring;
	int input, escape;
	bool follow, dump, input_ended, left;
	char pending[CHUNK];
	size_t pending_length;
	const char *until;
	char tail[UNTIL_MAX + CHUNK];
	size_t tail_length;
	bool found;
	uint64_t deadline, last_output;
};

static struct termios terminal_before;
static volatile sig_atomic_t terminal_is_raw;

static void terminal_restore(void)
{
	if (terminal_is_raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
	terminal_is_raw = 0;
}

/* Only what is allowed in a signal handler. */
static void on_signal(int number)
{
	static const char gone[] = "bulkhead: the hypervisor was disabled\n";

	terminal_restore();
	if (number == SIGBUS && write(STDERR_FILENO, gone, sizeof(gone) - 1) > 0)
		_exit(CLI_ABSENT);
	_exit(128 + number);
}

static void catch_signals(void)
{
	static const int numbers[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGBUS };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		signal(numbers[i], on_signal);
}

/* Keys go to the guest as they are; output keeps its translation, for guests that send bare line feeds. */
static void terminal_raw(void)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &terminal_before))
		return;
	raw = terminal_before;
	cfmakeraw(&raw);
	raw.c_oflag |= OPOST | ONLCR;
	atexit(terminal_restore);
	terminal_is_raw = 1;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t count = write(fd, data, size);

		if (count < 0 && errno != EINTR && errno != EAGAIN)
			return false;
		if (count > 0) {
			data += count;
			size -= (size_t)count;
		}
	}
	return true;
}

/* Look for @until in what was printed, across the borders of chunks. */
static void match(struct console *console, const char *data, size_t count)
{
	size_t length = console->until ? strlen(console->until) : 0, keep;

	if (!length)
		return;
	memcpy(console->tail + console->tail_length, data, count);
	console->tail_length += count;
	if (memmem(console->tail, console->tail_length, console->until, length))
		console->found = true;
	keep = console->tail_length < length - 1 ? console->tail_length : length - 1;
	memmove(console->tail, console->tail + console->tail_length - keep, keep);
	console->tail_length = keep;
}

/* Return: false when nobody reads our output any more. */
static bool print_output(struct console *console)
{
	char data[CHUNK];
	uint64_t skipped = 0;
	size_t count;

	while (!console->found && (count = device_ring_read(&console->ring, data, sizeof(data), &skipped))) {
		console->last_output = now_ms();
		match(console, data, count);
		if (!write_all(STDOUT_FILENO, data, count))
			return false;
	}
	if (skipped)
		cli_say("%llu bytes of the console were overwritten before they were read",
			(unsigned long long)skipped);
	return true;
}

static void read_input(struct console *console)
{
	size_t room = sizeof(console->pending) - console->pending_length;
	char *start = console->pending + console->pending_length, *key = NULL;
	ssize_t count = read(console->input, start, room);

	if (count < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (count <= 0) {
		console->input = -1;
		console->input_ended = true;
		console->last_output = now_ms();
		return;
	}
	if (console->escape != NO_KEY && isatty(console->input))
		key = memchr(start, console->escape, (size_t)count);
	if (key)
		console->left = true;
	console->pending_length += key ? (size_t)(key - start) : (size_t)count;
}

static enum cli_exit send_pending(struct console *console)
{
	struct bh_ioc_console_write write = DEVICE_ARGUMENT(bh_ioc_console_write);
	int errnum;

	if (!console->pending_length)
		return CLI_OK;
	write.handle = console->cell.handle;
	write.count = (uint32_t)console->pending_length;
	write.data = (uintptr_t)console->pending;
	errnum = device_ioctl(&console->device, BH_IOC_CONSOLE_WRITE, &write);
	if (errnum && (write.error.code == BH_E_FULL || write.error.code == BH_E_BUSY || errnum == EAGAIN))
		return CLI_OK;
	if (errnum)
		return device_report("write to the console", &write.error, errnum, NULL);
	if (write.count > console->pending_length)
		write.count = (uint32_t)console->pending_length;
	console->pending_length -= write.count;
	memmove(console->pending, console->pending + write.count, console->pending_length);
	console->last_output = now_ms();
	return CLI_OK;
}

static void wait_for_input(struct console *console)
{
	struct pollfd poller = { .fd = console->input, .events = POLLIN };

	if (console->pending_length == sizeof(console->pending))
		poller.fd = -1;
	if (poll(&poller, 1, console->pending_length ? SEND_MS : POLL_MS) == 1 && poller.fd >= 0)
		read_input(console);
}

static enum cli_exit ended(const struct console *console, const struct bh_cell_info *cell, bool exists)
{
	char reason[200];

	if (!exists) {
		cli_say("cell '%s' was destroyed", console->cell.info.name);
		return console->until ? CLI_FAILED : CLI_OK;
	}
	cell_reason_text(&cell->reason, reason, sizeof(reason));
	cli_say("cell '%s' %s%s%s", console->cell.info.name,
		cell->state == BH_CELL_FAILED ? "has failed" : "has stopped", *reason ? ": " : "", reason);
	return cell->state == BH_CELL_FAILED || console->until ? CLI_FAILED : CLI_OK;
}

/* Return: true when there is nothing more to expect; *result is then the exit code. */
static bool is_over(struct console *console, enum cli_exit *result)
{
	struct bh_cell_info cell;
	uint64_t now = now_ms();
	bool exists;

	if (console->found || console->dump || console->left)
		return true;
	if (console->deadline && now >= console->deadline) {
		if (console->until)
			cli_say("'%s' did not appear in time", console->until);
		*result = console->until ? CLI_TIMEOUT : CLI_OK;
		return true;
	}
	if (!console->until && !console->follow && console->input_ended && !console->pending_length &&
	    now - console->last_output > SILENCE_MS)
		return true;
	if (!device_cell_live(&console->device, console->cell.handle, &cell))
		return false;
	exists = cell.handle == console->cell.handle && cell.state != BH_CELL_NONE;
	if (exists && (console->follow || (cell.state != BH_CELL_STOPPED && cell.state != BH_CELL_FAILED)))
		return false;
	print_output(console); /* what it said last */
	*result = console->found ? CLI_OK : ended(console, &cell, exists);
	return true;
}

static enum cli_exit talk(struct console *console)
{
	enum cli_exit result = CLI_OK;

	console->last_output = now_ms();
	while (!result) {
		if (!print_output(console) || is_over(console, &result))
			break;
		result = send_pending(console);
		if (!result)
			wait_for_input(console);
	}
	return result;
}

/* "]", "ctrl-a", "^a": the key's code. */
static bool parse_escape(const char *text, int *key)
{
	size_t length = strlen(text);
	int letter = length ? toupper((unsigned char)text[length - 1]) : 0;

	*key = NO_KEY;
	if (!strcmp(text, "none"))
		return true;
	if (letter < '@' || letter > '_' ||
	    (length != 1 && strncasecmp(text, "ctrl-", length - 1) && strncmp(text, "^", length - 1))) {
		cli_say("--escape: '%s' is not a letter, nor 'none'", text);
		return false;
	}
	*key = letter & 0x1f;
	return true;
}

static bool parse_options(struct console *console, const struct cli_call *call)
{
	const char *send = cli_value(call, "send"), *timeout = cli_value(call, "timeout");
	const char *escape = cli_value(call, "escape");
	uint32_t ms = 0;

	console->follow = cli_flag(call, "follow");
	console->dump = cli_flag(call, "dump");
	console->until = cli_value(call, "until");
	console->input = send || console->follow || console->dump ? -1 : STDIN_FILENO;
	console->input_ended = send != NULL;
	if (console->until && strlen(console->until) > UNTIL_MAX) {
		cli_say("--until: the text is longer than %d bytes", UNTIL_MAX);
		return false;
	}
	if (send && strlen(send) + 1 > sizeof(console->pending)) {
		cli_say("--send: the text is longer than %d bytes; use a pipe", CHUNK - 1);
		return false;
	}
	if (send)
		console->pending_length = (size_t)snprintf(console->pending, CHUNK, "%s\r", send);
	if (!parse_escape(escape ? escape : "]", &console->escape))
		return false;
	if (timeout && !cli_seconds(timeout, "--timeout", &ms))
		return false;
	console->deadline = timeout ? now_ms() + ms + 1 : 0;
	return true;
}

static enum cli_exit attach(struct console *console, const struct cli_call *call)
{
	bool newest = cli_flag(call, "new") || cli_flag(call, "send");
	enum cli_exit result = device_find(&console->device, call->arguments[0], &console->cell);

	if (!result)
		result = device_map(&console->device);
	if (result)
		return result;
	if (!device_ring_open(&console->device, console->cell.info.console, newest, &console->ring)) {
		cli_say("cell '%s' has no console", console->cell.info.name);
		return CLI_FAILED;
	}
	return CLI_OK;
}

enum cli_exit cmd_console(const struct cli_call *call)
{
	static struct console console;
	enum cli_exit result;

	if (!parse_options(&console, call))
		return CLI_USAGE;
	result = device_open(&console.device);
	if (result)
		return result;
	result = attach(&console, call);
	if (!result) {
		if (console.input >= 0 && isatty(console.input) && console.escape != NO_KEY && !call->quiet)
			cli_say("console of cell '%s'; Ctrl-%c leaves it", console.cell.info.name,
				console.escape | '@');
		catch_signals();
		if (console.input >= 0)
			terminal_raw();
		result = talk(&console);
		terminal_restore();
	}
	device_close(&console.device);
	return result;
}
