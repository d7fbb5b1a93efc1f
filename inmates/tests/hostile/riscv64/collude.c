// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With an accomplice: another cell (accomplice.c) that would let us in, has made page tables for us, waits for our
 * interrupts, and attacks the victim meanwhile. That it agrees must not help.
 */
#include "attacks.h"

#include <regs.h>

#define RFENCE 0x52464e43u
#define INVALID_PARAM ((uint64_t)-3)
#define ACCOMPLICE_BITS (3u << ACCOMPLICE_SOURCE)
#define EDGE1 4u
/* Its file for guests, where QEMU's virt has it. */
#define ACCOMPLICE_FILE (0x28000000ull + ACCOMPLICE_HART * 0x4000ull + 2 * 0x1000ull)

static uint64_t own_works(uint64_t unused)
{
	store64(own_word());
	return load64(own_word());
}

static uint64_t enable_its(uint64_t unused)
{
	return put_and_get(INMATE_PLIC + 0x2000, ACCOMPLICE_BITS);
}

static uint64_t priority_of_its(uint64_t unused)
{
	return put_and_get(INMATE_PLIC + ACCOMPLICE_SOURCE * 4, 7);
}

/* Raise the accomplice's interrupt, which it has enabled; it counts what it gets. */
static uint64_t pend_its(uint64_t unused)
{
	(void)put_and_get(INMATE_APLIC + ACCOMPLICE_SOURCE * 4, EDGE1);
	*(volatile uint32_t *)(uintptr_t)(INMATE_APLIC + 0x1cdc) = ACCOMPLICE_SOURCE;
	*(volatile uint32_t *)(uintptr_t)(INMATE_APLIC + 0x2000) = ACCOMPLICE_SOURCE;
	return load32(INMATE_APLIC + 0x1c00) & ACCOMPLICE_BITS;
}

static uint64_t ipi(uint64_t hart)
{
	return (uint64_t)sbi(SBI_IPI, 0, 1, hart, 0, NULL);
}

static uint64_t fence(uint64_t hart)
{
	return (uint64_t)sbi(RFENCE, 0, 1, hart, 0, NULL);
}

static uint64_t start(uint64_t hart)
{
	return (uint64_t)sbi(SBI_HSM, 0, hart, ACCOMPLICE_MEMORY, 0, NULL);
}

/* clang-format off */
#define FAILS(address) EXPECT_FAILED, BH_REASON_MEMORY_ACCESS, address, ANY
#define GIVES(value, version) EXPECT_VALUE, 0, value, version

static const struct row rows[] = {
	{ "collude.read", own_works, 0, load64, ACCOMPLICE_TABLE, FAILS(ACCOMPLICE_TABLE) },
	{ "collude.write", own_works, 0, store64, ACCOMPLICE_MEMORY + 0x1f0000,
	  FAILS(ACCOMPLICE_MEMORY + 0x1f0000) },
	{ "collude.fetch", own_works, 0, call, ACCOMPLICE_MEMORY, FAILS(ACCOMPLICE_MEMORY) },
	{ "collude.table-walk", walk_own, 0, walk, ACCOMPLICE_TABLE, FAILS(ACCOMPLICE_TABLE) },
	{ "collude.enable", own_works, 0, enable_its, 0, GIVES(0, PLIC) },
	{ "collude.priority", own_works, 0, priority_of_its, 0, GIVES(0, PLIC) },
	{ "collude.pend-aplic", own_works, 0, pend_its, 0, GIVES(0, APLIC) },
	{ "collude.pend-imsic", own_works, 0, pend_its, 0, GIVES(0, IMSIC) },
	{ "collude.message", own_works, 0, store32, ACCOMPLICE_FILE,
	  EXPECT_FAILED, BH_REASON_MMIO_ACCESS, ACCOMPLICE_FILE, IMSIC },
	{ "collude.ipi", own_works, 0, ipi, ACCOMPLICE_HART, GIVES(INVALID_PARAM, ANY) },
	{ "collude.fence", own_works, 0, fence, ACCOMPLICE_HART, GIVES(INVALID_PARAM, ANY) },
	{ "collude.start", own_works, 0, start, ACCOMPLICE_HART, GIVES(INVALID_PARAM, ANY) },
};
/* clang-format on */

ROWS(collude_rows, rows);
