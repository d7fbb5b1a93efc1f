/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of 1 to 8 bytes in 64 bits. */
#ifndef LIB_BYTES_H
#define LIB_BYTES_H

#include <bulkhead/types.h>

/** The low @size bytes of @value, zero-extended. */
static inline uint64_t bytes_low(uint64_t value, unsigned int size)
{
	const unsigned int unused = 64 - size * 8;

	return value << unused >> unused;
}

/** The same, sign-extended. */
static inline uint64_t bytes_signed(uint64_t value, unsigned int size)
{
	const unsigned int unused = 64 - size * 8;

	return (uint64_t)((int64_t)(value << unused) >> unused);
}

#endif
