// SPDX-License-Identifier: GPL-2.0-or-later
/* Help and manual page, from the table of commands. */
#include "cli.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define HELP_WIDTH 90

static const struct {
	int number;
	const char *text;
} exits[] = {
#define EXIT_LINE(name, number, text) { number, text },
	CLI_EXITS(EXIT_LINE)
};

#define EXIT_COUNT (sizeof(exits) / sizeof(exits[0]))

static const struct {
	const char *name, *text;
} environment[] = {
	{ "BULKHEAD_DEVICE", "the driver's device, if it is not /dev/bulkhead" },
	{ "BULKHEAD_RUN",
	  "where 'enable' and 'cell create' note the files that they were given (/run/bulkhead)" },
};

#define ENVIRONMENT_COUNT (sizeof(environment) / sizeof(environment[0]))

/* Print @text in lines of at most HELP_WIDTH columns behind @indent blanks; the first starts at @column. */
static void wrap(FILE *out, const char *text, int indent, int column)
{
	while (*text) {
		int length = (int)strcspn(text, " \n");

		if (column > indent && column + length >= HELP_WIDTH) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		}
		column += fprintf(out, "%s%.*s", column > indent ? " " : "", length, text);
		text += length;
		if (!strncmp(text, "\n\n", 2)) {
			fprintf(out, "\n\n%*s", indent, "");
			column = indent;
		}
		text += strspn(text, " \n");
	}
	fputc('\n', out);
}

static void command_line(FILE *out, const struct cli_command *command)
{
	fprintf(out, "  %-14s ", command->name);
	wrap(out, command->summary, 17, 17);
}

void help_overview(FILE *out)
{
	fputs("usage: bulkhead COMMAND [ARGUMENT...] [OPTION...]\n\n", out);
	for (const struct cli_command *command = cli_commands; command->name; command++)
		command_line(out, command);
	fputs("\n'bulkhead COMMAND --help' tells all about a command. Exit codes:\n", out);
	for (size_t i = 0; i < EXIT_COUNT; i++)
		fprintf(out, "  %d  %s\n", exits[i].number, exits[i].text);
}

void help_group(FILE *out, const char *group)
{
	size_t length = strlen(group);

	fprintf(out, "usage: bulkhead %s COMMAND [ARGUMENT...] [OPTION...]\n\n", group);
	for (const struct cli_command *command = cli_commands; command->name; command++)
		if (!strncmp(command->name, group, length) && command->name[length] == ' ')
			command_line(out, command);
}

static void option_lines(FILE *out, const struct cli_option *option)
{
	for (; option && option->name; option++) {
		int column = 2;

		if (option->letter)
			column += fprintf(out, "  -%c, --%s", option->letter, option->name) - 2;
		else
			column += fprintf(out, "      --%s", option->name) - 2;
		if (option->value)
			column += fprintf(out, " %s", option->value);
		if (column > 28) {
			fputc('\n', out);
			column = 0;
		}
		fprintf(out, "%*s", 30 - column, "");
		wrap(out, option->text, 30, 30);
	}
}

void help_command(FILE *out, const struct cli_command *command)
{
	fprintf(out, "usage: bulkhead %s%s%s [OPTION...]\n\n", command->name, *command->arguments ? " " : "",
		command->arguments);
	fprintf(out, "bulkhead %s: %s\n\n", command->name, command->summary);
	if (*command->text) {
		wrap(out, command->text, 0, 0);
		fputc('\n', out);
	}
	option_lines(out, command->options);
	option_lines(out, cli_common);
}

/* Text for roff: '-' is a minus sign, a leading '.' or '\'' would be a request. */
static void roff(FILE *out, const char *text)
{
	bool start = true;

	for (; *text; text++) {
		if (start && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		if (!strncmp(text, "\n\n", 2)) {
			fputs("\n.PP\n", out);
			text++;
			start = true;
			continue;
		}
		start = *text == '\n';
		if (*text == '-')
			fputs("\\-", out);
		else if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '\'')
			fputs("\\(aq", out);
		else
			fputc(*text, out);
	}
}

static void roff_line(FILE *out, const char *before, const char *text, const char *behind)
{
	fputs(before, out);
	roff(out, text);
	fputs(behind, out);
}

static void man_options(FILE *out, const struct cli_option *option)
{
	for (; option && option->name; option++) {
		fputs(".TP\n", out);
		if (option->letter)
			fprintf(out, "\\fB\\-%c\\fR, ", option->letter);
		roff_line(out, "\\fB\\-\\-", option->name, "\\fR");
		if (option->value)
			roff_line(out, " \\fI", option->value, "\\fR");
		roff_line(out, "\n", option->text, "\n");
	}
}

static void man_command(FILE *out, const struct cli_command *command)
{
	roff_line(out, ".SS bulkhead ", command->name, "");
	roff_line(out, *command->arguments ? " " : "", command->arguments, "\n");
	fputc(toupper((unsigned char)command->summary[0]), out);
	roff_line(out, "", command->summary + 1, ".\n");
	if (*command->text)
		roff_line(out, ".PP\n", command->text, "\n");
	man_options(out, command->options);
}

void help_man(FILE *out)
{
	fputs(".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
	      ".\\\" Made by 'bulkhead help --man' from tools/bulkhead/commands.c. Do not edit.\n"
	      ".TH BULKHEAD 8 \"\" Bulkhead \"System administration\"\n"
	      ".SH NAME\nbulkhead \\- partition a running Linux machine\n"
	      ".SH SYNOPSIS\n\\fBbulkhead\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR...] [\\fIOPTION\\fR...]\n"
	      ".SH DESCRIPTION\n",
	      out);
	roff(out,
	     "Puts the Bulkhead hypervisor under the running Linux, starts guest cells on CPUs and memory "
	     "that Linux gives up, and takes them and the hypervisor away again.\n");
	fputs(".SH COMMANDS\n", out);
	for (const struct cli_command *command = cli_commands; command->name; command++)
		man_command(out, command);
	fputs(".SH \"OPTIONS OF EVERY COMMAND\"\n", out);
	man_options(out, cli_common);
	fputs(".SH \"EXIT STATUS\"\n", out);
	for (size_t i = 0; i < EXIT_COUNT; i++) {
		fprintf(out, ".TP\n\\fB%d\\fR\n", exits[i].number);
		roff_line(out, "", exits[i].text, "\n");
	}
	fputs(".SH ENVIRONMENT\n", out);
	for (size_t i = 0; i < ENVIRONMENT_COUNT; i++) {
		fprintf(out, ".TP\n\\fB%s\\fR\n", environment[i].name);
		roff_line(out, "", environment[i].text, "\n");
	}
}

enum cli_exit cmd_help(const struct cli_call *call)
{
	const struct cli_command *command;
	int used;

	if (cli_flag(call, "man")) {
		help_man(stdout);
	} else if (cli_flag(call, "completion")) {
		if (!help_completion(stdout, cli_value(call, "completion"))) {
			cli_say("there is completion for bash, zsh and fish, not for '%s'",
				cli_value(call, "completion"));
			return CLI_USAGE;
		}
	} else if (!call->count) {
		help_overview(stdout);
	} else {
		command = cli_find(call->count, call->arguments, &used);
		if (command)
			help_command(stdout, command);
		else if (call->count == 1 && help_is_group(call->arguments[0]))
			help_group(stdout, call->arguments[0]);
		else {
			cli_say("there is no command '%s'; 'bulkhead help' lists all", call->arguments[0]);
			return CLI_USAGE;
		}
	}
	return CLI_OK;
}
