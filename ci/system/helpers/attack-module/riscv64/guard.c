// SPDX-License-Identifier: GPL-2.0-only
/* Running what raises exceptions, and accesses by exact instruction. */
#include "own.h"

#include <asm/csr.h>

extern char attack_vectors[];

u64 caught(act function, u64 a, u64 b)
{
	const u64 stvec = csr_swap(CSR_STVEC, (unsigned long)attack_vectors);
	const u64 value = function(a, b);

	csr_write(CSR_STVEC, stvec);
	return value;
}

bool is_refused(const struct outcome *outcome)
{
	u64 cause = outcome->syndrome;

	return outcome->exceptions &&
	       (cause == EXC_INST_ACCESS || cause == EXC_LOAD_ACCESS || cause == EXC_STORE_ACCESS);
}

bool is_undefined(const struct outcome *outcome)
{
	return outcome->exceptions && outcome->syndrome == EXC_INST_ILLEGAL;
}

#define LOAD(name, instruction)                                                            \
	noinline u64 name(u64 address, u64 unused)                                         \
	{                                                                                  \
		u64 value = 0;                                                             \
		asm volatile(".option push\n .option norvc\n" instruction "\n .option pop" \
			     : "+r"(value)                                                 \
			     : "r"(address)                                                \
			     : "memory");                                                  \
		return value;                                                              \
	}

#define STORE(name, instruction)                                                           \
	noinline u64 name(u64 address, u64 value)                                          \
	{                                                                                  \
		asm volatile(".option push\n .option norvc\n" instruction "\n .option pop" \
			     :                                                             \
			     : "r"(value), "r"(address)                                    \
			     : "memory");                                                  \
		return 1;                                                                  \
	}

LOAD(load8, "lbu %0, 0(%1)")
LOAD(load32, "lwu %0, 0(%1)")
LOAD(load64, "ld %0, 0(%1)")
LOAD(load_reserved, "lr.d %0, (%1)")
LOAD(swap64, "amoswap.d %0, %0, (%1)")
STORE(store8, "sb %0, 0(%1)")
STORE(store32, "sw %0, 0(%1)")
STORE(store64, "sd %0, 0(%1)")

noinline u64 load_compressed(u64 address, u64 unused)
{
	register u64 from asm("a5") = address;
	register u64 value asm("a4");

	asm volatile("c.ld %0, 0(%1)" : "=r"(value) : "r"(from) : "memory");
	return value;
}

/* A fetch that works ends at a return there. */
noinline u64 fetch(u64 address, u64 unused)
{
	asm volatile("jalr ra, 0(%0)"
		     :
		     : "r"(address)
		     : "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a0", "a1", "a2", "a3", "a4", "a5",
		       "a6", "a7", "memory");
	return 1;
}
