// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Run rows of the hostile cell:
 *	[HOSTILE_CELL=FILE] [HOSTILE_SECONDS=LIMIT OF A RUN] hostile-rows FIRST LAST FIRST-OF-EACH-CLASS(0|1|2) [CLASS]
 *
 * Prints what the cell's console shows, and after each run of it its end and its victim:
 *	end
 *	JSON of 'bulkhead cell show hostile'
 *	victim-then
 *	JSON of 'bulkhead cell show victim'
 *	victim
 *	the same when it has beaten again (or not for long)
 * There is a run for each row that fails the cell. This program is linked with 'bulkhead' and calls its
 * commands itself: on an emulator, starting a process costs more than all that they do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define WORDS 16
#define BEAT_TRIES 500
#define BEAT_PAUSE_US 20000

int bulkhead_main(int argc, char **argv);

static char output[1 << 18], line[512];
static int captured, terminal;

/* One command, words of @line; what it prints is in output[]. Return: its exit code. */
static int command(void)
{
	char *words[WORDS + 1] = { "bulkhead" };
	int count = 1, code;
	ssize_t length;

	for (char *word = strtok(line, " "); word && count < WORDS; word = strtok(NULL, " "))
		words[count++] = word;
	fflush(stdout);
	if (ftruncate(captured, 0) || lseek(captured, 0, SEEK_SET) || dup2(captured, STDOUT_FILENO) < 0)
		return -1;
	code = bulkhead_main(count, words);
	fflush(stdout);
	if (dup2(terminal, STDOUT_FILENO) < 0)
		return -1;
	length = pread(captured, output, sizeof(output) - 1, 0);
	output[length > 0 ? length : 0] = 0;
	return code;
}

#define COMMAND(...) (snprintf(line, sizeof(line), __VA_ARGS__), command())

/* Behind the last of this in output[], or all of it. */
static const char *behind_last(const char *mark)
{
	const char *found = output;

	for (const char *at = output; (at = strstr(at, mark)); found = at)
		at += strlen(mark);
	return found;
}

static unsigned long long victim_beats(void)
{
	const char *found;

	COMMAND("cell show victim --json");
	found = strstr(output, "\"heartbeat\":");
	return found ? strtoull(found + strlen("\"heartbeat\":"), NULL, 0) : 0;
}

static void show_victim(void)
{
	unsigned long long before = victim_beats();

	printf("victim-then\n%s", output);
	for (int i = 0; i < BEAT_TRIES && victim_beats() == before; i++)
		usleep(BEAT_PAUSE_US);
	printf("victim\n%s", output);
}

/* @rest: last row, which of each class, class. Return: whether they are in the file that the cell gets. */
static int write_parameters(int next, char **rest)
{
	FILE *rows = fopen("/tmp/hostile.rows", "w");

	if (!rows)
		return 0;
	fprintf(rows, "%d %s %s %s\n", next, rest[0], rest[1], rest[2] ? rest[2] : "");
	return !fclose(rows);
}

/* One that hangs has failed its row: the next one starts as after any other end. Return: whether it ran. */
static int run_cell(int is_again)
{
	const char *file = getenv("HOSTILE_CELL"), *limit = getenv("HOSTILE_SECONDS");

	if (is_again ? COMMAND("cell restart hostile --quiet") :
		       COMMAND("cell boot /etc/bulkhead/test/%s --quiet", file ? file : "hostile.yaml"))
		return 0;
	return !COMMAND("cell wait hostile --timeout %s", limit ? limit : "60") ||
	       !COMMAND("cell kill hostile --quiet");
}

/* One run of the cell, up to the row that ends it. Return: the row behind it, 0: no more, -1: no run. */
static int run_once(int next, int is_again, char **rest)
{
	const char *row;
	int last, is_done;

	if (!write_parameters(next, rest) || !run_cell(is_again))
		return -1;
	/* The ring is the cell's for its whole life: show what is new. */
	COMMAND("console --dump hostile");
	printf("begin %s\nend\n", behind_last("begin "));
	is_done = !!strstr(behind_last("begin "), "\ndone ");
	row = behind_last("\nrow ");
	last = row == output ? -1 : atoi(row);
	COMMAND("cell show hostile --json");
	printf("%s", output);
	show_victim();
	fflush(stdout);
	if (is_done)
		return 0;
	return last >= next ? last + 1 : -1;
}

int main(int argc, char **argv)
{
	int next;

	captured = memfd_create("output", MFD_CLOEXEC);
	terminal = dup(STDOUT_FILENO);
	if (argc < 4 || captured < 0 || terminal < 0)
		return 2;
	next = atoi(argv[1]);
	for (int is_again = 0;; is_again = 1) {
		int behind = run_once(next, is_again, argv + 2);

		if (behind <= 0)
			return behind ? 1 : 0;
		next = behind;
	}
}
