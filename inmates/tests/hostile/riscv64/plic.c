// SPDX-License-Identifier: GPL-2.0-or-later
/* The PLIC: sources, contexts and registers of others. Context n of a cell is that of its vCPU n; it has one. */
#include "attacks.h"

#define PRIORITY(source) (INMATE_PLIC + (source)*4ull)
#define PENDING (INMATE_PLIC + 0x1000)
#define ENABLE(context) (INMATE_PLIC + 0x2000 + (context)*0x80ull)
#define THRESHOLD(context) (INMATE_PLIC + 0x200000 + (context)*0x1000ull)
#define CLAIM(context) (THRESHOLD(context) + 4)
#define CONTEXTS_END THRESHOLD(1)
#define FOREIGN_CONTEXT 5u

static uint64_t own_enable(uint64_t unused)
{
	const uint32_t set = put_and_get(ENABLE(0), OWN_BITS);

	return set == OWN_BITS && !put_and_get(ENABLE(0), 0);
}

static uint64_t own_priority(uint64_t unused)
{
	return put_and_get(PRIORITY(HOSTILE_SOURCE), 5) == 5;
}

static uint64_t enable_all(uint64_t unused)
{
	uint32_t foreign = 0;

	for (uint32_t word = 0; word < 32; word++)
		foreign |= put_and_get(ENABLE(0) + word * 4, ~0u) &
			   (word ? ~0u << (word == 1 ? 31 : 0) : VICTIM_BITS);
	for (uint32_t word = 0; word < 32; word++)
		put_and_get(ENABLE(0) + word * 4, 0);
	return foreign;
}

static uint64_t enable_of_context(uint64_t context)
{
	return put_and_get(ENABLE(context), ~0u);
}

/* Of every context behind ours up to the end of the registers. */
static uint64_t enable_of_all_contexts(uint64_t unused)
{
	uint32_t found = 0;

	for (uint64_t at = ENABLE(1); at < INMATE_PLIC + 0x200000; at += 0x7fc)
		found |= put_and_get(at & ~3ull, ~0u);
	return found;
}

static uint64_t priority_of(uint64_t source)
{
	return put_and_get(PRIORITY(source), 1);
}

static uint64_t priorities_of_all(uint64_t unused)
{
	uint32_t found = 0;

	for (uint64_t source = VICTIM_SOURCE; source < 1024; source++)
		found |= put_and_get(PRIORITY(source), 7);
	return found;
}

/* They are read-only, the cell's own, too. */
static uint64_t pending(uint64_t unused)
{
	uint32_t found = 0;

	for (uint32_t word = 0; word < 32; word++)
		found |= put_and_get(PENDING + word * 4, ~0u);
	return found;
}

static uint64_t complete(uint64_t source)
{
	return put_and_get(CLAIM(0), (uint32_t)source);
}

static uint64_t complete_anything(uint64_t unused)
{
	uint32_t claimed = 0;

	for (unsigned int i = 0; i < 2000; i++)
		claimed |= put_and_get(CLAIM(0), i < 1100 ? i : (uint32_t)random64());
	return claimed;
}

static uint64_t by_width(uint64_t address)
{
	uint64_t found = load64(address) | load16(address) | load8(address);

	store64(address);
	store8(address);
	return found;
}

static uint64_t misaligned(uint64_t address)
{
	uint64_t found = load32(address + 1) | load64(address + 6) | load16(address + 3);

	store32(address + 2);
	return found;
}

static uint64_t claim_by_width(uint64_t unused)
{
	return load64(CLAIM(0)) | load16(CLAIM(0)) | load8(CLAIM(0)) | load8(CLAIM(0) + 1);
}

static uint64_t every_page(uint64_t unused)
{
	for (uint64_t at = INMATE_PLIC; at < CONTEXTS_END; at += 0x1000) {
		(void)load32(at);
		(void)load32(at + 0xffc);
	}
	return 1;
}

static uint64_t random_writes(uint64_t times)
{
	for (uint64_t i = 0; i < times; i++) {
		const uint64_t value = random64();

		*(volatile uint32_t *)(uintptr_t)(INMATE_PLIC + (value >> 32) % 0x4000 / 4 * 4) =
			(uint32_t)value;
	}
	put_and_get(ENABLE(0), 0);
	return 1;
}

/* clang-format off */
#define GIVES(value) EXPECT_VALUE, 0, value, PLIC
#define FAILS(address) EXPECT_FAILED, BH_REASON_MMIO_ACCESS, address, PLIC

static const struct row rows[] = {
	{ "plic.enable-of-others", own_enable, 0, enable_all, 0, GIVES(0) },
	{ "plic.enable-of-next-context", own_enable, 0, enable_of_context, 1, GIVES(0) },
	{ "plic.enable-of-another-context", own_enable, 0, enable_of_context, FOREIGN_CONTEXT, GIVES(0) },
	{ "plic.enable-of-all-contexts", own_enable, 0, enable_of_all_contexts, 0, GIVES(0) },
	{ "plic.priority-of-victim", own_priority, 0, priority_of, VICTIM_SOURCE, GIVES(0) },
	{ "plic.priority-of-root", own_priority, 0, priority_of, 1, GIVES(0) },
	{ "plic.priority-of-no-source", own_priority, 0, priority_of, 0, GIVES(0) },
	{ "plic.priorities-of-all", own_priority, 0, priorities_of_all, 0, GIVES(0) },
	{ "plic.pending-of-all", own_priority, 0, pending, 0, GIVES(0) },
	{ "plic.threshold-of-others", own_priority, 0, store32, THRESHOLD(1), FAILS(THRESHOLD(1)) },
	{ "plic.claim-of-others", own_priority, 0, load32, CLAIM(FOREIGN_CONTEXT), FAILS(CLAIM(FOREIGN_CONTEXT)) },
	{ "plic.complete-for-others", own_priority, 0, store32, CLAIM(1), FAILS(CLAIM(1)) },
	{ "plic.complete-victims", own_priority, 0, complete, VICTIM_SOURCE, GIVES(0) },
	{ "plic.complete-anything", own_priority, 0, complete_anything, 0, GIVES(0) },
	{ "plic.widths-of-priority", own_priority, 0, by_width, PRIORITY(VICTIM_SOURCE), GIVES(0) },
	{ "plic.widths-of-enable", own_enable, 0, by_width, ENABLE(0), GIVES(0) },
	{ "plic.misaligned", own_enable, 0, misaligned, ENABLE(0), GIVES(0) },
	{ "plic.claim-by-width", own_enable, 0, claim_by_width, 0, GIVES(0) },
	{ "plic.atomic", own_enable, 0, swap32, ENABLE(0), FAILS(ENABLE(0)) },
	{ "plic.float", own_enable, 0, store_float, PRIORITY(VICTIM_SOURCE), FAILS(PRIORITY(VICTIM_SOURCE)) },
	{ "plic.every-page", own_enable, 0, every_page, 0, EXPECT_ANY, 0, 0, PLIC },
	{ "plic.random-writes", own_enable, 0, random_writes, 2000, EXPECT_ANY, 0, 0, PLIC },
};
/* clang-format on */

ROWS(plic_rows, rows);
