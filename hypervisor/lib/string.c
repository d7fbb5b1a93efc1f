// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the compiler may call in freestanding code, and nothing more. Copies go by words
 * where both sides are aligned: configuration and tables are copied at enable, pages when
 * a cell is scrubbed.
 */
#include <lib/string.h>

#include <stdint.h>

/* GCC would find a memcpy in the loop of memcpy, and call it. */
#ifndef __clang__
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

#define WORD sizeof(uint64_t)

static int both_aligned(const void *a, const void *b)
{
	return (((uintptr_t)a | (uintptr_t)b) & (WORD - 1)) == 0;
}

void *memcpy(void *to, const void *from, size_t size)
{
	uint8_t *out = to;
	const uint8_t *in = from;

	if (both_aligned(to, from)) {
		for (; size >= WORD; size -= WORD, out += WORD, in += WORD)
			*(uint64_t *)(void *)out = *(const uint64_t *)(const void *)in;
	}
	while (size--)
		*out++ = *in++;
	return to;
}

static void copy_backward(uint8_t *out, const uint8_t *in, size_t size)
{
	while (size--)
		out[size] = in[size];
}

void *memmove(void *to, const void *from, size_t size)
{
	if ((uintptr_t)to <= (uintptr_t)from || (uintptr_t)to - (uintptr_t)from >= size)
		return memcpy(to, from, size);
	copy_backward(to, from, size);
	return to;
}

void *memset(void *to, int value, size_t size)
{
	const uint64_t pattern = 0x0101010101010101ull * (uint8_t)value;
	uint8_t *out = to;

	if (both_aligned(to, to)) {
		for (; size >= WORD; size -= WORD, out += WORD)
			*(uint64_t *)(void *)out = pattern;
	}
	while (size--)
		*out++ = (uint8_t)value;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;

	for (; size; size--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

size_t strlen(const char *s)
{
	size_t length = 0;

	while (s[length])
		length++;
	return length;
}

size_t strnlen(const char *s, size_t size)
{
	size_t length = 0;

	while (length < size && s[length])
		length++;
	return length;
}

int strncmp(const char *a, const char *b, size_t size)
{
	for (; size; size--, a++, b++) {
		if (*a != *b || !*a)
			return (uint8_t)*a - (uint8_t)*b;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}
