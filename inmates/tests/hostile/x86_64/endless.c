// SPDX-License-Identifier: GPL-2.0-or-later
/* The same cheap attack 100000 times: for scenarios that do something else meanwhile. Runs only by name. */
#include "attacks.h"

#include <bulkhead/errors.h>
#include <regs.h>

#define TIMES 100000u
#define MSR_ICR 0x830u
#define NMI 0x400u

/* Vectors and NMIs to a CPU that another cell has. */
static uint64_t commands(uint64_t times)
{
	for (uint64_t i = 0; i < times; i++)
		msr_write(MSR_ICR, (uint64_t)VICTIM_APIC_ID << 32 | (i & 1 ? NMI : VECTOR_FIRST));
	return 0;
}

static uint64_t ports(uint64_t times)
{
	uint64_t answered = 0;

	for (uint64_t i = 0; i < times; i++)
		answered += port_read8(0x70) != 0xff;
	return answered;
}

static void read_counter(void *unused)
{
	(void)msr_read(0xc0010200);
}

static uint64_t registers(uint64_t times)
{
	uint64_t readable = 0;

	for (uint64_t i = 0; i < times; i++)
		readable += exception_try(read_counter, NULL, NULL) == 0;
	return readable;
}

/* clang-format off */
static const struct row rows[] = {
	{ "endless.hypercalls", ping, 0, stop_calls, TIMES, EXPECT_VALUE, 0, 0, 0 },
	{ "endless.commands", ping, 0, commands, TIMES, EXPECT_VALUE, 0, 0, 0 },
	{ "endless.ports", ping, 0, ports, TIMES, EXPECT_VALUE, 0, 0, 0 },
	{ "endless.registers", ping, 0, registers, TIMES, EXPECT_VALUE, 0, 0, 0 },
};
/* clang-format on */

ROWS(endless_rows, rows);
