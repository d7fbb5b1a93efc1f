// SPDX-License-Identifier: GPL-2.0-or-later
/* The same cheap attack 100000 times: for scenarios that do something else meanwhile. Runs only by name. */
#include "attacks.h"

#include <bulkhead/errors.h>
#include <regs.h>

#define TIMES 100000u
#define UNKNOWN_EXTENSION 0x535345u

static uint64_t firmware_calls(uint64_t times)
{
	uint64_t answered = 0;

	for (uint64_t i = 0; i < times; i++)
		answered += sbi(UNKNOWN_EXTENSION, 0, HYPERVISOR_MEMORY, VICTIM_MEMORY, 1, NULL) != -2;
	return answered;
}

static uint64_t hart_masks(uint64_t times)
{
	uint64_t accepted = 0;

	for (uint64_t i = 0; i < times; i++)
		accepted += sbi(SBI_IPI, 0, 4, i % 64, 0, NULL) != -3;
	return accepted;
}

static uint64_t registers(uint64_t times)
{
	uint64_t value = 0;

	for (uint64_t i = 0; i < times; i++)
		value |= csr_read(0x680); /* hgatp */
	return value;
}

/* clang-format off */
static const struct row rows[] = {
	{ "endless.hypercalls", ping, 0, stop_calls, TIMES, EXPECT_VALUE, 0, 0, ANY },
	{ "endless.firmware-calls", ping, 0, firmware_calls, TIMES, EXPECT_VALUE, 0, 0, ANY },
	{ "endless.hart-masks", ping, 0, hart_masks, TIMES, EXPECT_VALUE, 0, 0, ANY },
	{ "endless.registers", ping, 0, registers, TIMES, EXPECT_UNDEFINED, 0, 0, ANY },
};
/* clang-format on */

ROWS(endless_rows, rows);
