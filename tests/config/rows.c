// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * 'config' many times over, each in a process and a directory of its own, with one rule switched off or none.
 * Linked with a library that was built with -DCFG_MUTANTS, which no shipped tool is.
 *
 * Each line of standard input: rule's name or "-", directory, words of the command, with tabs between.
 * For each, on standard output: exit code (or 128 and the signal), bytes, newline, what the command printed.
 */
#include <cfg.h>
#include <rules.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORD_LIMIT 2048
#define SECONDS 20

static enum cfg_rule find_rule(const char *name)
{
	enum cfg_rule rule = 0;

	while (rule < RULE_COUNT && strcmp(rule_name(rule), name))
		rule++;
	return rule;
}

static int split(char *line, char **words)
{
	int count = 0;

	for (char *word = strtok(line, "\t\n"); word && count < WORD_LIMIT; word = strtok(NULL, "\t\n"))
		words[count++] = word;
	words[count] = NULL;
	return count;
}

static int run(char **words, int count, FILE *out)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		cfg_mutant = find_rule(words[0]);
		alarm(SECONDS);
		dup2(fileno(out), STDOUT_FILENO);
		dup2(fileno(out), STDERR_FILENO);
		if (chdir(words[1]))
			_exit(99);
		status = cfg_command(count - 2, words + 2);
		fflush(NULL);
		_exit(status);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return 98;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void copy(FILE *from)
{
	char buffer[4096];
	size_t got;

	rewind(from);
	while ((got = fread(buffer, 1, sizeof(buffer), from)) > 0)
		fwrite(buffer, 1, got, stdout);
}

int main(void)
{
	static char *words[WORD_LIMIT + 1];
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0) {
		const int count = split(line, words);
		FILE *out = tmpfile();
		int code;

		if (!out || count < 3)
			return 97;
		code = run(words, count, out);
		fseek(out, 0, SEEK_END);
		printf("%d %ld\n", code, ftell(out));
		copy(out);
		fclose(out);
	}
	free(line);
	return 0;
}
