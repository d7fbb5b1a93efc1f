// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads and stores by exact instruction: with a syndrome that a hypervisor can decode, and without. */
#include "attacks.h"

/* clang-format off */
#define LOAD(name, instruction)                                                       \
	uint64_t name(uint64_t address)                                                      \
	{                                                                                    \
		uint64_t value;                                                              \
		asm volatile(instruction : "=r"(value) : "r"(address) : "memory");           \
		return value;                                                                \
	}

#define STORE(name, instruction)                                                             \
	uint64_t name(uint64_t address)                                                      \
	{                                                                                    \
		asm volatile(instruction : : "r"(0x5a5a5a5a5a5a5a5aull), "r"(address) : "memory"); \
		return 1;                                                                    \
	}

LOAD(load8, "ldrb %w0, [%1]")
LOAD(load16, "ldrh %w0, [%1]")
LOAD(load32, "ldr %w0, [%1]")
LOAD(load64, "ldr %0, [%1]")
LOAD(load_exclusive, "ldxr %0, [%1]\n clrex")
LOAD(load_acquire, "ldar %0, [%1]")
LOAD(load_unprivileged, "ldtr %0, [%1]")
STORE(store8, "strb %w0, [%1]")
STORE(store32, "str %w0, [%1]")
STORE(store64, "str %0, [%1]")
STORE(store_pair, "stp %0, %0, [%1]")
/* clang-format on */

uint64_t load_pair(uint64_t address)
{
	uint64_t first, second;

	asm volatile("ldp %0, %1, [%2]" : "=&r"(first), "=r"(second) : "r"(address) : "memory");
	return first;
}

uint64_t load_post_index(uint64_t address)
{
	uint64_t value;

	asm volatile("ldr %0, [%1], #8" : "=&r"(value), "+r"(address) : : "memory");
	return value;
}

uint64_t store_pre_index(uint64_t address)
{
	address -= 8;
	asm volatile("str %1, [%0, #8]!" : "+&r"(address) : "r"(0x5a5a5a5a5a5a5a5aull) : "memory");
	return 1;
}
