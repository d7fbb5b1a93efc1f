// SPDX-License-Identifier: GPL-2.0-or-later
/* The freestanding string functions against the C library's, at every alignment. */
/* SOURCES: hypervisor/lib/crc.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

/* The same source under names that the C library does not have. */
#define memcpy ours_memcpy
#define memmove ours_memmove
#define memset ours_memset
#define memcmp ours_memcmp
#define strlen ours_strlen
#define strnlen ours_strnlen
#define strcmp ours_strcmp
#define strncmp ours_strncmp
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t size);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
#include "../../hypervisor/lib/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp

#define ROOM 64

static void fill(uint8_t *bytes)
{
	for (unsigned int i = 0; i < ROOM; i++)
		bytes[i] = (uint8_t)(i * 7 + 1);
}

/* All starts, ends and sizes of copies within one buffer: overlapping both ways, too. */
static void test_memmove(void **state)
{
	_Alignas(8) uint8_t ours[ROOM], theirs[ROOM];

	for (unsigned int to = 0; to < 24; to++) {
		for (unsigned int from = 0; from < 24; from++) {
			for (unsigned int size = 0; size < 40; size++) {
				fill(ours);
				fill(theirs);
				assert_ptr_equal(ours_memmove(ours + to, ours + from, size), ours + to);
				memmove(theirs + to, theirs + from, size);
				assert_memory_equal(ours, theirs, ROOM);
			}
		}
	}
}

static void test_memcpy_and_memset(void **state)
{
	_Alignas(8) uint8_t from[ROOM], ours[ROOM], theirs[ROOM];

	fill(from);
	for (unsigned int to = 0; to < 16; to++) {
		for (unsigned int start = 0; start < 16; start++) {
			for (unsigned int size = 0; size < 40; size++) {
				fill(ours);
				fill(theirs);
				ours_memcpy(ours + to, from + start, size);
				memcpy(theirs + to, from + start, size);
				ours_memset(ours + start, (int)size - 5, size);
				memset(theirs + start, (int)size - 5, size);
				assert_memory_equal(ours, theirs, ROOM);
			}
		}
	}
}

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void test_comparisons(void **state)
{
	static const char *const words[] = { "", "a", "ab", "abc", "abd", "\x80", "a\xff", "A" };

	for (unsigned int i = 0; i < 8; i++) {
		assert_int_equal(ours_strlen(words[i]), strlen(words[i]));
		for (unsigned int j = 0; j < 8; j++) {
			assert_int_equal(sign(ours_strcmp(words[i], words[j])),
					 sign(strcmp(words[i], words[j])));
			for (size_t size = 0; size < 5; size++)
				assert_int_equal(sign(ours_strncmp(words[i], words[j], size)),
						 sign(strncmp(words[i], words[j], size)));
		}
	}
	assert_int_equal(ours_strnlen("abc", 2), 2);
	assert_int_equal(ours_strnlen("abc", 9), 3);
	assert_int_equal(ours_memcmp("abc", "abd", 2), 0);
	assert_int_equal(sign(ours_memcmp("ab\x80", "ab\x01", 3)), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memmove),
		cmocka_unit_test(test_memcpy_and_memset),
		cmocka_unit_test(test_comparisons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
