// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads and stores by exact instruction: those that the hypervisor's decoder knows, and others. */
#include "attacks.h"

#define PATTERN 0x5a5a5a5a5a5a5a5aull

/* clang-format off */
#define LOAD(name, type, instruction)                                                 \
	uint64_t name(uint64_t address)                                                      \
	{                                                                                    \
		type value;                                                                  \
		asm volatile(instruction : "=r"(value) : "r"(address) : "memory");           \
		return value;                                                                \
	}

#define STORE(name, type, instruction)                                                      \
	uint64_t name(uint64_t address)                                                      \
	{                                                                                    \
		asm volatile(instruction : : "r"((type)PATTERN), "r"(address) : "memory");   \
		return 1;                                                                    \
	}

LOAD(load8, uint8_t, "movb (%1), %0")
LOAD(load16, uint16_t, "movw (%1), %0")
LOAD(load32, uint32_t, "movl (%1), %0")
LOAD(load64, uint64_t, "movq (%1), %0")
STORE(store8, uint8_t, "movb %0, (%1)")
STORE(store16, uint16_t, "movw %0, (%1)")
STORE(store32, uint32_t, "movl %0, (%1)")
STORE(store64, uint64_t, "movq %0, (%1)")
STORE(add_locked, uint32_t, "lock addl %0, (%1)")
/* clang-format on */

uint64_t exchange(uint64_t address)
{
	uint32_t value = 0x5a5a5a5a;

	asm volatile("xchgl %0, (%1)" : "+r"(value) : "r"(address) : "memory");
	return 1;
}

uint64_t compare_16_bytes(uint64_t address)
{
	uint64_t low = 0, high = 0;

	asm volatile("lock cmpxchg16b (%2)"
		     : "+a"(low), "+d"(high)
		     : "r"(address), "b"(0ull), "c"(0ull)
		     : "memory", "cc");
	return 1;
}

uint64_t move_string_from(uint64_t address)
{
	static uint8_t to[8];
	uint64_t source = address, target = (uint64_t)(uintptr_t)to, count = sizeof(to);

	asm volatile("rep movsb" : "+S"(source), "+D"(target), "+c"(count) : : "memory");
	return 1;
}

uint64_t move_string_to(uint64_t address)
{
	uint64_t target = address, count = 8;

	asm volatile("rep stosb" : "+D"(target), "+c"(count) : "a"(0x5a) : "memory");
	return 1;
}

/* With the stack there. */
uint64_t push_to(uint64_t address)
{
	uint64_t stack;

	asm volatile("movq %%rsp, %0; leaq 8(%1), %%rsp; pushq $0x5a; movq %0, %%rsp"
		     : "=&r"(stack)
		     : "r"(address)
		     : "memory");
	return 1;
}

uint64_t load_vector(uint64_t address)
{
	asm volatile("movups (%0), %%xmm0" : : "r"(address) : "memory");
	return 1;
}

uint64_t store_vector(uint64_t address)
{
	asm volatile("movups %%xmm0, (%0)" : : "r"(address) : "memory");
	return 1;
}
