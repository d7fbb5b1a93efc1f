// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads and stores by exact instruction: with htinst that a hypervisor can decode, or must fetch; and those that no
 * table has: atomic, floating point.
 */
#include "attacks.h"

#include <regs.h>

#define SSTATUS_FS (3u << 13)
#define PATTERN 0x5a5a5a5a5a5a5a5aull

/* clang-format off */
#define LOAD(name, instruction)                                                                      \
	uint64_t name(uint64_t address)                                                              \
	{                                                                                            \
		uint64_t value = 0;                                                                  \
		asm volatile(instruction : "+r"(value) : "r"(address) : "memory");                   \
		return value;                                                                        \
	}

#define STORE(name, instruction)                                                                     \
	uint64_t name(uint64_t address)                                                              \
	{                                                                                            \
		asm volatile(instruction : : "r"(PATTERN), "r"(address) : "memory");                 \
		return 1;                                                                            \
	}
/* clang-format on */

LOAD(load8, ".option push\n .option norvc\n lbu %0, 0(%1)\n .option pop")
LOAD(load16, ".option push\n .option norvc\n lhu %0, 0(%1)\n .option pop")
LOAD(load32, ".option push\n .option norvc\n lwu %0, 0(%1)\n .option pop")
LOAD(load64, ".option push\n .option norvc\n ld %0, 0(%1)\n .option pop")
STORE(store8, ".option push\n .option norvc\n sb %0, 0(%1)\n .option pop")
STORE(store32, ".option push\n .option norvc\n sw %0, 0(%1)\n .option pop")
STORE(store64, ".option push\n .option norvc\n sd %0, 0(%1)\n .option pop")
LOAD(load_reserved, "lr.w %0, (%1)")
LOAD(swap32, "amoswap.w %0, %0, (%1)")
LOAD(swap64, "amoadd.d %0, %0, (%1)")

uint64_t load_compressed(uint64_t address)
{
	register uint64_t from asm("a5") = address;
	register uint64_t value asm("a4");

	asm volatile("c.lw %0, 0(%1)" : "=r"(value) : "r"(from) : "memory");
	return value;
}

uint64_t store_compressed(uint64_t address)
{
	register uint64_t to asm("a5") = address;
	register uint64_t value asm("a4") = PATTERN;

	asm volatile("c.sd %0, 0(%1)" : : "r"(value), "r"(to) : "memory");
	return 1;
}

/* fld ft0, 0(a5); fsd ft0, 0(a5): the program is compiled without floating point. */
uint64_t load_float(uint64_t address)
{
	register uint64_t from asm("a5") = address;

	csr_set(sstatus, SSTATUS_FS);
	asm volatile(".insn i 0x07, 3, x0, 0(%0)" : : "r"(from) : "memory");
	return 1;
}

uint64_t store_float(uint64_t address)
{
	register uint64_t to asm("a5") = address;

	csr_set(sstatus, SSTATUS_FS);
	asm volatile(".insn s 0x27, 3, x0, 0(%0)" : : "r"(to) : "memory");
	return 1;
}

uint32_t put_and_get(uint64_t address, uint32_t value)
{
	volatile uint32_t *reg = (volatile uint32_t *)(uintptr_t)address;

	*reg = value;
	return *reg;
}
