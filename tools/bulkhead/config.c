// SPDX-License-Identifier: GPL-2.0-or-later
/* config: the library does the work; here the parsed words become its own again, and its exit codes ours. */
#include "cli.h"

#include <cfg.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options that were given, as "--name" and value. Return: number of words. */
static int put_options(const struct cli_call *call, char **words, char *names, size_t names_size)
{
	const struct cli_option *options = call->command->options;
	int count = 0;

	for (int i = 0; options && options[i].name; i++) {
		const size_t length = strlen(options[i].name) + 3;

		if (!call->values[i] || length > names_size)
			continue;
		snprintf(names, names_size, "--%s", options[i].name);
		words[count++] = names;
		names += length;
		names_size -= length;
		if (options[i].value)
			words[count++] = (char *)call->values[i];
	}
	return count;
}

enum cli_exit cmd_config(const struct cli_call *call)
{
	static char self[] = "config", end[] = "--";
	char names[CLI_MAX_OPTIONS * 32];
	char **words = calloc((size_t)call->count + 2 * CLI_MAX_OPTIONS + 4, sizeof(char *));
	int count = 0, result;

	if (!words)
		return CLI_FAILED;
	words[count++] = self;
	words[count++] = strchr(call->command->name, ' ') + 1;
	count += put_options(call, words + count, names, sizeof(names));
	words[count++] = end;
	memcpy(words + count, call->arguments, (size_t)call->count * sizeof(char *));
	result = cfg_command(count + call->count, words);
	free(words);
	return result == 1 ? CLI_CONFIG : (enum cli_exit)result;
}
