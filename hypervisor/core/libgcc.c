// SPDX-License-Identifier: GPL-2.0-or-later
/* What the compiler calls where an instruction is missing: without Zbb there is none that counts zeros. */
#include <bulkhead/types.h>

int __ctzdi2(uint64_t value);

/* The lowest bit, times a sequence in which each window of six bits is found once: its place says which bit it was. */
int __ctzdi2(uint64_t value)
{
	static const uint8_t place[64] = {
		0,  1,	2,  53, 3,  7,	54, 27, 4,  38, 41, 8,	34, 55, 48, 28, 62, 5,	39, 46, 44, 42,
		22, 9,	24, 35, 59, 56, 49, 18, 29, 11, 63, 52, 6,  26, 37, 40, 33, 47, 61, 45, 43, 21,
		23, 58, 17, 10, 51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12,
	};

	return place[((value & -value) * 0x022fdd63cc95386dull) >> 58];
}
