/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzz targets share: taking values from the input, and saying what went wrong. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

/** struct input - what is left of the bytes of one execution */
struct input {
	const uint8_t *at;
	size_t left;
};

/** The next @size (1..8) bytes as a little-endian number; missing ones are 0. */
static inline uint64_t take(struct input *input, unsigned int size)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < size && input->left; i++, input->at++, input->left--)
		value |= (uint64_t)*input->at << (i * 8);
	return value;
}

/** The same, below @limit (> 0). */
static inline uint32_t take_below(struct input *input, uint32_t limit)
{
	return (uint32_t)take(input, limit > 256 ? 2 : 1) % limit;
}

/** An invariant: a sentence with values, and the end of this process (libFuzzer keeps the input). */
#define fuzz_check(condition, ...)                                           \
	do {                                                                 \
		if (!(condition)) {                                          \
			fprintf(stderr, "fuzz: not true: %s: ", #condition); \
			fprintf(stderr, __VA_ARGS__);                        \
			fputc('\n', stderr);                                 \
			abort();                                             \
		}                                                            \
	} while (0)

/**
 * The planted bug: built with FUZZ_PLANTED, a target writes one byte behind an allocation when it gets as deep as
 * @condition. That it is found shows that a run without a finding means something.
 */
static inline void fuzz_planted(int condition)
{
#ifdef FUZZ_PLANTED
	volatile uint8_t *bytes = malloc(8);

	bytes[condition ? 8 : 7] = 1;
	free((void *)bytes);
#else
	(void)condition;
#endif
}

#endif
