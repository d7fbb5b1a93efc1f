// SPDX-License-Identifier: GPL-2.0-or-later
#include "internal.h"

#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *next;
	max_align_t data[];
};

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *block = calloc(1, sizeof(*block) + size);

	if (!block) {
		fputs("bulkhead: out of memory\n", stderr);
		exit(2);
	}
	block->next = arena->blocks;
	arena->blocks = block;
	return block->data;
}

void *arena_grow(struct arena *arena, void *list, size_t count, size_t element_size)
{
	void *larger;

	if (count & (count - 1))
		return list;
	larger = arena_alloc(arena, (count ? 2 * count : 1) * element_size);
	if (count)
		memcpy(larger, list, count * element_size);
	return larger;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return strcpy(arena_alloc(arena, strlen(text) + 1), text);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	char *text, *copy;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	copy = arena_strdup(arena, text ? text : "");
	free(text);
	return copy;
}

void arena_free(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
}
