// SPDX-License-Identifier: GPL-2.0-or-later
/* config create, config diff, hardware check: what the machine has, and what a board file makes of it. */
#include "cli.h"
#include "device.h"
#include "json.h"

#include <cfg.h>
#include <machine.h>
#include <map.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#ifndef BULKHEAD_VERSION
#define BULKHEAD_VERSION "unknown"
#endif

static enum cli_exit end(struct cfg_messages *messages, enum cli_exit result)
{
	cfg_messages_print(messages, stderr, CFG_TEXT);
	cfg_messages_free(messages);
	return result;
}

static struct machine *read_machine(const struct cli_call *call, struct cfg_messages *messages)
{
	return machine_read(cli_value(call, "sysroot"), cli_value(call, "devicetree"), messages);
}

/* ---- config create ---- */

static FILE *open_output(const char *path)
{
	FILE *out = path && strcmp(path, "-") ? fopen(path, "w") : stdout;

	if (!out)
		cli_say("cannot write %s: %s", path, strerror(errno));
	return out;
}

static enum cli_exit close_output(FILE *out, const char *path)
{
	const int failed = ferror(out);

	if (out == stdout)
		return CLI_OK;
	if (!fclose(out) && !failed)
		return CLI_OK;
	cli_say("cannot write %s: %s", path, strerror(errno));
	return CLI_FAILED;
}

/* Where memory is not set aside yet, the overlay says how; where it is, what is there is said again. */
static enum cli_exit write_overlay(struct machine *machine, const struct create_options *options,
				   const char *path)
{
	struct bh_config_range range;
	FILE *out;

	if (machine->pc) {
		cli_say("a PC has no device tree that an overlay could change: without --overlay the kernel "
			"parameter is said that sets memory aside");
		return CLI_FAILED;
	}
	if (machine->ours.count)
		range = machine->ours.list[0];
	else if (machine_propose(machine, options->memory, &range)) {
		cli_say("no bank of RAM has room for that; give less with --memory SIZE");
		return CLI_FAILED;
	}
	out = open_output(path);
	if (!out)
		return CLI_FAILED;
	machine_print_overlay(out, machine, &range);
	return close_output(out, path);
}

static enum cli_exit write_board(const struct cli_call *call, const struct machine *machine,
				 const struct created *created)
{
	const char *path = cli_value(call, "output");
	FILE *out = open_output(path);
	enum cli_exit result;

	if (!out)
		return CLI_FAILED;
	create_print(out, machine, created);
	result = close_output(out, path);
	if (!result && out != stdout && !call->quiet)
		printf("wrote board '%s' to %s\n", created->name, path);
	return result;
}

static enum cli_exit create(const struct cli_call *call, struct machine *machine,
			    const struct create_options *options)
{
	const char *overlay = cli_value(call, "overlay");
	struct created created = { 0 };
	enum cli_exit result = CLI_OK;

	if (overlay)
		result = write_overlay(machine, options, overlay);
	if (create_decide(machine, options, &created)) {
		cli_say("cannot write a board file: %s; %s", created.problem, created.mend);
		return CLI_FAILED;
	}
	return result ? result : write_board(call, machine, &created);
}

enum cli_exit cmd_config_create(const struct cli_call *call)
{
	struct create_options options = { .name = cli_value(call, "name") };
	const char *hypervisor = cli_value(call, "hypervisor"), *memory = cli_value(call, "memory");
	struct cfg_messages messages = { 0 };
	enum cli_exit result = CLI_CONFIG;
	struct machine *machine;

	if ((hypervisor && !cli_number(hypervisor, "--hypervisor", 1ull << 40, &options.hypervisor)) ||
	    (memory && !cli_number(memory, "--memory", 1ull << 48, &options.memory)))
		return CLI_USAGE;
	machine = read_machine(call, &messages);
	if (machine)
		result = create(call, machine, &options);
	machine_free(machine);
	return end(&messages, result);
}

/* ---- config diff ---- */

static void diff_json(const struct difference *list, size_t count, size_t differ)
{
	struct json json = { .out = stdout };

	json_begin(&json, NULL, '{');
	json_flag(&json, "same", !differ);
	json_begin(&json, "subjects", '[');
	for (size_t i = 0; i < count; i++) {
		json_begin(&json, NULL, '{');
		json_text(&json, "subject", list[i].what);
		json_flag(&json, "same", list[i].same);
		json_text(&json, "file", list[i].file);
		json_text(&json, "machine", list[i].machine);
		json_end(&json, '}');
	}
	json_end(&json, ']');
	json_end(&json, '}');
}

static void diff_text(const struct difference *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i].same)
			printf("same     %s: %s\n", list[i].what, list[i].file);
		else
			printf("differs  %s\n           file:    %s\n           machine: %s\n", list[i].what,
			       list[i].file, list[i].machine);
	}
}

enum cli_exit cmd_config_diff(const struct cli_call *call)
{
	struct cfg_messages messages = { 0 };
	struct machine *machine = read_machine(call, &messages);
	struct cfg_options options = { .devicetree = machine ? machine_firmware(machine) : NULL };
	struct cfg_board *board = machine ? cfg_board_load(call->arguments[0], &options, &messages) : NULL;
	enum cli_exit result = CLI_CONFIG;
	struct difference *list = NULL;
	size_t count, differ;

	if (board) {
		differ = diff_board(machine, board, &list, &count);
		if (call->json)
			diff_json(list, count, differ);
		else
			diff_text(list, count);
		result = differ ? CLI_FAILED : CLI_OK;
	}
	cfg_board_free(board);
	machine_free(machine);
	return end(&messages, result);
}

/* ---- hardware check ---- */

static const char *const finding_names[] = { "ok", "warn", "FAIL" };

static void check_json(const struct machine *machine, const struct finding *list, size_t count, size_t fails)
{
	struct json json = { .out = stdout };

	json_begin(&json, NULL, '{');
	json_text(&json, "tool", BULKHEAD_VERSION);
	json_text(&json, "machine", machine_name(machine));
	json_number(&json, "failures", fails);
	json_begin(&json, "findings", '[');
	for (size_t i = 0; i < count; i++) {
		json_begin(&json, NULL, '{');
		json_text(&json, "subject", list[i].subject);
		json_text(&json, "result", finding_names[list[i].kind]);
		json_text(&json, "text", list[i].text);
		json_text(&json, "mend", list[i].mend);
		json_end(&json, '}');
	}
	json_end(&json, ']');
	json_end(&json, '}');
}

static void check_text(const struct finding *list, size_t count, size_t fails)
{
	for (size_t i = 0; i < count; i++) {
		printf("%-4s  %-20s  %s\n", finding_names[list[i].kind], list[i].subject, list[i].text);
		if (*list[i].mend)
			printf("%28s-> %s\n", "", list[i].mend);
	}
	if (fails)
		printf("\n%zu thing%s would hinder the hypervisor\n", fails, fails == 1 ? "" : "s");
	else
		puts("\nnothing was found that would hinder the hypervisor");
}

/* A loaded driver knows more: it looks at registers. Only for our own machine, and with a board file. */
static enum cli_exit ask_driver(const struct cli_call *call)
{
	if (!call->count || cli_value(call, "sysroot") || cli_value(call, "devicetree"))
		return CLI_OK;
	return enable_check_only(call->arguments[0], call->json);
}

enum cli_exit cmd_hardware_check(const struct cli_call *call)
{
	struct cfg_messages messages = { 0 };
	struct machine *machine = read_machine(call, &messages);
	enum cli_exit result = CLI_FAILED, driver;
	struct finding *list = NULL;
	size_t count, fails;

	if (machine) {
		fails = hardware_check(machine, &list, &count);
		if (call->json)
			check_json(machine, list, count, fails);
		else
			check_text(list, count, fails);
		result = fails ? CLI_FAILED : CLI_OK;
		driver = ask_driver(call);
		result = result ? result : driver;
	}
	machine_free(machine);
	return end(&messages, result);
}
