// SPDX-License-Identifier: GPL-2.0-or-later
#include "rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void place(char *path, const char *name, const char *suffix)
{
	const char *directory = getenv("BULKHEAD_RUN");

	snprintf(path, PATH_MAX, "%s%s%s%s", directory && *directory ? directory : "/run/bulkhead",
		 *name ? "/" : "", name, suffix);
}

/* mkdir -p: /run itself may be missing in an initramfs. */
static void make_directory(void)
{
	char path[PATH_MAX];

	place(path, "", "");
	for (char *slash = path + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = 0;
		mkdir(path, 0755);
	}
	mkdir(path, 0755);
}

/* Whole or not at all: another command may read it at this moment. */
static bool save(const char *name, const char *suffix, const void *data, size_t size)
{
	char path[PATH_MAX], fresh[PATH_MAX + 8];
	FILE *file;
	bool done;

	make_directory();
	place(path, name, suffix);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	file = fopen(fresh, "wbe");
	done = file && (!size || fwrite(data, size, 1, file) == 1);
	if (file && fclose(file))
		done = false;
	if (done && !rename(fresh, path))
		return true;
	cli_say("cannot write %s: %s", path, strerror(errno));
	unlink(fresh);
	return false;
}

static char *load(const char *name, const char *suffix, size_t *size)
{
	char path[PATH_MAX];
	char *data = malloc(BH_CONFIG_MAX_SIZE + 1);
	FILE *file;

	place(path, name, suffix);
	file = fopen(path, "rbe");
	if (file && data) {
		*size = fread(data, 1, BH_CONFIG_MAX_SIZE, file);
		data[*size] = 0;
	}
	if (!file || !data) {
		free(data);
		data = NULL;
	}
	if (file)
		fclose(file);
	return data;
}

static void forget(const char *name, const char *suffix)
{
	char path[PATH_MAX];

	place(path, name, suffix);
	unlink(path);
}

bool rundir_save_board(const char *path, const void *blob, size_t size)
{
	char *whole = realpath(path, NULL);
	bool done = save("board", ".path", whole ? whole : path, strlen(whole ? whole : path)) &&
		    save("board", ".blob", blob, size);

	free(whole);
	return done;
}

struct cfg_board *rundir_board(void)
{
	struct cfg_messages messages = { 0 };
	struct cfg_options options = { 0 };
	struct cfg_board *board = NULL;
	size_t size = 0, length = 0;
	char *blob = load("board", ".blob", &size);
	char *path = load("board", ".path", &length);

	if (!blob)
		cli_say("which board is enabled is not known here; name its file with --board BOARD.yaml");
	else
		board = cfg_board_from_blob(blob, size, path ? path : "board", &options, &messages);
	cfg_messages_print(&messages, stderr, CFG_TEXT);
	cfg_messages_free(&messages);
	free(blob);
	free(path);
	return board;
}

void rundir_forget_board(void)
{
	forget("board", ".blob");
	forget("board", ".path");
}

bool rundir_save_cell(const char *name, const char *path)
{
	char *whole = realpath(path, NULL);
	bool done = save(name, ".cell", whole ? whole : path, strlen(whole ? whole : path));

	free(whole);
	return done;
}

char *rundir_cell(const char *name)
{
	size_t size;
	char *path = load(name, ".cell", &size);

	if (!path)
		cli_say("the file of cell '%s' is not known here; use 'bulkhead cell load %s FILE@ADDRESS'",
			name, name);
	return path;
}

void rundir_forget_cell(const char *name)
{
	forget(name, ".cell");
}

bool rundir_knows_cell(const char *name)
{
	char path[PATH_MAX];

	place(path, name, ".cell");
	return !access(path, R_OK);
}

bool rundir_lock(const char *what)
{
	char path[PATH_MAX];
	int fd;

	make_directory();
	place(path, what, ".lock");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		cli_say("cannot open %s: %s", path, strerror(errno));
	else if (!flock(fd, LOCK_EX | LOCK_NB))
		return true; /* held as long as the process lives */
	else
		cli_say("another 'bulkhead %s' runs already and holds %s; end it first", what, path);
	if (fd >= 0)
		close(fd);
	return false;
}
