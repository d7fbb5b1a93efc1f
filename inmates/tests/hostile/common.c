// SPDX-License-Identifier: GPL-2.0-or-later
/* Attacks that are the same on all architectures, and what they are compared with: memory of the cell's own. */
#include "hostile.h"

#include <bulkhead/errors.h>

uint64_t own_words[2] __attribute__((aligned(64))) = { 0x600d600d, 0x600d600d };

uint64_t own_word(void)
{
	return (uint64_t)(uintptr_t)own_words;
}

uint64_t load_own(uint64_t unused)
{
	return load64(own_word());
}

uint64_t store_own(uint64_t unused)
{
	return store64(own_word());
}

uint64_t call(uint64_t address)
{
	((void (*)(void))(uintptr_t)address)();
	return 1;
}

static __attribute__((noinline)) void nothing(void)
{
	asm volatile("");
}

uint64_t call_own(uint64_t unused)
{
	return call((uint64_t)(uintptr_t)nothing);
}

uint64_t ping(uint64_t unused)
{
	return hypercall(BH_HC_PING, 0, 0, 0).code == BH_E_OK;
}

uint64_t stop_calls(uint64_t times)
{
	uint64_t accepted = 0;

	for (uint64_t i = 0; i < times; i++)
		accepted += hypercall(BH_HC_CELL_STOP, random64(), 1, 0).code != BH_E_PERMISSION;
	return accepted;
}
