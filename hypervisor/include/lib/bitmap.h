/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bit sets of any size as arrays of 64-bit words; loops go by words, not by bits. */
#ifndef LIB_BITMAP_H
#define LIB_BITMAP_H

#include <bulkhead/types.h>

#define BITMAP_WORDS(bits) (((bits) + 63) / 64)

static inline int bit_test(const uint64_t *map, unsigned int bit)
{
	return (int)(map[bit / 64] >> (bit % 64) & 1);
}

static inline void bit_set(uint64_t *map, unsigned int bit)
{
	map[bit / 64] |= 1ull << (bit % 64);
}

static inline void bit_clear(uint64_t *map, unsigned int bit)
{
	map[bit / 64] &= ~(1ull << (bit % 64));
}

static inline void bit_put(uint64_t *map, unsigned int bit, int value)
{
	if (value)
		bit_set(map, bit);
	else
		bit_clear(map, bit);
}

/** First set bit at or after @from, @bits if none. */
static inline unsigned int bit_next(const uint64_t *map, unsigned int bits, unsigned int from)
{
	while (from < bits) {
		uint64_t word = map[from / 64] >> (from % 64);

		if (word) {
			from += (unsigned int)__builtin_ctzll(word);
			return from < bits ? from : bits;
		}
		from = (from / 64 + 1) * 64;
	}
	return bits;
}

#define bit_for_each(bit, map, bits) \
	for ((bit) = bit_next((map), (bits), 0); (bit) < (bits); (bit) = bit_next((map), (bits), (bit) + 1))

/** Bits set in a word. (The compiler's own would be a call of its library.) */
static inline unsigned int bit_count_word(uint64_t word)
{
	word -= word >> 1 & 0x5555555555555555ull;
	word = (word & 0x3333333333333333ull) + (word >> 2 & 0x3333333333333333ull);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0full;
	return (unsigned int)(word * 0x0101010101010101ull >> 56);
}

static inline unsigned int bit_count(const uint64_t *map, unsigned int bits)
{
	unsigned int count = 0;

	for (unsigned int word = 0; word < BITMAP_WORDS(bits); word++)
		count += bit_count_word(map[word]);
	return count;
}

#endif
