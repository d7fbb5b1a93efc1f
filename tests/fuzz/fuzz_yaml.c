// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Board and cell files: an input is a file, read as a board and as a cell of a board that is good. What is accepted
 * must be a blob that the configuration check accepts; what is not must have been said.
 */
#include "files.h"

static struct memory_file file;
static struct cfg_board *board;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct good_board *good = good_board();
	struct cfg_messages messages = { 0 };
	const struct cfg_options options = { 0 };

	file_make(&file);
	board = cfg_board_from_blob(good, sizeof(*good), "good", &options, &messages);
	fuzz_check(board && !messages.count, "the good board is refused");
	return 0;
}

static void as_board(void)
{
	const struct cfg_options options = { 0 };
	struct cfg_messages messages = { 0 };
	struct cfg_board *loaded = cfg_board_load(file.path, &options, &messages);
	size_t size;

	fuzz_check(loaded || messages.error_count, "a board file is refused, but nothing is said");
	if (loaded) {
		const struct bh_config_system *blob = cfg_board_blob(loaded, &size);

		fuzz_check(!config_check_system(blob, (uint32_t)size, blob->header.arch, NULL), "a bad blob");
	}
	cfg_board_free(loaded);
	print_messages(&messages);
}

static void as_cell(void)
{
	const struct cfg_options options = { .images = "/nonexistent" };
	struct cfg_messages messages = { 0 };
	struct cfg_cell *cell = cfg_cell_load(file.path, board, &options, &messages);
	size_t size;

	fuzz_check(cell || messages.error_count, "a cell file is refused, but nothing is said");
	if (cell) {
		const struct bh_config_cell *blob = cfg_cell_blob(cell, &size);

		fuzz_check(!config_check_cell(blob, (uint32_t)size, &good_board()->body, NULL), "a bad blob");
		fuzz_planted(blob->devices.count > 0);
	}
	cfg_cell_free(cell);
	print_messages(&messages);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	file_write(&file, data, size);
	as_board();
	as_cell();
	return 0;
}
