// SPDX-License-Identifier: GPL-2.0-or-later
#include "memory_blocks.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_word(const char *path, char word[32])
{
	FILE *file = fopen(path, "re");
	bool done = file && fscanf(file, "%31s", word) == 1;

	if (file)
		fclose(file);
	return done;
}

static int compare(const void *a, const void *b)
{
	const struct memory_block *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

/* What goes offline at this moment is still Linux'. */
static void read_block(struct arena *arena, const char *directory, uint64_t number,
		       struct memory_blocks *blocks)
{
	char state[32];

	if (!read_word(arena_printf(arena, "%s/memory%llu/state", directory, (unsigned long long)number),
		       state))
		return;
	blocks->list = arena_grow(arena, blocks->list, blocks->count, sizeof(*blocks->list));
	blocks->list[blocks->count++] =
		(struct memory_block){ .number = number, .online = strcmp(state, "offline") != 0 };
}

void memory_blocks_read(struct arena *arena, const char *root, struct memory_blocks *blocks)
{
	const char *directory = arena_printf(arena, "%s" MEMORY_BLOCKS, root);
	const struct dirent *entry;
	char word[32];
	DIR *open;

	*blocks = (struct memory_blocks){ 0 };
	if (!read_word(arena_printf(arena, "%s/block_size_bytes", directory), word))
		return;
	blocks->size = strtoull(word, NULL, 16);
	open = opendir(directory);
	while (blocks->size && open && (entry = readdir(open))) {
		unsigned long long number;
		char rest;

		if (sscanf(entry->d_name, "memory%llu%c", &number, &rest) == 1)
			read_block(arena, directory, number, blocks);
	}
	if (open)
		closedir(open);
	if (blocks->count)
		qsort(blocks->list, blocks->count, sizeof(*blocks->list), compare);
}

int64_t memory_blocks_run(const struct memory_blocks *blocks, uint32_t count, uint64_t below)
{
	for (uint32_t last = blocks->count; count && last-- >= count;) {
		const struct memory_block *block = &blocks->list[last];

		if (block->number < below && block->number - block[1 - (int64_t)count].number == count - 1)
			return last;
	}
	return -1;
}
