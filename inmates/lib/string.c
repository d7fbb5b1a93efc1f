// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the compiler takes for granted, and a checksum. */
#include <inmate.h>

void *memset(void *to, int value, size_t size)
{
	volatile unsigned char *byte = to; /* volatile: or the compiler would make a call of memset() of it */

	while (size--)
		*byte++ = (unsigned char)value;
	return to;
}

void *memcpy(void *to, const void *from, size_t size)
{
	return memmove(to, from, size);
}

void *memmove(void *to, const void *from, size_t size)
{
	volatile unsigned char *target = to;
	const unsigned char *source = from;

	if ((uintptr_t)to <= (uintptr_t)from) {
		for (size_t i = 0; i < size; i++)
			target[i] = source[i];
	} else {
		while (size--)
			target[size] = source[size];
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *left = a, *right = b;

	for (size_t i = 0; i < size; i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	return 0;
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

uint32_t crc32(uint32_t crc, const void *data, size_t size)
{
	const unsigned char *byte = data;

	crc = ~crc;
	while (size--) {
		crc ^= *byte++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}
