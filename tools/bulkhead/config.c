// SPDX-License-Identifier: GPL-2.0-or-later
/* config: the library does the work; here only its exit codes become ours. */
#include "cli.h"

#include <cfg.h>

#include <stdlib.h>
#include <string.h>

enum cli_exit cmd_config(const struct cli_call *call)
{
	static char self[] = "config";
	char **words = calloc((size_t)call->count + 2, sizeof(char *));
	int result;

	if (!words)
		return CLI_FAILED;
	words[0] = self;
	memcpy(words + 1, call->arguments, (size_t)call->count * sizeof(char *));
	result = cfg_command(call->count + 1, words);
	free(words);
	return result == 1 ? CLI_CONFIG : (enum cli_exit)result;
}
