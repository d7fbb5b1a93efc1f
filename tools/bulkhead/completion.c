// SPDX-License-Identifier: GPL-2.0-or-later
/* Completion for bash, zsh and fish, from the table of commands. */
#include "cli.h"

#include <stddef.h>
#include <string.h>

#define FROM "Made by 'bulkhead help --completion %s' from tools/bulkhead/commands.c. Do not edit.\n\n"

/* The first word of a command, as long as it is. */
static size_t first_word(const struct cli_command *command)
{
	return strcspn(command->name, " ");
}

/* The first command of a group of two words, before which no other of the group stands. */
static bool starts_group(const struct cli_command *command)
{
	const size_t first = first_word(command);

	return command->name[first] &&
	       (command == cli_commands || strncmp(command[-1].name, command->name, first + 1) != 0);
}

static bool is_in_group(const struct cli_command *command, const struct cli_command *group)
{
	return !strncmp(command->name, group->name, first_word(group) + 1);
}

/* What stands for the words that follow a command, in the shell's own terms. */
struct action {
	const char *kind, *text;
};

static const char *find_action(const struct action *actions, size_t count, const char *kind)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(actions[i].kind, kind))
			return actions[i].text;
	return NULL;
}

/* In single quotes for a shell; @more: characters that get a backslash besides. @quote: how ' is written. */
static void quoted(FILE *out, const char *text, const char *more, const char *quote)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs(quote, out);
		else if (strchr(more, *text))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

/* ---- bash ---- */

static void bash_options(FILE *out, const struct cli_option *option)
{
	for (; option && option->name; option++)
		fprintf(out, " --%s", option->name);
}

static void bash_case(FILE *out, const struct cli_command *command)
{
	static const struct action actions[] = {
		{ "cell", "_bulkhead_offer \"$(bulkhead cell list --names 2>/dev/null)\"" },
		{ "yaml", "_bulkhead_files yaml" },
		{ "file", "_bulkhead_files ''" },
	};
	const char *action = find_action(actions, sizeof(actions) / sizeof(actions[0]), command->complete);

	fprintf(out, "\t\"%s\")\n\t\toptions=\"", command->name);
	bash_options(out, command->options);
	bash_options(out, cli_common);
	fputs("\"\n", out);
	if (action)
		fprintf(out, "\t\t[[ $word == -* ]] || { %s; return; }\n", action);
	else if (strchr(command->arguments, '|'))
		fprintf(out, "\t\t[[ $word == -* ]] || { _bulkhead_offer \"%.*s %s\"; return; }\n",
			(int)strcspn(command->arguments, " "), command->arguments,
			strrchr(command->arguments, ' ') + 1);
	fputs("\t\t;;\n", out);
}

static void bash_groups(FILE *out)
{
	for (const struct cli_command *group = cli_commands; group->name; group++) {
		const int length = (int)first_word(group);

		if (!starts_group(group))
			continue;
		fprintf(out,
			"\tif [[ $command == %.*s ]]; then\n\t\tif ((COMP_CWORD == 2)); then\n"
			"\t\t\t_bulkhead_offer \"",
			length, group->name);
		for (const struct cli_command *command = group; command->name; command++)
			if (is_in_group(command, group))
				fprintf(out, " %s", command->name + length + 1);
		fprintf(out, "\"\n\t\t\treturn\n\t\tfi\n\t\tcommand=\"%.*s ${COMP_WORDS[2]}\"\n\tfi\n",
			length, group->name);
	}
}

static void bash(FILE *out)
{
	fprintf(out,
		"# SPDX-License-Identifier: GPL-2.0-or-later\n# shellcheck shell=bash disable=SC2207\n# " FROM,
		"bash");
	fputs("_bulkhead_offer() {\n\tCOMPREPLY=($(compgen -W \"$1\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n\n"
	      "_bulkhead_files() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]}\n"
	      "\tif [[ $1 ]]; then\n"
	      "\t\tCOMPREPLY=($(compgen -f -X \"!*.$1\" -- \"$word\") $(compgen -d -S / -- \"$word\"))\n"
	      "\telse\n\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n\tfi\n}\n\n"
	      "_bulkhead() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} options=\n"
	      "\tif ((COMP_CWORD == 1)); then\n\t\t_bulkhead_offer \"",
	      out);
	for (const struct cli_command *command = cli_commands; command->name; command++)
		if (!command->name[first_word(command)] || starts_group(command))
			fprintf(out, " %.*s", (int)first_word(command), command->name);
	fputs("\"\n\t\treturn\n\tfi\n", out);
	bash_groups(out);
	fputs("\tcase $command in\n", out);
	for (const struct cli_command *command = cli_commands; command->name; command++)
		bash_case(out, command);
	fputs("\tesac\n\t_bulkhead_offer \"$options\"\n}\n\ncomplete -o filenames -F _bulkhead bulkhead\n",
	      out);
}

/* ---- zsh ---- */

static void zsh_entry(FILE *out, const char *name, int length, const char *summary)
{
	fprintf(out, "\t\t'%.*s:", length, name);
	quoted(out, summary, "", "'\\''");
	fputs("'\n", out);
}

static const char *zsh_value(const char *value)
{
	if (!strcmp(value, "DIR"))
		return "_files -/";
	return strstr(value, "FILE") || strstr(value, "yaml") ? "_files" : " ";
}

static void zsh_options(FILE *out, const struct cli_option *option)
{
	for (; option && option->name; option++) {
		if (option->letter)
			fprintf(out, " \\\n\t\t\t'(-%c --%s)'{-%c,--%s}", option->letter, option->name,
				option->letter, option->name);
		else
			fprintf(out, " \\\n\t\t\t--%s", option->name);
		fputs("'[", out);
		quoted(out, option->text, "[]:", "'\\''");
		fputc(']', out);
		if (option->value) {
			fputc(':', out);
			quoted(out, option->value, ":", "'\\''");
			fprintf(out, ":%s", zsh_value(option->value));
		}
		fputc('\'', out);
	}
}

static void zsh_case(FILE *out, const struct cli_command *command)
{
	static const struct action actions[] = {
		{ "cell", "_bulkhead_cells" },
		{ "yaml", "_files -g \"*.yaml\"" },
		{ "file", "_files" },
	};
	const char *action = find_action(actions, sizeof(actions) / sizeof(actions[0]), command->complete);

	fprintf(out, "\t'%s')\n\t\t_arguments", command->name);
	zsh_options(out, command->options);
	zsh_options(out, cli_common);
	if (action)
		fprintf(out, " \\\n\t\t\t'*:%s:%s'", command->complete, action);
	else if (strchr(command->arguments, '|'))
		fprintf(out, " \\\n\t\t\t'*:what:(%.*s %s)'", (int)strcspn(command->arguments, " "),
			command->arguments, strrchr(command->arguments, ' ') + 1);
	fputs("\n\t\t;;\n", out);
}

static void zsh_groups(FILE *out)
{
	for (const struct cli_command *group = cli_commands; group->name; group++) {
		const int length = (int)first_word(group);

		if (!starts_group(group))
			continue;
		fprintf(out, "\tif [[ $command == %.*s ]]; then\n\t\tcommands=(\n", length, group->name);
		for (const struct cli_command *command = group; command->name; command++)
			if (is_in_group(command, group))
				zsh_entry(out, command->name + length + 1,
					  (int)strlen(command->name + length + 1), command->summary);
		fputs("\t\t)\n\t\tif ((CURRENT == 3)); then\n\t\t\t_describe command commands\n\t\t\treturn\n"
		      "\t\tfi\n\t\tcommand=\"$command ${words[3]}\"\n\t\tshift words\n\t\t((CURRENT--))\n\tfi\n",
		      out);
	}
}

static void zsh(FILE *out)
{
	fprintf(out, "#compdef bulkhead\n# SPDX-License-Identifier: GPL-2.0-or-later\n# " FROM, "zsh");
	fputs("_bulkhead_cells() {\n\tlocal -a cells=(${(f)\"$(bulkhead cell list --names 2>/dev/null)\"})\n"
	      "\tcompadd -a cells\n}\n\n"
	      "_bulkhead() {\n\tlocal command=${words[2]}\n\tlocal -a commands=(\n",
	      out);
	for (const struct cli_command *command = cli_commands; command->name; command++) {
		if (!command->name[first_word(command)])
			zsh_entry(out, command->name, (int)first_word(command), command->summary);
		else if (starts_group(command))
			zsh_entry(out, command->name, (int)first_word(command), "commands of two words");
	}
	fputs("\t)\n\tif ((CURRENT == 2)); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n", out);
	zsh_groups(out);
	fputs("\tshift words\n\t((CURRENT--))\n\tcase $command in\n", out);
	for (const struct cli_command *command = cli_commands; command->name; command++)
		zsh_case(out, command);
	fputs("\tesac\n}\n\n_bulkhead \"$@\"\n", out);
}

/* ---- fish ---- */

static void fish_word(FILE *out, const char *group, int group_length, const char *word, int length,
		      const char *summary)
{
	fprintf(out, "complete -c bulkhead -n '__bulkhead_at%s%.*s' -a %.*s -d '", group_length ? " " : "",
		group_length, group, length, word);
	quoted(out, summary, "", "\\'");
	fputs("'\n", out);
}

static void fish_words(FILE *out)
{
	for (const struct cli_command *command = cli_commands; command->name; command++) {
		const int first = (int)first_word(command);

		if (!command->name[first])
			fish_word(out, "", 0, command->name, first, command->summary);
		else if (starts_group(command))
			fish_word(out, "", 0, command->name, first, "commands of two words");
		if (command->name[first])
			fish_word(out, command->name, first, command->name + first + 1,
				  (int)strlen(command->name + first + 1), command->summary);
	}
}

static void fish_options(FILE *out, const char *condition, const struct cli_option *option)
{
	for (; option && option->name; option++) {
		fprintf(out, "complete -c bulkhead%s -l %s", condition, option->name);
		if (option->letter)
			fprintf(out, " -s %c", option->letter);
		if (option->value)
			fputs(strcmp(zsh_value(option->value), " ") ? " -rF" : " -x", out);
		fputs(" -d '", out);
		quoted(out, option->text, "", "\\'");
		fputs("'\n", out);
	}
}

static void fish_command(FILE *out, const struct cli_command *command)
{
	static const struct action actions[] = {
		{ "cell", "-a '(bulkhead cell list --names 2>/dev/null)'" },
		{ "yaml", "-k -a '(__fish_complete_suffix .yaml)'" },
		{ "file", "-F" },
	};
	const char *action = find_action(actions, sizeof(actions) / sizeof(actions[0]), command->complete);
	char condition[96];

	snprintf(condition, sizeof(condition), " -n '__bulkhead_in %s'", command->name);
	fish_options(out, condition, command->options);
	if (action)
		fprintf(out, "complete -c bulkhead%s %s\n", condition, action);
	else if (strchr(command->arguments, '|'))
		fprintf(out, "complete -c bulkhead%s -a '%.*s %s'\n", condition,
			(int)strcspn(command->arguments, " "), command->arguments,
			strrchr(command->arguments, ' ') + 1);
}

static void fish(FILE *out)
{
	fprintf(out, "# SPDX-License-Identifier: GPL-2.0-or-later\n# " FROM, "fish");
	fputs("# The words so far, options left out, start with these.\n"
	      "function __bulkhead_in\n"
	      "\tset -l words (string match -v -- '-*' (commandline -opc)[2..-1])\n"
	      "\ttest (count $words) -ge (count $argv); or return 1\n"
	      "\tfor i in (seq (count $argv))\n\t\ttest \"$words[$i]\" = \"$argv[$i]\"; or return 1\n\tend\nend\n\n"
	      "# The words so far are these, and no more.\n"
	      "function __bulkhead_at\n"
	      "\tset -l words (string match -v -- '-*' (commandline -opc)[2..-1])\n"
	      "\ttest (count $words) -eq (count $argv); and __bulkhead_in $argv\nend\n\n"
	      "complete -c bulkhead -f\n",
	      out);
	fish_words(out);
	fish_options(out, "", cli_common);
	for (const struct cli_command *command = cli_commands; command->name; command++)
		fish_command(out, command);
}

bool help_completion(FILE *out, const char *shell)
{
	static const struct {
		const char *name;
		void (*print)(FILE *out);
	} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (!strcmp(shell, shells[i].name)) {
			shells[i].print(out);
			return true;
		}
	}
	return false;
}
