// SPDX-License-Identifier: GPL-2.0-or-later
/* bulkhead: from words to a parsed call of one command. */
#include "cli.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <bulkhead/version.h>

#ifndef BULKHEAD_VERSION
#define BULKHEAD_VERSION "unknown"
#endif

void cli_say(const char *format, ...)
{
	va_list list;

	fflush(stdout);
	fputs("bulkhead: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
}

const char *cli_value(const struct cli_call *call, const char *name)
{
	const struct cli_option *options = call->command->options;

	for (int i = 0; options && options[i].name; i++)
		if (!strcmp(options[i].name, name))
			return call->values[i];
	fprintf(stderr, "bulkhead: internal error: '%s' has no option --%s in its table\n",
		call->command->name, name);
	abort();
}

static unsigned int suffix_shift(const char *text)
{
	static const char suffixes[] = "kmg";
	const char *hit = *text ? strchr(suffixes, tolower((unsigned char)*text)) : NULL;

	if (!hit || (text[1] && strcmp(text + 1, "iB") && strcmp(text + 1, "i")))
		return 0;
	return 10 * (unsigned int)(hit - suffixes + 1);
}

bool cli_number(const char *text, const char *what, uint64_t max, uint64_t *value)
{
	char *end = NULL;
	unsigned int shift;

	errno = 0;
	*value = isdigit((unsigned char)*text) ? strtoull(text, &end, 0) : 0;
	if (!end || errno) {
		cli_say("%s: '%s' is not a number", what, text);
		return false;
	}
	shift = suffix_shift(end);
	if (*end && !shift) {
		cli_say("%s: '%s' is not a number: it does not go on with '%s'", what, text, end);
		return false;
	}
	if (*value > max >> shift) {
		cli_say("%s: %s is too large; at most 0x%" PRIx64 " is possible", what, text, max);
		return false;
	}
	*value <<= shift;
	return true;
}

bool cli_seconds(const char *text, const char *what, uint32_t *ms)
{
	char *end = NULL;
	double value = isdigit((unsigned char)*text) ? strtod(text, &end) : 0;

	if (end && (!*end || !strcmp(end, "s")))
		value *= 1000;
	else if (!end || strcmp(end, "ms")) {
		cli_say("%s: '%s' is not a time: write seconds ('2', '0.5') or milliseconds ('500ms')", what,
			text);
		return false;
	}
	if (value > 86400e3) {
		cli_say("%s: %s is too long; at most one day is possible", what, text);
		return false;
	}
	*ms = (uint32_t)value;
	return true;
}

const struct cli_command *cli_find(int count, char **words, int *used)
{
	for (const struct cli_command *command = cli_commands; command->name; command++) {
		size_t first = strcspn(command->name, " ");
		const char *second = command->name[first] ? command->name + first + 1 : NULL;

		if (!count || strlen(words[0]) != first || strncmp(words[0], command->name, first))
			continue;
		if (second && (count < 2 || strcmp(words[1], second)))
			continue;
		*used = second ? 2 : 1;
		return command;
	}
	return NULL;
}

bool help_is_group(const char *word)
{
	size_t length = strlen(word);

	for (const struct cli_command *command = cli_commands; command->name; command++)
		if (!strncmp(command->name, word, length) && command->name[length] == ' ')
			return true;
	return false;
}

/* Number of letters to change, insert or drop; words are short, so the simple recursion will do. */
static int distance(const char *a, const char *b, int limit)
{
	int change, insert, drop;

	if (!*a || !*b)
		return (int)(strlen(a) + strlen(b));
	if (*a == *b)
		return distance(a + 1, b + 1, limit);
	if (!limit)
		return 1;
	change = distance(a + 1, b + 1, limit - 1);
	insert = distance(a, b + 1, limit - 1);
	drop = distance(a + 1, b, limit - 1);
	if (insert < change)
		change = insert;
	return 1 + (drop < change ? drop : change);
}

/* One word or two may have been meant as the command: 'statsu', 'cel list', 'cell lst'. */
static int distance_to(const char *name, int count, char **words)
{
	char typed[64];

	if (!strchr(name, ' '))
		return help_is_group(words[0]) ? INT_MAX : distance(words[0], name, 2);
	if (count < 2)
		return INT_MAX;
	snprintf(typed, sizeof(typed), "%s %s", words[0], words[1]);
	return distance(typed, name, 2);
}

static enum cli_exit unknown_command(int count, char **words)
{
	const char *nearest = NULL, *second = count > 1 && help_is_group(words[0]) ? words[1] : "";
	int best = 3;

	for (const struct cli_command *command = cli_commands; command->name; command++) {
		int far = distance_to(command->name, count, words);

		if (far < best) {
			best = far;
			nearest = command->name;
		}
	}
	if (nearest)
		cli_say("unknown command '%s%s%s'; did you mean '%s'?", words[0], *second ? " " : "", second,
			nearest);
	else
		cli_say("unknown command '%s%s%s'; 'bulkhead help' lists all", words[0], *second ? " " : "",
			second);
	return CLI_USAGE;
}

static const struct cli_option *find_option(const struct cli_option *options, const char *name, size_t length,
					    char letter)
{
	for (; options && options->name; options++)
		if (letter ? options->letter == letter :
			     strlen(options->name) == length && !strncmp(options->name, name, length))
			return options;
	return NULL;
}

/* Options that every command has. */
static void set_common(struct cli_call *call, const struct cli_option *option)
{
	if (!strcmp(option->name, "help"))
		call->help = true;
	if (!strcmp(option->name, "quiet"))
		call->quiet = true;
}

static bool take_option(struct cli_call *call, const struct cli_option *option, const char *inlined,
			char *next, int *used)
{
	const struct cli_option *own = call->command->options;

	if (!option->value && inlined) {
		cli_say("option --%s takes no value", option->name);
		return false;
	}
	if (option->value && !inlined && !next) {
		cli_say("option --%s needs a value: --%s %s", option->name, option->name, option->value);
		return false;
	}
	*used = option->value && !inlined ? 2 : 1;
	if (!own || !find_option(own, option->name, strlen(option->name), 0))
		set_common(call, option);
	else
		call->values[option - own] = option->value ? inlined ? inlined : next : "";
	if (!strcmp(option->name, "json"))
		call->json = true;
	return true;
}

static bool parse_option(struct cli_call *call, char *word, char *next, int *used)
{
	bool is_long = word[1] == '-';
	const char *name = word + (is_long ? 2 : 1);
	size_t length = is_long ? strcspn(name, "=") : 1;
	const char *inlined = is_long ? name[length] ? name + length + 1 : NULL : name[1] ? name + 1 : NULL;
	char letter = is_long ? 0 : *name;
	const struct cli_option *option = find_option(call->command->options, name, length, letter);

	if (!option)
		option = find_option(cli_common, name, length, letter);
	if (!option) {
		cli_say("'%s' has no option %.*s; see 'bulkhead %s --help'", call->command->name,
			(int)(length + (is_long ? 2 : 1)), word, call->command->name);
		return false;
	}
	return take_option(call, option, inlined, next, used);
}

/* Options may stand before, between and behind arguments; "--" ends them. */
static bool parse(struct cli_call *call, int count, char **words)
{
	bool only_arguments = false;

	for (int i = 0, used = 1; i < count; i += used) {
		used = 1;
		if (only_arguments || words[i][0] != '-' || !words[i][1])
			call->arguments[call->count++] = words[i];
		else if (!strcmp(words[i], "--"))
			only_arguments = true;
		else if (!parse_option(call, words[i], i + 1 < count ? words[i + 1] : NULL, &used))
			return false;
	}
	if (call->help)
		return true;
	if (call->count < call->command->min ||
	    (call->command->max >= 0 && call->count > call->command->max)) {
		cli_say("usage: bulkhead %s %s", call->command->name, call->command->arguments);
		return false;
	}
	return true;
}

static enum cli_exit run(const struct cli_command *command, int count, char **words)
{
	struct cli_call call = { .command = command };
	enum cli_exit result;

	call.arguments = calloc((size_t)count + 1, sizeof(char *));
	if (!call.arguments)
		return CLI_FAILED;
	if (!parse(&call, count, words)) {
		result = CLI_USAGE;
	} else if (call.help) {
		help_command(stdout, command);
		result = CLI_OK;
	} else {
		result = command->run(&call);
	}
	free(call.arguments);
	/* A full disk or a closed pipe must not look like success. */
	if (fflush(stdout) || ferror(stdout)) {
		cli_say("cannot write the output: %s", strerror(errno));
		return CLI_FAILED;
	}
	return result;
}

static enum cli_exit version(void)
{
	printf("bulkhead %s (ABI %d.%d)\n", BULKHEAD_VERSION, BH_ABI_MAJOR, BH_ABI_MINOR);
	return CLI_OK;
}

int main(int argc, char **argv)
{
	const struct cli_command *command;
	int used = 0;

	if (argc < 2) {
		help_overview(stderr);
		return CLI_USAGE;
	}
	argv++, argc--;
	if (!strcmp(argv[0], "--version") || !strcmp(argv[0], "-V"))
		return version();
	if (!strcmp(argv[0], "--help") || !strcmp(argv[0], "-h")) {
		help_overview(stdout);
		return CLI_OK;
	}
	command = cli_find(argc, argv, &used);
	if (command)
		return run(command, argc - used, argv + used);
	if (help_is_group(argv[0]) && (argc == 1 || argv[1][0] == '-')) {
		bool asked = argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));

		help_group(asked ? stdout : stderr, argv[0]);
		return asked ? CLI_OK : CLI_USAGE;
	}
	return unknown_command(argc, argv);
}
