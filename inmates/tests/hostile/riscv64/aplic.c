// SPDX-License-Identifier: GPL-2.0-or-later
/* The APLIC's domain: sources and harts of others. A hart index is that of the cell's vCPU; it has one. */
#include "attacks.h"

#define DOMAINCFG INMATE_APLIC
#define SOURCECFG(source) (INMATE_APLIC + (source)*4ull)
#define DETACHED 1u
#define EDGE1 4u
#define DELEGATED (1u << 10)
#define MMSIADDRCFG (INMATE_APLIC + 0x1bc0)
#define SMSIADDRCFG (INMATE_APLIC + 0x1bc8)
#define SETIP (INMATE_APLIC + 0x1c00)
#define SETIPNUM (INMATE_APLIC + 0x1cdc)
#define IN_CLRIP (INMATE_APLIC + 0x1d00)
#define SETIE (INMATE_APLIC + 0x1e00)
#define SETIENUM (INMATE_APLIC + 0x1edc)
#define CLRIENUM (INMATE_APLIC + 0x1fdc)
#define SETIPNUM_LE (INMATE_APLIC + 0x2000)
#define GENMSI (INMATE_APLIC + 0x3000)
#define TARGET(source) (INMATE_APLIC + 0x3000 + (source)*4ull)
#define IDC(hart) (INMATE_APLIC + 0x4000 + (hart)*32ull)
#define HART_SHIFT 18
#define GUEST_SHIFT 12
#define WINDOW_END (INMATE_APLIC + 0x5000)

static uint64_t own_source(uint64_t unused)
{
	if (put_and_get(SOURCECFG(HOSTILE_SOURCE), EDGE1) != EDGE1)
		return 0;
	*(volatile uint32_t *)(uintptr_t)SETIENUM = HOSTILE_SOURCE;
	if (!(load32(SETIE) >> HOSTILE_SOURCE & 1))
		return 0;
	*(volatile uint32_t *)(uintptr_t)CLRIENUM = HOSTILE_SOURCE;
	return !(load32(SETIE) >> HOSTILE_SOURCE & 1);
}

static uint64_t source_of(uint64_t source)
{
	return put_and_get(SOURCECFG(source), EDGE1);
}

static uint64_t sources_of_all(uint64_t unused)
{
	uint32_t found = 0;

	for (uint64_t source = VICTIM_SOURCE; source < 1024; source++)
		found |= put_and_get(SOURCECFG(source), DETACHED);
	return found;
}

/* To a child domain, which would be another's. */
static uint64_t delegate(uint64_t source)
{
	return put_and_get(SOURCECFG(source), DELEGATED | 1);
}

static uint64_t target_of(uint64_t source)
{
	return put_and_get(TARGET(source), 1);
}

/* Its own source, to a hart that it has not: it says so, and nothing comes. */
static uint64_t own_to(uint64_t hart)
{
	put_and_get(SOURCECFG(HOSTILE_SOURCE), EDGE1);
	put_and_get(TARGET(HOSTILE_SOURCE), (uint32_t)(hart << HART_SHIFT) | VICTIM_SOURCE);
	*(volatile uint32_t *)(uintptr_t)SETIENUM = HOSTILE_SOURCE;
	*(volatile uint32_t *)(uintptr_t)SETIPNUM = HOSTILE_SOURCE;
	*(volatile uint32_t *)(uintptr_t)SETIPNUM_LE = HOSTILE_SOURCE;
	put_and_get(SOURCECFG(HOSTILE_SOURCE), 0);
	return 1;
}

/* Its own source to its own hart, into the interrupt file of root. */
static uint64_t own_to_file(uint64_t file)
{
	put_and_get(SOURCECFG(HOSTILE_SOURCE), EDGE1);
	return put_and_get(TARGET(HOSTILE_SOURCE), (uint32_t)(file << GUEST_SHIFT) | VICTIM_SOURCE) >>
		       GUEST_SHIFT &
	       0x3f;
}

/* A source that is inactive cannot be enabled. */
static uint64_t enable_of_all(uint64_t unused)
{
	uint32_t found = 0;

	(void)sources_of_all(0);
	for (uint32_t word = 0; word < 32; word++)
		found |= put_and_get(SETIE + word * 4, word ? ~0u : ~OWN_BITS);
	for (uint32_t source = VICTIM_SOURCE; source < 1024; source++)
		*(volatile uint32_t *)(uintptr_t)SETIENUM = source;
	return found | (load32(SETIE) & VICTIM_BITS);
}

static uint64_t pend(uint64_t source)
{
	*(volatile uint32_t *)(uintptr_t)SETIPNUM = (uint32_t)source;
	*(volatile uint32_t *)(uintptr_t)SETIPNUM_LE = (uint32_t)source;
	put_and_get(SETIP, VICTIM_BITS);
	return load32(SETIP) & VICTIM_BITS;
}

static uint64_t inputs(uint64_t unused)
{
	return load32(IN_CLRIP) & VICTIM_BITS;
}

/* Where messages go is the machine's. */
static uint64_t message_address(uint64_t unused)
{
	uint32_t found = 0;

	for (uint64_t at = MMSIADDRCFG; at < SMSIADDRCFG + 8; at += 4)
		found |= put_and_get(at, 0xfe000);
	return found;
}

static uint64_t message_to(uint64_t value)
{
	*(volatile uint32_t *)(uintptr_t)GENMSI = (uint32_t)value;
	return 1;
}

static uint64_t messages_to_all(uint64_t unused)
{
	for (uint32_t hart = 1; hart < 64; hart++) {
		for (uint32_t file = 0; file < 4; file++)
			(void)message_to(hart << HART_SHIFT | file << GUEST_SHIFT | VICTIM_SOURCE);
	}
	return 1;
}

/* Delivery, threshold and claim of the next hart are not there. */
static uint64_t hart_of_others(uint64_t hart)
{
	uint32_t found = 0;

	for (uint64_t reg = 0; reg < 32; reg += 4)
		found |= put_and_get(IDC(hart) + reg, 1);
	return found;
}

static uint64_t widths(uint64_t address)
{
	uint64_t found = load64(address) | load16(address) | load8(address) | load32(address + 2);

	store64(address);
	store8(address + 1);
	return found;
}

static uint64_t every_word(uint64_t unused)
{
	for (uint64_t at = INMATE_APLIC; at < WINDOW_END; at += 4)
		(void)load32(at);
	return 1;
}

/* But of what sends messages to its own hart. */
static uint64_t random_writes(uint64_t times)
{
	for (uint64_t i = 0; i < times; i++) {
		const uint64_t value = random64(), at = INMATE_APLIC + (value >> 32) % 0x5000 / 4 * 4;

		if (at != DOMAINCFG)
			*(volatile uint32_t *)(uintptr_t)at = (uint32_t)value;
	}
	return 1;
}

/* clang-format off */
#define GIVES(value, version) EXPECT_VALUE, 0, value, version
#define FAILS(address, version) EXPECT_FAILED, BH_REASON_MMIO_ACCESS, address, version
#define BOTH(row, control, attempt, target, value) \
	{ row, control, 0, attempt, target, GIVES(value, APLIC) }, \
	{ row "-imsic", control, 0, attempt, target, GIVES(value, IMSIC) }

static const struct row rows[] = {
	BOTH("aplic.source-of-victim", own_source, source_of, VICTIM_SOURCE, 0),
	BOTH("aplic.source-of-root", own_source, source_of, 1, 0),
	BOTH("aplic.sources-of-all", own_source, sources_of_all, 0, 0),
	BOTH("aplic.delegate", own_source, delegate, HOSTILE_SOURCE, 0),
	BOTH("aplic.target-of-victim", own_source, target_of, VICTIM_SOURCE, 0),
	BOTH("aplic.own-to-victims-hart", own_source, own_to, 2, 1),
	BOTH("aplic.own-to-no-hart", own_source, own_to, 0x3fff, 1),
	BOTH("aplic.own-to-file-of-root", own_source, own_to_file, 1, 0),
	BOTH("aplic.enable-of-all", own_source, enable_of_all, 0, 0),
	BOTH("aplic.pend-victims", own_source, pend, VICTIM_SOURCE, 0),
	BOTH("aplic.pend-no-source", own_source, pend, 0xffffffff, 0),
	BOTH("aplic.inputs-of-victim", own_source, inputs, 0, 0),
	BOTH("aplic.message-address", own_source, message_address, 0, 0),
	BOTH("aplic.message-to-victim", own_source, message_to, 2u << HART_SHIFT | VICTIM_SOURCE, 1),
	BOTH("aplic.messages-to-all", own_source, messages_to_all, 0, 1),
	BOTH("aplic.hart-of-others", own_source, hart_of_others, 1, 0),
	BOTH("aplic.widths", own_source, widths, TARGET(VICTIM_SOURCE), 0),
	BOTH("aplic.every-word", own_source, every_word, 0, 1),
	BOTH("aplic.random-writes", own_source, random_writes, 2000, 1),
	{ "aplic.behind-the-window", own_source, 0, store32, WINDOW_END, FAILS(WINDOW_END, APLIC) },
	{ "aplic.atomic", own_source, 0, swap32, SETIENUM, FAILS(SETIENUM, APLIC) },
};
/* clang-format on */

ROWS(aplic_rows, rows);
