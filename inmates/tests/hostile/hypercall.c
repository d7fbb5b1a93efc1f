// SPDX-License-Identifier: GPL-2.0-or-later
/* Every hypercall, with arguments that would do harm, and with random ones. */
#include "hostile.h"

#include <bulkhead/errors.h>

#define CALLS_EACH 600u
#define CALLS_HARMLESS 50u /* one of them prints */

/* How many of them gave something else than a refusal. */
static uint64_t refused(uint64_t number)
{
	uint64_t accepted = hypercall((unsigned int)number, 1 | 1 << 16, 0, 0).code != BH_E_PERMISSION;

	accepted += hypercall((unsigned int)number, HYPERVISOR_MEMORY, 4096, 0).code != BH_E_PERMISSION;
	for (unsigned int i = 0; i < CALLS_EACH; i++)
		accepted += hypercall((unsigned int)number, random64(), random64(), random64()).code !=
			    BH_E_PERMISSION;
	return accepted;
}

/* Those that every cell may call: with any argument they harm nobody. */
static uint64_t harmless(uint64_t number)
{
	uint64_t failed = 0;

	for (unsigned int i = 0; i < CALLS_HARMLESS; i++)
		failed += hypercall((unsigned int)number, number == BH_HC_CONSOLE_PUTC ? '.' : random64(),
				    random64(), random64())
				  .code != BH_E_OK;
	return failed;
}

static uint64_t unknown(uint64_t unused)
{
	uint64_t accepted = 0;

	for (unsigned int number = BH_HC_COUNT; number < 0x1000; number += 7)
		accepted += hypercall(number, random64(), random64(), random64()).code != BH_E_UNKNOWN_CALL;
	return accepted;
}

/* No more than the cell's own facts. */
static uint64_t info_of_self(uint64_t unused)
{
	struct hypercall_result info = hypercall(BH_HC_INFO, random64(), random64(), random64());

	return info.code == BH_E_OK && info.value[2] == 0 && info.value[3] != 0 &&
	       info.value[3] < BH_MAX_CELLS;
}

/* clang-format off */
#define ROW(name, number, who) \
	{ "hypercall." #name, ping, 0, (who) ? harmless : refused, number, EXPECT_VALUE, 0, 0, 0 },

static const struct row rows[] = {
	BH_HYPERCALLS(ROW)
	{ "hypercall.unknown", ping, 0, unknown, 0, EXPECT_VALUE, 0, 0, 0 },
	{ "hypercall.info-of-itself", ping, 0, info_of_self, 0, EXPECT_VALUE, 0, 1, 0 },
};
/* clang-format on */

ROWS(hypercall_rows, rows);
