// SPDX-License-Identifier: GPL-2.0-only
/* Running what raises exceptions, and accesses by exact instruction. */
#include "own.h"

#include <asm/barrier.h>
#include <asm/sysreg.h>

#define EC(esr) ((esr) >> 26 & 0x3f)
#define EC_UNKNOWN 0x00u
#define EC_FETCH 0x21u
#define EC_ACCESS 0x25u
#define FSC_MASK 0x3fu
#define FSC_EXTERNAL 0x10u

extern char attack_vectors[];

u64 caught(act function, u64 a, u64 b)
{
	u64 vbar, daif, value;

	daif = read_sysreg(daif);
	asm volatile("msr daifset, #0xf" : : : "memory");
	vbar = read_sysreg(vbar_el1);
	write_sysreg((u64)(uintptr_t)attack_vectors, vbar_el1);
	isb();
	value = function(a, b);
	dsb(sy);
	isb();
	write_sysreg(vbar, vbar_el1);
	isb();
	write_sysreg(daif, daif);
	return value;
}

bool is_refused(const struct outcome *outcome)
{
	u64 class = EC(outcome->syndrome);

	return outcome->exceptions && (class == EC_ACCESS || class == EC_FETCH) &&
	       (outcome->syndrome & FSC_MASK) == FSC_EXTERNAL;
}

bool is_undefined(const struct outcome *outcome)
{
	return outcome->exceptions && EC(outcome->syndrome) == EC_UNKNOWN;
}

#define LOAD(name, instruction)                                                    \
	noinline u64 name(u64 address, u64 unused)                                 \
	{                                                                          \
		u64 value = 0;                                                     \
		asm volatile(instruction : "+r"(value) : "r"(address) : "memory"); \
		return value;                                                      \
	}

#define STORE(name, instruction)                                                   \
	noinline u64 name(u64 address, u64 value)                                  \
	{                                                                          \
		asm volatile(instruction : : "r"(value), "r"(address) : "memory"); \
		return 1;                                                          \
	}

LOAD(load8, "ldrb %w0, [%1]")
LOAD(load32, "ldr %w0, [%1]")
LOAD(load64, "ldr %0, [%1]")
LOAD(load_exclusive, "ldxr %0, [%1]\n clrex")
STORE(store8, "strb %w0, [%1]")
STORE(store32, "str %w0, [%1]")
STORE(store64, "str %0, [%1]")
STORE(store_pair, "stp %0, %0, [%1]")

noinline u64 load_pair(u64 address, u64 unused)
{
	u64 first = 0, second = 0;

	asm volatile("ldp %0, %1, [%2]" : "+&r"(first), "+r"(second) : "r"(address) : "memory");
	return first;
}

noinline u64 zero_block(u64 address, u64 unused)
{
	asm volatile("dc zva, %0" : : "r"(address) : "memory");
	return 1;
}

/* A fetch that works ends at a 'ret' there. */
noinline u64 fetch(u64 address, u64 unused)
{
	asm volatile("blr %0"
		     :
		     : "r"(address)
		     : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
		       "x14", "x15", "x16", "x17", "x30", "memory", "cc");
	return 1;
}
