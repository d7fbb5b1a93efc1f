// SPDX-License-Identifier: GPL-2.0-or-later
/* SBI 0.1: masks of harts behind addresses of the guest. */
#include "attacks.h"

#include <regs.h>

#define SEND_IPI 4u
#define FENCE_I 5u
#define SFENCE_VMA 6u
#define FIRST_UNKNOWN 9u
#define INVALID_PARAM ((uint64_t)-3)
#define INVALID_ADDRESS ((uint64_t)-5)

static uint64_t own_mask(uint64_t unused)
{
	static uint64_t mask = 1;
	const int64_t error = sbi(SEND_IPI, 0, (uint64_t)(uintptr_t)&mask, 0, 0, NULL);

	csr_clear(sip, 1u << CAUSE_SOFTWARE);
	return error == 0;
}

static uint64_t ipi_behind(uint64_t address)
{
	return (uint64_t)sbi(SEND_IPI, 0, address, 0, 0, NULL);
}

static uint64_t fence_behind(uint64_t address)
{
	return (uint64_t)sbi(FENCE_I, 0, address, 0, 0, NULL) +
	       (uint64_t)sbi(SFENCE_VMA, 0, address, 0, 0, NULL);
}

static uint64_t wild_mask(uint64_t value)
{
	volatile uint64_t mask = value;

	return (uint64_t)sbi(SEND_IPI, 0, (uint64_t)(uintptr_t)&mask, 0, 0, NULL);
}

static uint64_t behind_anything(uint64_t times)
{
	uint64_t accepted = 0;

	for (uint64_t i = 0; i < times; i++)
		accepted += (int64_t)ipi_behind(random64() | 1ull << 40) != -5;
	return accepted;
}

static uint64_t unknown(uint64_t unused)
{
	uint64_t accepted = 0;

	for (uint64_t number = FIRST_UNKNOWN; number < 0x10; number++)
		accepted += sbi(number, 0, HYPERVISOR_MEMORY, 0, 0, NULL) != -2;
	return accepted;
}

/* clang-format off */
#define GIVES(value) EXPECT_VALUE, 0, value, ANY

static const struct row rows[] = {
	{ "legacy.mask-in-hypervisor", own_mask, 0, ipi_behind, HYPERVISOR_MEMORY, GIVES(INVALID_ADDRESS) },
	{ "legacy.mask-in-victim", own_mask, 0, ipi_behind, VICTIM_MEMORY, GIVES(INVALID_ADDRESS) },
	{ "legacy.mask-in-root", own_mask, 0, ipi_behind, ROOT_MEMORY, GIVES(INVALID_ADDRESS) },
	{ "legacy.mask-in-device", own_mask, 0, ipi_behind, INMATE_PLIC, GIVES(INVALID_ADDRESS) },
	{ "legacy.mask-across-the-end", own_mask, 0, ipi_behind, HOSTILE_RAM_END - 4, GIVES(INVALID_ADDRESS) },
	{ "legacy.mask-misaligned-far", own_mask, 0, ipi_behind, HYPERVISOR_MEMORY + 3, GIVES(INVALID_ADDRESS) },
	{ "legacy.mask-at-the-last", own_mask, 0, ipi_behind, ~0ull, GIVES(INVALID_ADDRESS) },
	{ "legacy.fence-in-hypervisor", own_mask, 0, fence_behind, HYPERVISOR_MEMORY, GIVES(INVALID_ADDRESS * 2) },
	{ "legacy.ipi-to-victim", own_mask, 0, wild_mask, 4, GIVES(INVALID_PARAM) },
	{ "legacy.ipi-to-all", own_mask, 0, wild_mask, ~0ull, GIVES(INVALID_PARAM) },
	{ "legacy.mask-behind-anything", own_mask, 0, behind_anything, 2000, GIVES(0) },
	{ "legacy.unknown", own_mask, 0, unknown, 0, GIVES(0) },
};
/* clang-format on */

ROWS(legacy_rows, rows);
