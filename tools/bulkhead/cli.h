/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line: one table of commands, from which parsing, help, manual page and
 * shell completion all come.
 */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Exit codes. X(NAME, number, "what it means"). Scripts rely on them: append only. */
#define CLI_EXITS(X)                                                                              \
	X(OK, 0, "done")                                                                          \
	X(FAILED, 1, "refused or failed; the sentence on standard error says why and what to do") \
	X(USAGE, 2, "the command line is wrong")                                                  \
	X(CONFIG, 3, "a configuration file is wrong")                                             \
	X(ABSENT, 4, "the driver is not loaded, or the hypervisor is not enabled")                \
	X(TIMEOUT, 5, "something did not answer, or did not happen, in time")                     \
	X(NO_CELL, 6, "there is no cell of that name")

enum cli_exit {
#define CLI_EXIT_ENUM(name, number, text) CLI_##name = number,
	CLI_EXITS(CLI_EXIT_ENUM)
#undef CLI_EXIT_ENUM
};

#define CLI_MAX_OPTIONS 12

/** struct cli_option - @name without dashes; @letter or 0; @value: what stands for it, NULL: a flag. */
struct cli_option {
	const char *name;
	char letter;
	const char *value;
	const char *text;
};

struct cli_call;

/**
 * struct cli_command - one line of the table
 * @name: one or two words.  @arguments: as shown in the usage line.
 * @min, @max: how many arguments; @max -1: any number.
 * @complete: what the shell offers for an argument: "cell", "yaml", "file" or "".
 * @summary: one line.  @text: paragraphs separated by empty lines.
 * @options: ends with a NULL name; may be NULL.
 */
struct cli_command {
	const char *name;
	const char *arguments;
	int min, max;
	const char *complete;
	const char *summary;
	const char *text;
	const struct cli_option *options;
	enum cli_exit (*run)(const struct cli_call *call);
};

/** struct cli_call - a parsed command line; @values: by place in the command's options, NULL: not given. */
struct cli_call {
	const struct cli_command *command;
	const char *values[CLI_MAX_OPTIONS];
	int count;
	char **arguments;
	bool help, quiet, json;
};

extern const struct cli_command cli_commands[]; /* ends with a NULL name */
extern const struct cli_option cli_common[];	/* options of every command */

const struct cli_command *cli_find(int count, char **words, int *used);

/** Value of option @name: NULL if not given, "" for a flag. @name must be in the command's table. */
const char *cli_value(const struct cli_call *call, const char *name);
static inline bool cli_flag(const struct cli_call *call, const char *name)
{
	return cli_value(call, name) != NULL;
}

/**
 * cli_number() - read a number that the user typed: decimal, 0x.. or with K, M, G (1024)
 * Return: false after a sentence that names @what.
 */
bool cli_number(const char *text, const char *what, uint64_t max, uint64_t *value);

/** cli_seconds() - read a time in seconds ("2", "0.5", "500ms") as milliseconds. */
bool cli_seconds(const char *text, const char *what, uint32_t *ms);

/** Messages on standard error: "bulkhead: ...". */
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

void help_overview(FILE *out);
/** Is @word the first of commands of two words? */
bool help_is_group(const char *word);
void help_group(FILE *out, const char *group);
void help_command(FILE *out, const struct cli_command *command);
void help_man(FILE *out);
/** Completion for @shell: "bash", "zsh" or "fish". Return: false if it is none of them. */
bool help_completion(FILE *out, const char *shell);

/** Ask the driver what hinders the board in @path, as 'enable --check-only'. @quiet: say nothing if nothing does. */
enum cli_exit enable_check_only(const char *path, bool quiet);

/* The commands: each file below has one subject. */
enum cli_exit cmd_enable(const struct cli_call *call);
enum cli_exit cmd_disable(const struct cli_call *call);
enum cli_exit cmd_status(const struct cli_call *call);
enum cli_exit cmd_cell_create(const struct cli_call *call);
enum cli_exit cmd_cell_load(const struct cli_call *call);
enum cli_exit cmd_cell_boot(const struct cli_call *call);
enum cli_exit cmd_cell_start(const struct cli_call *call);
enum cli_exit cmd_cell_stop(const struct cli_call *call);
enum cli_exit cmd_cell_kill(const struct cli_call *call);
enum cli_exit cmd_cell_suspend(const struct cli_call *call);
enum cli_exit cmd_cell_resume(const struct cli_call *call);
enum cli_exit cmd_cell_restart(const struct cli_call *call);
enum cli_exit cmd_cell_destroy(const struct cli_call *call);
enum cli_exit cmd_cell_wait(const struct cli_call *call);
enum cli_exit cmd_cell_list(const struct cli_call *call);
enum cli_exit cmd_cell_show(const struct cli_call *call);
enum cli_exit cmd_cell_stats(const struct cli_call *call);
enum cli_exit cmd_watch(const struct cli_call *call);
enum cli_exit cmd_console(const struct cli_call *call);
enum cli_exit cmd_log(const struct cli_call *call);
enum cli_exit cmd_memory_list(const struct cli_call *call);
enum cli_exit cmd_memory_carve(const struct cli_call *call);
enum cli_exit cmd_memory_return(const struct cli_call *call);
enum cli_exit cmd_config(const struct cli_call *call);
enum cli_exit cmd_config_create(const struct cli_call *call);
enum cli_exit cmd_config_diff(const struct cli_call *call);
enum cli_exit cmd_config_show(const struct cli_call *call);
enum cli_exit cmd_hardware_check(const struct cli_call *call);
enum cli_exit cmd_help(const struct cli_call *call);

#endif
