// SPDX-License-Identifier: GPL-2.0-or-later
/* The same cheap attack 100000 times: for scenarios that do something else meanwhile. Runs only by name. */
#include "attacks.h"

#include <bulkhead/errors.h>
#include <regs.h>

#define TIMES 100000u
#define UNKNOWN_ID 0xc2000001u

static uint64_t firmware_calls(uint64_t times)
{
	uint64_t answered = 0;

	for (uint64_t i = 0; i < times; i++) {
		register uint64_t x0 asm("x0") = UNKNOWN_ID;
		register uint64_t x1 asm("x1") = HYPERVISOR_MEMORY;

		asm volatile("smc #0" : "+r"(x0), "+r"(x1) : : "x2", "x3", "memory");
		answered += x0 != (uint64_t)-1;
	}
	return answered;
}

/* Enable, pend, priority of the victim's interrupts, in turn. */
static uint64_t distributor(uint64_t times)
{
	static const uint32_t offsets[] = { 0x100, 0x180, 0x200, 0x300 };
	uint64_t foreign = 0;

	for (uint64_t i = 0; i < times; i++) {
		uint64_t reg = INMATE_GICD + offsets[i % 4] + VICTIM_FIRST_SPI / 32 * 4;

		*(volatile uint32_t *)(uintptr_t)reg = 1u << VICTIM_FIRST_SPI % 32;
		if (i % 16 == 0)
			foreign += *(volatile uint32_t *)(uintptr_t)reg >> VICTIM_FIRST_SPI % 32 & 1;
	}
	return foreign;
}

static uint64_t registers(uint64_t times)
{
	uint64_t value = 0;

	for (uint64_t i = 0; i < times; i++)
		value |= sysreg_read(S3_1_C15_C2_0);
	return value;
}

static uint64_t read_own(uint64_t unused)
{
	return sysreg_read(SCTLR_EL1);
}

static uint64_t own_gicd(uint64_t unused)
{
	return load32(INMATE_GICD + 4);
}

/* clang-format off */
static const struct row rows[] = {
	{ "endless.hypercalls", ping, 0, stop_calls, TIMES, EXPECT_VALUE, 0, 0, 0 },
	{ "endless.firmware-calls", ping, 0, firmware_calls, TIMES, EXPECT_VALUE, 0, 0, 0 },
	{ "endless.distributor", own_gicd, 0, distributor, TIMES, EXPECT_VALUE, 0, 0, 0 },
	{ "endless.registers", read_own, 0, registers, TIMES, EXPECT_UNDEFINED, 0, 0, 0 },
};
/* clang-format on */

ROWS(endless_rows, rows);
