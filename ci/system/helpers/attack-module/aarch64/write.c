// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make someone else write for us: the redistributors and the ITS take physical addresses and read and write there.
 * Whether anything of the victim changed, it sees itself: it looks at VICTIM + 1 MiB and up.
 */
#include "own.h"

#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define LENT (GICR + LENT_CPU * GICR_STRIDE)
#define OFFLINE_SAFE (GICR + 1 * GICR_STRIDE) /* of another CPU of root */
#define CTLR 0x00u
#define PROPBASER 0x70u
#define PENDBASER 0x78u
#define TABLE_ADDRESS 0x000ffffffffff000ull
#define BEFORE_POOL 0x5fff0000ull
#define ID_BITS_16 0xfull
#define ID_BITS_24 0x17ull

#define GITS_TYPER 0x08u
#define GITS_CBASER 0x80u
#define GITS_CWRITER 0x88u
#define GITS_CREADR 0x90u
#define GITS_BASER 0x100u
#define QUEUE_OFFSET 0xfffe0ull
#define VALID (1ull << 63)
#define INDIRECT (1ull << 62)
#define TYPE(baser) ((baser) >> 56 & 7)
#define TYPE_DEVICES 1u
#define TYPE_COLLECTIONS 4u
#define COMMAND_SIZE 32u
#define CHUNK 16u
#define WAIT_TRIES 1000

enum {
	INT = 0x03,
	SYNC = 0x05,
	MAPD = 0x08,
	MAPC = 0x09,
	MAPTI = 0x0a,
	INV = 0x0c,
	MOVALL = 0x0e,
	DISCARD = 0x0f
};

static u64 read_wide(u64 address)
{
	return guarded_physical(load64, alias_device(address), 0).value;
}

static void write_wide(u64 address, u64 value)
{
	guarded_physical(store64, alias_device(address), value);
}

static u32 read_word(u64 address)
{
	return (u32)guarded_physical(load32, alias_device(address), 0).value;
}

static void write_word(u64 address, u32 value)
{
	guarded_physical(store32, alias_device(address), value);
}

/* Redistributors. */

/* @a: register.  @b: where; the CPU is lent. */
static void lent_table(const struct row *row, struct result *result)
{
	u64 found;

	result->control = read_wide(OFFLINE_SAFE + PROPBASER) != 0;
	write_wide(LENT + row->a, row->b);
	found = read_wide(LENT + row->a);
	result_set(result, (found & TABLE_ADDRESS) != row->b, "reads 0x%llx", found);
}

static void lent_ctlr(const struct row *row, struct result *result)
{
	u32 before = read_word(LENT + CTLR), after;

	result->control = (read_word(OFFLINE_SAFE + CTLR) & 1) == 1;
	write_word(LENT + CTLR, before ^ 1);
	after = read_word(LENT + CTLR);
	result_set(result, after == before, "reads 0x%x, before 0x%x", after, before);
}

/* @a: register.  @b: what it must not take, while the CPU's LPIs are off and it takes what is right. */
static void own_table(const struct row *row, struct result *result)
{
	u64 redistributor = OFFLINE_SAFE, good, found;
	u32 ctlr = read_word(redistributor + CTLR);

	write_word(redistributor + CTLR, ctlr & ~1u);
	good = read_wide(redistributor + row->a);
	write_wide(redistributor + row->a, good);
	result->control = good && read_wide(redistributor + row->a) == good;
	write_wide(redistributor + row->a, row->b);
	found = read_wide(redistributor + row->a);
	write_wide(redistributor + row->a, good);
	write_word(redistributor + CTLR, ctlr);
	result_set(result, (found & TABLE_ADDRESS) != (row->b & TABLE_ADDRESS), "reads 0x%llx", found);
}

/* The ITS: registers. */

static bool its_works(void)
{
	return read_wide(GITS + GITS_CBASER) & VALID && read_word(GITS) & 1;
}

/* @a: register.  @b: value. It must stay as it was. */
static void its_register(const struct row *row, struct result *result)
{
	u64 before = read_wide(GITS + row->a), after;

	result->control = its_works();
	write_wide(GITS + row->a, row->b);
	after = read_wide(GITS + row->a);
	result_set(result, before == after, "reads 0x%llx, before 0x%llx", after, before);
}

static void its_off(const struct row *row, struct result *result)
{
	result->control = its_works();
	write_word(GITS, 0);
	result_set(result, read_word(GITS) & 1, "reads 0x%x", read_word(GITS));
}

static u64 table_of(unsigned int type)
{
	for (unsigned int i = 0; i < 8; i++) {
		u64 baser = read_wide(GITS + GITS_BASER + i * 8);

		if (baser & VALID && TYPE(baser) == type)
			return baser;
	}
	return 0;
}

/* Tables that the ITS walks: root's kernel made them, and cannot write them any more. */
static void its_table(const struct row *row, struct result *result)
{
	u64 baser = table_of(row->a), address = baser & 0x0000fffffffff000ull;
	struct outcome read = guarded_physical(load64, alias(address), 0);
	struct outcome written = guarded_physical(store64, alias(address), read.value);

	result->control = its_works() && baser && !read.exceptions;
	result_set(result, baser & INDIRECT || is_refused(&written), "0x%llx: ESR 0x%llx", baser,
		   written.syndrome);
}

/* The first table of the second level; where there is none, the first level's own page is as good. */
static void its_second_level(const struct row *row, struct result *result)
{
	u64 baser = table_of(row->a), address = baser & 0x0000fffffffff000ull;
	struct outcome read = guarded_physical(load64, alias(address), 0);
	struct outcome written;

	result->control = its_works() && baser && !read.exceptions;
	if (baser & INDIRECT && read.value & VALID)
		address = read.value & TABLE_ADDRESS;
	else if (baser & INDIRECT)
		address = 0;
	read = guarded_physical(load64, alias(address), 0);
	written = guarded_physical(store64, alias(address), read.value);
	result_set(result, !address || is_refused(&written), "0x%llx: ESR 0x%llx", address, written.syndrome);
}

/* The ITS: commands. */

struct command {
	u64 word[4];
};

static u64 queue_size(void)
{
	return ((read_wide(GITS + GITS_CBASER) & 0xff) + 1) * PAGE_SIZE;
}

static void put(u64 offset, const struct command *command)
{
	u64 queue = read_wide(GITS + GITS_CBASER) & TABLE_ADDRESS;

	for (unsigned int i = 0; i < 4; i++)
		guarded_physical(store64, alias(queue + offset + i * 8), command->word[i]);
}

/* Return: whether the ITS has read all of them. */
static bool run_commands(const struct command *commands, unsigned int count)
{
	u64 offset = read_wide(GITS + GITS_CWRITER), size = queue_size();

	for (unsigned int i = 0; i < count; i++) {
		put(offset, &commands[i]);
		offset = (offset + COMMAND_SIZE) % size;
	}
	write_wide(GITS + GITS_CWRITER, offset);
	for (unsigned int i = 0; i < WAIT_TRIES; i++) {
		if ((read_wide(GITS + GITS_CREADR) & ~1ull) == offset)
			return true;
		udelay(10);
	}
	return false;
}

static u64 rd_base(unsigned int cpu)
{
	if (read_wide(GITS + GITS_TYPER) >> 19 & 1)
		return GICR + cpu * GICR_STRIDE;
	return (u64)cpu << 16;
}

static struct command sync_of(unsigned int cpu)
{
	return (struct command){ { SYNC, 0, rd_base(cpu), 0 } };
}

/* The kernel knows where it wrote last, and goes on from there: round the queue, to the same place. */
static bool go_round(u64 start)
{
	struct command nothing[CHUNK];

	for (unsigned int i = 0; i < CHUNK; i++)
		nothing[i] = sync_of(0);
	for (u64 done = 0; done < queue_size() / COMMAND_SIZE; done += CHUNK) {
		u64 left =
			(start + queue_size() - read_wide(GITS + GITS_CWRITER)) % queue_size() / COMMAND_SIZE;

		if (!left)
			return true;
		if (!run_commands(nothing, min_t(u64, left, CHUNK)))
			return false;
	}
	return read_wide(GITS + GITS_CWRITER) == start;
}

/* A second level of the device table, in a page of ours: root's kernel could name one. */
static void add_second_level(void)
{
	u64 baser = table_of(TYPE_DEVICES);
	static unsigned long page;

	if (!(baser & INDIRECT))
		return;
	if (!page)
		page = __get_free_pages(GFP_KERNEL | __GFP_ZERO, 4);
	if (page)
		guarded_physical(store64, alias(baser & 0x0000fffffffff000ull),
				 virt_to_phys((void *)page) | VALID);
}

/* The last page of the hypervisor's that root can read: there it sees a change. */
static u64 readable_page(void)
{
	u64 address = HYPERVISOR + HYPERVISOR_SIZE - PAGE_SIZE;

	while (address > HYPERVISOR && guarded_physical(load64, alias(address), 0).exceptions)
		address -= PAGE_SIZE;
	return address;
}

#define SEEN_WORDS 8u

/* What root can read at @address; what it cannot reads as zero. */
static void look(u64 address, u64 *words)
{
	for (unsigned int i = 0; i < SEEN_WORDS; i++) {
		struct outcome outcome = guarded_physical(load64, alias(address + i * 8), 0);

		words[i] = outcome.exceptions ? 0 : outcome.value;
	}
}

/* @a: where the table of the device's interrupts is to be: an entry is written there. 0: where the hypervisor is. */
static void map_device(const struct row *row, struct result *result)
{
	u64 address = row->a ?: readable_page(), before[SEEN_WORDS], after[SEEN_WORDS];
	struct command commands[] = {
		{ { MAPC, 0, VALID | rd_base(0), 0 } },
		{ { MAPD | 2ull << 32, 4, VALID | address, 0 } },
		{ { MAPTI | 2ull << 32, 8192ull << 32, 0, 0 } },
		{ { INT | 2ull << 32, 0, 0, 0 } },
		sync_of(0),
	};
	u64 start = read_wide(GITS + GITS_CWRITER);
	struct command nothing = sync_of(0);
	bool gone_on;

	result->control = its_works() && run_commands(&nothing, 1);
	add_second_level();
	look(address, before);
	gone_on = run_commands(commands, ARRAY_SIZE(commands));
	look(address, after);
	result_set(result, gone_on && go_round(start) && !memcmp(before, after, sizeof(before)),
		   "0x%llx: commands read: %d", address, gone_on);
}

/* Collections: root's interrupts to a CPU that is lent. */
static void map_collection(const struct row *row, struct result *result)
{
	struct command commands[] = {
		{ { MAPC, 0, VALID | rd_base(LENT_CPU) | 3, 0 } },
		{ { MOVALL, 0, rd_base(0), rd_base(LENT_CPU) } },
		sync_of(LENT_CPU),
		sync_of(0),
	};
	u64 start = read_wide(GITS + GITS_CWRITER);
	struct command nothing = sync_of(0);
	bool gone_on;

	result->control = its_works() && run_commands(&nothing, 1);
	gone_on = run_commands(commands, ARRAY_SIZE(commands));
	result_set(result, gone_on && go_round(start), "commands read: %d", gone_on);
}

/* Numbers, sizes and addresses at random; what is mapped by chance is a device that nobody has. */
static void random_commands(const struct row *row, struct result *result)
{
	u64 start = read_wide(GITS + GITS_CWRITER);
	struct command nothing = sync_of(0);
	bool gone_on = true;

	result->control = its_works() && run_commands(&nothing, 1);
	for (u64 i = 0; i < row->a && gone_on; i++) {
		struct command command = { { random64() | 0x80ull << 56, random64(), random64(),
					     random64() } };

		gone_on = run_commands(&command, 1);
	}
	result_set(result, gone_on && go_round(start), "commands read: %d", gone_on);
}

void its_say(const u64 *words)
{
	struct command command = { { words[0], words[1], words[2], words[3] } };
	u64 start = read_wide(GITS + GITS_CWRITER);

	say("its %s\n", its_works() && run_commands(&command, 1) && go_round(start) ? "read" : "stuck");
}

/* An LPI of root's own that nobody else uses, switched on in the kernel's table. */
#define SPARE_LPI 60000ull
#define FIRST_LPI 8192ull
#define LPI_ON 0xa1u

static void switch_on(u64 lpi)
{
	u64 table = read_wide(OFFLINE_SAFE + PROPBASER) & TABLE_ADDRESS;

	guarded_physical(store8, alias(table + lpi - FIRST_LPI), LPI_ON);
}

/* The kernel's collection of a CPU has the CPU's number, and stays mapped when the CPU is lent. */
void lpis_say(unsigned int cpu, u64 count)
{
	static unsigned long page;
	u64 start = read_wide(GITS + GITS_CWRITER), device = 2ull << 32;
	struct command nothing = { { INT | device, 0, 0, 0 } };
	bool gone_on;

	page = page ?: get_zeroed_page(GFP_KERNEL);
	if (!page || !its_works()) {
		say("lpis: no ITS\n");
		return;
	}
	switch_on(SPARE_LPI);
	gone_on = run_commands(
		(struct command[]){ { { MAPD | device, 0, VALID | virt_to_phys((void *)page), 0 } },
				    { { MAPTI | device, SPARE_LPI << 32, cpu, 0 } },
				    { { INV | device, 0, 0, 0 } } },
		3);
	for (u64 i = 0; i < count && gone_on; i++)
		gone_on = run_commands(&nothing, 1);
	gone_on = gone_on && run_commands((struct command[]){ { { DISCARD | device, 0, 0, 0 } },
							      { { MAPD | device, 0, 0, 0 } } },
					  2);
	say("lpis %s\n", gone_on && go_round(start) ? "sent" : "stuck");
}

static const struct row rows[] = {
	{ "lent-propbaser", lent_table, PROPBASER, HYPERVISOR, 3 },
	{ "lent-pendbaser", lent_table, PENDBASER, HYPERVISOR, 3 },
	{ "lent-ctlr", lent_ctlr, 0, 0, 3 },
	{ "propbaser-hypervisor", own_table, PROPBASER, HYPERVISOR | ID_BITS_16, 3 },
	{ "propbaser-guest", own_table, PROPBASER, VICTIM | ID_BITS_16, 3 },
	{ "propbaser-into-pool", own_table, PROPBASER, BEFORE_POOL | ID_BITS_24, 3 },
	{ "pendbaser-hypervisor", own_table, PENDBASER, HYPERVISOR, 3 },
	{ "pendbaser-guest", own_table, PENDBASER, VICTIM, 3 },
	{ "its-device-table", its_register, GITS_BASER, VALID | HYPERVISOR, 3 },
	{ "its-collection-table", its_register, GITS_BASER + 8, VALID | VICTIM, 3 },
	{ "its-queue", its_register, GITS_CBASER, VALID | HYPERVISOR | 0xf, 3 },
	{ "its-queue-end", its_register, GITS_CWRITER, QUEUE_OFFSET, 3 },
	{ "its-off", its_off, 0, 0, 3 },
	{ "its-write-device-table", its_table, TYPE_DEVICES, 0, 3 },
	{ "its-write-collection-table", its_table, TYPE_COLLECTIONS, 0, 3 },
	{ "its-write-second-level", its_second_level, TYPE_DEVICES, 0, 3 },
	{ "its-map-into-guest", map_device, VICTIM + 0x100000, 0, 3 },
	{ "its-map-into-hypervisor", map_device, 0, 0, 3 },
	{ "its-map-into-pool", map_device, OWN_MEMORY, 0, 3 },
	{ "its-map-to-lent-cpu", map_collection, 0, 0, 3 },
	{ "its-random", random_commands, 2000, 0, 3 },
};

ATTACK_CLASS(write_class, "kernel-write-for-me", rows);
