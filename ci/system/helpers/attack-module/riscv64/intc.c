// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of others: the PLIC's and the APLIC's registers, interrupt files. What its owner has of a source, or what
 * arrived at it, the victim sees itself.
 */
#include "own.h"

#include <linux/kernel.h>

#define PLIC_ENABLE(context) (PLIC + 0x2000 + (context)*0x80ull)
#define PLIC_THRESHOLD(context) (PLIC + 0x200000 + (context)*0x1000ull)
#define PLIC_CLAIM(context) (PLIC_THRESHOLD(context) + 4)
#define CONTEXT_OF(hart) (2 * (hart) + 1ull)
#define VICTIM_BITS (3u << VICTIM_SOURCE)
#define ALL_SOURCES 1024u

#define SOURCECFG(source) (APLIC + (source)*4ull)
#define MMSIADDRCFG (APLIC + 0x1bc0)
#define SETIP (APLIC + 0x1c00)
#define SETIPNUM (APLIC + 0x1cdc)
#define IN_CLRIP (APLIC + 0x1d00)
#define CLRIPNUM (APLIC + 0x1ddc)
#define SETIE (APLIC + 0x1e00)
#define SETIENUM (APLIC + 0x1edc)
#define CLRIENUM (APLIC + 0x1fdc)
#define SETIPNUM_LE (APLIC + 0x2000)
#define GENMSI (APLIC + 0x3000)
#define TARGET(source) (APLIC + 0x3000 + (source)*4ull)
#define IDC(hart) (APLIC + 0x4000 + (hart)*32ull)
#define HART_SHIFT 18
#define GUEST_SHIFT 12
#define EDGE1 4u
#define FILES 4u

#define FILE_OF(hart, file) (IMSIC + (hart)*IMSIC_STRIDE + (file)*0x1000ull)

static u64 read32(u64 address)
{
	return guarded_physical(load32, alias(address), 0).value;
}

static u64 write32(u64 address, u64 value)
{
	return guarded_physical(store32, alias(address), value).exceptions;
}

/* A source that no cell has is root's. */
static bool plic_works(void)
{
	const u64 address = PLIC + EVENT_SOURCE * 4, before = read32(address);
	u64 found;

	write32(address, 5);
	found = read32(address);
	write32(address, before);
	return found == 5;
}

static bool aplic_works(void)
{
	const u64 address = SOURCECFG(EVENT_SOURCE + 1);
	u64 found;

	write32(address, EDGE1);
	found = read32(address);
	write32(address, 0);
	return found == EDGE1;
}

static bool controller_works(void)
{
	return intc_is(IS_PLIC) ? plic_works() : aplic_works();
}

/* @b at address @a: none of its bits stay. */
static void field(const struct row *row, struct result *result)
{
	u64 exceptions, found;

	result->control = controller_works();
	exceptions = write32(row->a, row->b);
	found = read32(row->a);
	result_set(result, !exceptions && !(found & row->b), "0x%llx reads 0x%llx", row->a, found);
}

/* The same, but root's own bits are kept. */
static void bits(const struct row *row, struct result *result)
{
	const u64 before = read32(row->a);
	u64 found;

	result->control = controller_works();
	write32(row->a, before | row->b);
	found = read32(row->a);
	write32(row->a, before);
	result_set(result, !((found ^ before) & row->b), "0x%llx was 0x%llx, reads 0x%llx", row->a, before,
		   found);
}

/* It may keep what it likes for root; the hart that is lent sees nothing of it. */
static void kept(const struct row *row, struct result *result)
{
	const u64 before = read32(row->a);
	u64 exceptions;

	result->control = controller_works();
	exceptions = write32(row->a, row->b);
	write32(row->a, before);
	result_set(result, !exceptions, "0x%llx was 0x%llx", row->a, before);
}

static void reads_zero(const struct row *row, struct result *result)
{
	const u64 found = read32(row->a);

	result->control = controller_works();
	result_set(result, !found, "0x%llx reads 0x%llx", row->a, found);
}

static void complete_anything(const struct row *row, struct result *result)
{
	result->control = controller_works();
	for (u64 source = 0; source < ALL_SOURCES; source++)
		write32(row->a, source);
	result_set(result, true, "0x%llx", row->a);
}

static const struct row plic_rows[] = {
	{ "priority-of-victim", field, PLIC + VICTIM_SOURCE * 4, 7, IS_PLIC },
	{ "pending-of-victim", field, PLIC + 0x1000, VICTIM_BITS, IS_PLIC },
	{ "enable-of-victim-here", bits, PLIC_ENABLE(CONTEXT_OF(0)), VICTIM_BITS, IS_PLIC },
	{ "enable-of-victim-on-lent-hart", bits, PLIC_ENABLE(CONTEXT_OF(LENT_HART)), VICTIM_BITS, IS_PLIC },
	{ "enable-in-machine-mode", bits, PLIC_ENABLE(2 * LENT_HART), ~0u, IS_PLIC },
	{ "threshold-of-lent-hart", kept, PLIC_THRESHOLD(CONTEXT_OF(LENT_HART)), 7, IS_PLIC },
	{ "threshold-in-machine-mode", field, PLIC_THRESHOLD(2 * LENT_HART), 7, IS_PLIC },
	{ "claim-of-lent-hart", reads_zero, PLIC_CLAIM(CONTEXT_OF(LENT_HART)), 0, IS_PLIC },
	{ "claim-in-machine-mode", reads_zero, PLIC_CLAIM(2 * LENT_HART), 0, IS_PLIC },
	{ "complete-for-lent-hart", complete_anything, PLIC_CLAIM(CONTEXT_OF(LENT_HART)), 0, IS_PLIC },
};

ATTACK_CLASS(plic_class, "kernel-plic", plic_rows);

/* Everything that can be asked for of the victim's source, by its number. */
static void by_number(const struct row *row, struct result *result)
{
	u64 exceptions;

	result->control = controller_works();
	exceptions = write32(row->a, VICTIM_SOURCE);
	result_set(result, !exceptions && !(read32(row->b) & 1u << VICTIM_SOURCE), "0x%llx reads 0x%llx",
		   row->b, read32(row->b));
}

static void message(const struct row *row, struct result *result)
{
	u64 exceptions = 0;

	result->control = controller_works();
	for (u64 file = 0; file < FILES; file++)
		exceptions += write32(GENMSI, row->a << HART_SHIFT | file << GUEST_SHIFT | row->b);
	result_set(result, !exceptions, "%llu exceptions", exceptions);
}

/* Root's own source, into interrupt file @a of the lent hart. */
static void own_to_file(const struct row *row, struct result *result)
{
	const u64 source = EVENT_SOURCE + 1, file = row->a << GUEST_SHIFT;
	u64 found;

	result->control = controller_works();
	write32(SOURCECFG(source), EDGE1);
	write32(TARGET(source), (u64)LENT_HART << HART_SHIFT | file | VICTIM_SOURCE);
	found = read32(TARGET(source));
	write32(SETIENUM, source);
	write32(SETIPNUM_LE, source);
	write32(CLRIENUM, source);
	write32(SOURCECFG(source), 0);
	result_set(result, !(found & 0x3f << GUEST_SHIFT), "target reads 0x%llx", found);
}

static const struct row aplic_rows[] = {
	{ "source-of-victim", field, SOURCECFG(VICTIM_SOURCE), EDGE1, IS_ANY_APLIC },
	{ "delegate-victims", field, SOURCECFG(VICTIM_SOURCE), 1u << 10, IS_ANY_APLIC },
	{ "target-of-victim", field, TARGET(VICTIM_SOURCE), 0x3fff << HART_SHIFT | 0xff, IS_ANY_APLIC },
	{ "enable-victims", by_number, SETIENUM, SETIE, IS_ANY_APLIC },
	{ "enable-victims-by-bit", field, SETIE, VICTIM_BITS, IS_ANY_APLIC },
	{ "disable-victims", by_number, CLRIENUM, SETIE, IS_ANY_APLIC },
	{ "pend-victims", by_number, SETIPNUM, SETIP, IS_ANY_APLIC },
	{ "pend-victims-by-message", by_number, SETIPNUM_LE, SETIP, IS_ANY_APLIC },
	{ "pend-victims-by-bit", field, SETIP, VICTIM_BITS, IS_ANY_APLIC },
	{ "clear-victims", by_number, CLRIPNUM, SETIP, IS_ANY_APLIC },
	{ "input-of-victim", by_number, CLRIPNUM, IN_CLRIP, IS_ANY_APLIC },
	{ "message-address", field, MMSIADDRCFG, 0xfe000, IS_ANY_APLIC },
	{ "message-address-high", field, MMSIADDRCFG + 4, 0xfff, IS_ANY_APLIC },
	{ "message-to-lent-hart", message, LENT_HART, VICTIM_SOURCE, IS_ANY_APLIC },
	{ "message-to-no-hart", message, 0x3fff, VICTIM_SOURCE, IS_ANY_APLIC },
	{ "own-to-file-of-guest", own_to_file, 2, 0, IS_ANY_APLIC },
	{ "delivery-of-lent-hart", kept, IDC(LENT_HART), 1, IS_ANY_APLIC },
	{ "force-on-lent-hart", kept, IDC(LENT_HART) + 4, 1, IS_ANY_APLIC },
	{ "threshold-of-lent-hart", kept, IDC(LENT_HART) + 8, 1, IS_ANY_APLIC },
	{ "claim-of-lent-hart", reads_zero, IDC(LENT_HART) + 0x1c, 0, IS_ANY_APLIC },
};

ATTACK_CLASS(aplic_class, "kernel-aplic", aplic_rows);

/* A message of root's, to an address of its own. */
static bool file_works(void)
{
	return !guarded_physical(store32, alias(FILE_OF(0, 0)), 0).exceptions;
}

static void file(const struct row *row, struct result *result)
{
	struct outcome read, written;

	result->control = file_works();
	read = guarded_physical(load32, alias(row->a), 0);
	written = guarded_physical(store32, alias(row->a), VICTIM_SOURCE);
	result_set(result, is_refused(&read) && is_refused(&written), "0x%llx: causes %llu, %llu", row->a,
		   read.syndrome, written.syndrome);
}

/* Root's own file of a hart that is lent: nobody reads it. */
static void own_file(const struct row *row, struct result *result)
{
	u64 exceptions = 0;

	result->control = file_works();
	for (u64 identity = 0; identity < 256; identity++)
		exceptions += write32(row->a, identity);
	result_set(result, !exceptions, "0x%llx: %llu exceptions", row->a, exceptions);
}

static const struct row imsic_rows[] = {
	{ "file-of-victim", file, FILE_OF(LENT_HART, 2), 0, IS_IMSIC },
	{ "file-behind-roots-of-lent-hart", file, FILE_OF(LENT_HART, 1), 0, IS_IMSIC },
	{ "last-file-of-lent-hart", file, FILE_OF(LENT_HART, 3), 0, IS_IMSIC },
	{ "file-of-guests-here", file, FILE_OF(0, 2), 0, IS_IMSIC },
	{ "file-of-machine-mode", file, 0x24000000ull + LENT_HART * 0x1000, 0, IS_IMSIC },
	{ "own-file-of-lent-hart", own_file, FILE_OF(LENT_HART, 0), 0, IS_IMSIC },
};

ATTACK_CLASS(imsic_class, "kernel-imsic", imsic_rows);
