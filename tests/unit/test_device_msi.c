// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/device/msi.c hypervisor/core/pci.c hypervisor/core/lock.c */
/*
 * Messages of guests' functions: functions with the capabilities that there are, one of them with a table of MSI-X in
 * its registers, and an architecture that writes down where messages shall go. What a guest writes is the guest's; the
 * function has names of entries, and nothing of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <arch/cell.h>
#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/msi.h>
#include <arch/pci.h>
#include <arch/upcall.h>
#include <bulkhead/errors.h>
#include <cell/cell.h>
#include <core/deadline.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <device/mmio.h>
#include <device/msi.h>

enum { DISK, EDU, OLD, BARE, FUNCTIONS };

#define MSIX 0x40u /* of the disk */
#define MSI 0x50u  /* of the others, too */
#define CONTROL 2u
#define ON 0x1u
#define MSIX_ON 0x8000u
#define MSIX_MASKED 0x4000u
#define BAR 0x4000000000ull
#define BAR_SIZE 0x4000u
#define TABLE 0x1800u /* in the disk's registers, not at the beginning of a page */
#define MESSAGES 40u  /* more than there are entries for one */
#define PLACE 3u
#define OTHER_PLACE 63u
#define CPU1 0xfee01000u

/* The machine ----------------------------------------------------------------------------------------- */

static uint32_t space[FUNCTIONS][64];
static uint32_t registers[BAR_SIZE / 4];
static uint32_t bar[6];
static unsigned int windows, splits, unmaps;
static int has_entries, is_mapped, is_window_open;

static struct {
	struct cell_arch *cell;
	uint32_t function;
	int is_on;
	struct msi_message guest;
} routes[MSI_ENTRIES];
static unsigned int routed;

static struct {
	struct cell *cell;
	uint64_t base, size;
	const struct mmio_ops *ops;
	void *device;
} region;

static struct cell cell, other, *self;
static int is_given[MSI_FUNCTIONS];

uint32_t arch_pci_read(uint32_t function, unsigned int offset, unsigned int size)
{
	const uint32_t value = space[function][offset / 4] >> (offset & 3) * 8;

	assert_true(offset + size <= 256 && !(offset & (size - 1)));
	return size == 4 ? value : value & ((1u << size * 8) - 1);
}

void arch_pci_write(uint32_t function, unsigned int offset, unsigned int size, uint32_t value)
{
	const unsigned int shift = (offset & 3) * 8;
	const uint32_t mask = (size == 4 ? ~0u : (1u << size * 8) - 1) << shift;

	assert_true(offset + size <= 256 && !(offset & (size - 1)));
	/* What the functions can is theirs to say. */
	if (offset == MSI + CONTROL || offset == MSIX + CONTROL)
		value = (value & (offset == MSI + CONTROL ? 0x71 : 0xc000)) |
			(arch_pci_read(function, offset, 2) & ~(offset == MSI + CONTROL ? 0x71u : 0xc000u));
	space[function][offset / 4] = (space[function][offset / 4] & ~mask) | (value << shift & mask);
}

int arch_msi_message(uint32_t function, unsigned int index, struct msi_message *message)
{
	assert_true(index < MSI_ENTRIES);
	if (!has_entries)
		return 0;
	*message = (struct msi_message){ 0xfee00010 | (uint64_t)index << 5, 0x100 + function };
	return 1;
}

void arch_msi_route(struct cell_arch *of, uint32_t function, unsigned int index, const struct msi_message *guest)
{
	assert_true(index < MSI_ENTRIES);
	routes[index].cell = of;
	routes[index].function = function;
	routes[index].is_on = guest != NULL;
	if (guest)
		routes[index].guest = *guest;
	routed++;
}

void *arch_window_open(hpa_t address, size_t size)
{
	assert_true(address.value >= BAR && address.value + size <= BAR + BAR_SIZE && !is_window_open);
	is_window_open = 1;
	windows++;
	return (uint8_t *)registers + (address.value - BAR);
}

void arch_window_close(void)
{
	is_window_open = 0;
}

int pt_is_identity(const struct page_table *table, uint64_t in, uint64_t size, unsigned int prot)
{
	assert_int_equal(prot, PT_READ | PT_WRITE);
	assert_true(table == &cell.arch.stage2);
	return is_mapped && in >= BAR && in + size <= BAR + BAR_SIZE;
}

int pt_split(struct page_table *table, uint64_t in, uint64_t size, uint64_t leaf)
{
	(void)table;
	assert_true(leaf == PAGE_SIZE && in == BAR + 0x1000 && size == PAGE_SIZE);
	splits++;
	return has_entries ? 0 : BH_E_NO_MEMORY;
}

void pt_unmap(struct page_table *table, uint64_t in, uint64_t size)
{
	(void)table;
	assert_true(in == BAR + 0x1000 && size == PAGE_SIZE);
	unmaps++;
}

void mmio_add(struct cell *of, uint64_t base, uint64_t size, const struct mmio_ops *ops, void *device)
{
	region.cell = of;
	region.base = base;
	region.size = size;
	region.ops = ops;
	region.device = device;
}

struct cell *cell_self(void)
{
	return self;
}

void arch_cpu_relax(void)
{
}

unsigned int arch_cpu_self(void)
{
	return 0;
}

void log_write(unsigned int level, const char *format, ...)
{
	(void)level;
	(void)format;
}

uint64_t deadline_default(void)
{
	return 0;
}

int deadline_passed(uint64_t deadline)
{
	return (int)deadline;
}

/* A function with a list of capabilities: MSI-X, or none, and MSI with these bits of its control. */
static void build(unsigned int function, int has_table, uint32_t control)
{
	space[function][1] = 0x00100000;
	space[function][0x34 / 4] = has_table ? MSIX : control ? MSI : 0;
	space[function][MSIX / 4] = (MESSAGES - 1) << 16 | MSI << 8 | 0x11;
	space[function][MSIX / 4 + 1] = TABLE;
	space[function][MSIX / 4 + 2] = TABLE + 0x280;
	space[function][MSI / 4] = control << 16 | 0x05;
	for (unsigned int i = 1; i < 6; i++)
		space[function][MSI / 4 + i] = 0xbad00000 + i;
}

static int begin(void **state)
{
	(void)state;
	memset(space, 0, sizeof(space));
	memset(registers, 0xab, sizeof(registers));
	memset(routes, 0, sizeof(routes));
	memset(&region, 0, sizeof(region));
	routed = windows = splits = unmaps = 0;
	has_entries = is_mapped = 1;
	self = &cell;
	build(DISK, 1, 0x0080);
	build(EDU, 0, 0x0188); /* of 16 messages, 64 bits, masking */
	build(OLD, 0, 0x0100); /* 32 bits, masking */
	build(BARE, 0, 0x0008); /* 32 bits */
	bar[0] = (uint32_t)BAR | 4;
	bar[1] = (uint32_t)(BAR >> 32);
	space[DISK][4] = bar[0];
	space[DISK][5] = bar[1];
	return 0;
}

static void give(unsigned int place, uint32_t function)
{
	msi_begin(place, &cell, function, bar);
	msi_reset(place);
	is_given[place] = 1;
}

static void take(unsigned int place)
{
	if (is_given[place])
		msi_end(place);
	is_given[place] = 0;
}

static int end(void **state)
{
	(void)state;
	take(PLACE);
	take(OTHER_PLACE);
	return 0;
}

/* The guest -------------------------------------------------------------------------------------------- */

static int config(uint32_t function, unsigned int offset, unsigned int size, int is_write, uint32_t *value)
{
	struct pci_access access = { .function = function, .offset = (uint16_t)offset, .size = (uint8_t)size,
				     .is_write = (uint8_t)is_write, .value = *value };
	const int is_done = msi_access(PLACE, &access);

	*value = access.value;
	return is_done;
}

static uint32_t read(uint32_t function, unsigned int offset, unsigned int size)
{
	uint32_t value = 0;

	assert_int_equal(config(function, offset, size, 0, &value), 1);
	return value;
}

static void write(uint32_t function, unsigned int offset, unsigned int size, uint32_t value)
{
	assert_int_equal(config(function, offset, size, 1, &value), 1);
}

static int is_mine(uint32_t function, unsigned int offset, unsigned int size, int is_write)
{
	uint32_t value = 0;

	return config(function, offset, size, is_write, &value);
}

static uint64_t table(uint64_t offset, unsigned int size, int is_write, uint64_t value)
{
	struct mmio_access access = { .address = BAR + offset, .size = (uint8_t)size, .is_write = (uint8_t)is_write,
				      .value = value };

	region.ops->access(region.device, BAR + offset - region.base, &access);
	return access.value;
}

static void set_entry(unsigned int message, uint64_t address, uint32_t data, uint32_t mask)
{
	table(TABLE + message * 16, 8, 1, address);
	table(TABLE + message * 16 + 8, 4, 1, data);
	table(TABLE + message * 16 + 12, 4, 1, mask);
}

static void expect_route(unsigned int index, uint32_t function, uint64_t address, uint32_t data)
{
	assert_true(routes[index].cell == &cell.arch);
	assert_int_equal(routes[index].function, function);
	assert_int_equal(routes[index].is_on, 1);
	assert_true(routes[index].guest.address == address);
	assert_int_equal(routes[index].guest.data, data);
}

static void expect_no_routes(void)
{
	for (unsigned int i = 0; i < MSI_ENTRIES; i++)
		assert_int_equal(routes[i].is_on, 0);
}

/* Tests: MSI ------------------------------------------------------------------------------------------- */

#define FIRST (PLACE * MSI_FUNCTION_ENTRIES)

/* What the function says is the name of its entry, whatever the guest writes. */
static void expect_entry(uint32_t function, unsigned int data_at)
{
	assert_int_equal(space[function][MSI / 4 + 1], 0xfee00010 | FIRST << 5);
	assert_int_equal(arch_pci_read(function, MSI + data_at, 2), 0x100 + function);
	if (data_at == 12)
		assert_int_equal(space[function][MSI / 4 + 2], 0);
}

static void what_a_guest_writes_is_kept_for_it(void **state)
{
	(void)state;
	give(PLACE, EDU);
	expect_no_routes();
	expect_entry(EDU, 12);
	/* One message, of 16 that it could; 64 bits and masks are as they are. */
	assert_int_equal(read(EDU, MSI, 4), 0x01800005);
	assert_int_equal(read(EDU, MSI + 4, 4), 0);
	write(EDU, MSI + 4, 4, CPU1);
	write(EDU, MSI + 8, 4, 0);
	write(EDU, MSI + 12, 2, 0x41);
	expect_no_routes();
	write(EDU, MSI + CONTROL, 2, 0x71 | 0x180);
	assert_int_equal(read(EDU, MSI + CONTROL, 2), 0x181);
	assert_int_equal(read(EDU, MSI + 4, 4), CPU1);
	assert_int_equal(read(EDU, MSI + 12, 2), 0x41);
	assert_int_equal(arch_pci_read(EDU, MSI + CONTROL, 2), 0x189);
	expect_entry(EDU, 12);
	expect_route(FIRST, EDU, CPU1, 0x41);
	/* By bytes, while it is on. */
	write(EDU, MSI + 5, 1, 0x20);
	write(EDU, MSI + 11, 1, 0x80);
	write(EDU, MSI + 12, 1, 0x42);
	assert_int_equal(read(EDU, MSI + 6, 2), 0xfee0);
	assert_int_equal(read(EDU, MSI + 5, 1), 0x20);
	expect_route(FIRST, EDU, 0x8000000000000000ull | 0xfee02000, 0x42);
	expect_entry(EDU, 12);
	/* Off by a byte of the first register. */
	write(EDU, MSI + CONTROL, 1, 0);
	assert_int_equal(routes[FIRST].is_on, 0);
	assert_int_equal(arch_pci_read(EDU, MSI + CONTROL, 2), 0x188);
	assert_int_equal(read(EDU, MSI + 12, 1), 0x42);
}

/* Nothing is judged here: the architecture knows what a message may be. */
static void what_makes_no_sense_is_for_the_architecture(void **state)
{
	static const struct msi_message rows[] = {
		{ 0, 0 }, { 0xfee00010, 0x41 }, { ~0ull, ~0u }, { 0x40000000, 0x41 }, { CPU1, 0x4500 },
	};

	(void)state;
	give(PLACE, EDU);
	write(EDU, MSI, 4, ~0u);
	assert_int_equal(read(EDU, MSI, 4), 0x01810005);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write(EDU, MSI + 4, 4, (uint32_t)rows[i].address);
		write(EDU, MSI + 8, 4, (uint32_t)(rows[i].address >> 32));
		write(EDU, MSI + 12, 4, rows[i].data);
		expect_route(FIRST, EDU, rows[i].address, rows[i].data);
		expect_entry(EDU, 12);
	}
}

static void short_ones_have_their_data_elsewhere(void **state)
{
	(void)state;
	give(PLACE, OLD);
	expect_entry(OLD, 8);
	write(OLD, MSI + 4, 4, CPU1);
	write(OLD, MSI + 8, 2, 0x43);
	write(OLD, MSI + CONTROL, 2, ON);
	expect_route(FIRST, OLD, CPU1, 0x43);
	expect_entry(OLD, 8);
	/* Its mask is the function's; what is pending nobody writes, and is read there. */
	write(OLD, MSI + 12, 4, 1);
	assert_int_equal(space[OLD][MSI / 4 + 3], 1);
	assert_false(is_mine(OLD, MSI + 12, 2, 1));
	assert_false(is_mine(OLD, MSI + 12, 4, 0));
	assert_false(is_mine(OLD, MSI + 16, 4, 1));
	assert_false(is_mine(OLD, MSI + 16, 4, 0));
	assert_false(is_mine(OLD, MSI + 24, 4, 1));
	assert_false(is_mine(OLD, MSI - 4, 4, 1));
	/* A new start begins without. */
	msi_reset(PLACE);
	assert_int_equal(space[OLD][MSI / 4 + 3], 0);
	assert_int_equal(read(OLD, MSI + 4, 4), 0);
	assert_int_equal(read(OLD, MSI + CONTROL, 2), 0x100);
	assert_int_equal(routes[FIRST].is_on, 0);
}

static void behind_a_short_one_is_another_capability(void **state)
{
	(void)state;
	give(PLACE, BARE);
	for (unsigned int at = MSI + 12; at < MSI + 32; at += 4) {
		assert_false(is_mine(BARE, at, 4, 1));
		assert_false(is_mine(BARE, at, 4, 0));
		assert_int_equal(space[BARE][at / 4], at < MSI + 24 ? 0xbad00000 + (at - MSI) / 4 : 0);
	}
}

static void the_mask_of_a_long_one(void **state)
{
	(void)state;
	give(PLACE, EDU);
	write(EDU, MSI + 16, 4, 1);
	assert_int_equal(space[EDU][MSI / 4 + 4], 1);
	assert_false(is_mine(EDU, MSI + 20, 4, 1));
	assert_int_equal(space[EDU][MSI / 4 + 5], 0xbad00005);
}

/* Tests: MSI-X ----------------------------------------------------------------------------------------- */

static void a_table_is_a_trap(void **state)
{
	(void)state;
	assert_int_equal(msi_prepare(&cell, DISK), 0);
	assert_int_equal(splits, 1);
	give(PLACE, DISK);
	assert_int_equal(unmaps, 1);
	assert_true(region.cell == &cell && region.base == BAR + 0x1000 && region.size == PAGE_SIZE);
	/* As many as there are entries for; where it is, it says itself. */
	assert_int_equal(read(DISK, MSIX, 4) >> 16, MSI_FUNCTION_ENTRIES - 1);
	assert_false(is_mine(DISK, MSIX + 4, 4, 0));
	/* All its messages are names of entries, and masked; those beyond them are nothing. */
	for (unsigned int i = 0; i < MESSAGES; i++) {
		const uint32_t *entry = &registers[TABLE / 4 + i * 4];
		const int is_usable = i < MSI_FUNCTION_ENTRIES;

		assert_int_equal(entry[0], is_usable ? 0xfee00010 | (FIRST + i) << 5 : 0);
		assert_int_equal(entry[1], 0);
		assert_int_equal(entry[2], is_usable ? 0x100 + DISK : 0);
		assert_int_equal(entry[3], 1);
		assert_true(table(TABLE + i * 16, 8, 0, 0) == 0 && table(TABLE + i * 16 + 8, 8, 0, 0) == 1ull << 32);
	}
	assert_int_equal(registers[TABLE / 4 - 1], 0xabababab);
	assert_int_equal(registers[TABLE / 4 + MESSAGES * 4], 0xabababab);
	expect_no_routes();
}

static void a_message_goes_when_it_is_on_and_not_masked(void **state)
{
	(void)state;
	give(PLACE, DISK);
	set_entry(2, CPU1, 0x51, 0);
	set_entry(5, CPU1, 0x52, 1);
	assert_int_equal(registers[TABLE / 4 + 2 * 4 + 3], 0);
	expect_no_routes();
	write(DISK, MSIX + CONTROL, 2, MSIX_ON);
	assert_int_equal(arch_pci_read(DISK, MSIX + CONTROL, 2), MSIX_ON | (MESSAGES - 1));
	expect_route(FIRST + 2, DISK, CPU1, 0x51);
	assert_int_equal(routes[FIRST + 5].is_on, 0);
	/* The mask goes to the function; bits that are none do not. */
	table(TABLE + 5 * 16 + 12, 4, 1, 0xfffffffe);
	expect_route(FIRST + 5, DISK, CPU1, 0x52);
	assert_int_equal(registers[TABLE / 4 + 5 * 4 + 3], 0);
	assert_int_equal(table(TABLE + 5 * 16 + 12, 4, 0, 0), 0);
	table(TABLE + 2 * 16 + 12, 4, 1, ~0u);
	assert_int_equal(routes[FIRST + 2].is_on, 0);
	assert_int_equal(registers[TABLE / 4 + 2 * 4 + 3], 1);
	/* All of them masked is the function's to see to. */
	write(DISK, MSIX + CONTROL, 2, MSIX_ON | MSIX_MASKED | 0x7ff);
	assert_int_equal(arch_pci_read(DISK, MSIX + CONTROL, 2), MSIX_ON | MSIX_MASKED | (MESSAGES - 1));
	assert_int_equal(read(DISK, MSIX + CONTROL, 2), MSIX_ON | MSIX_MASKED | (MSI_FUNCTION_ENTRIES - 1));
	/* A byte is enough. */
	write(DISK, MSIX + 3, 1, 0);
	expect_no_routes();
	assert_int_equal(arch_pci_read(DISK, MSIX + CONTROL, 2), MESSAGES - 1);
	/* The function has never had anything of the guest's but masks. */
	assert_int_equal(registers[TABLE / 4 + 2 * 4], 0xfee00010 | (FIRST + 2) << 5);
	assert_int_equal(registers[TABLE / 4 + 2 * 4 + 2], 0x100 + DISK);
}

static void a_table_is_reached_by_words(void **state)
{
	uint32_t before[BAR_SIZE / 4];

	(void)state;
	give(PLACE, DISK);
	write(DISK, MSIX + CONTROL, 2, MSIX_ON);
	table(TABLE + 16, 4, 1, CPU1);
	table(TABLE + 20, 4, 1, 0);
	table(TABLE + 24, 8, 1, 0x61);
	expect_route(FIRST + 1, DISK, CPU1, 0x61);
	assert_true(table(TABLE + 16, 8, 0, 0) == CPU1 && table(TABLE + 24, 8, 0, 0) == 0x61);
	memcpy(before, registers, sizeof(before));
	routed = 0;
	/* Bytes, halves, and what crosses a word or an entry: reads as 0, goes nowhere. */
	for (unsigned int offset = 0; offset < 48; offset++) {
		for (unsigned int size = 1; size <= 8; size *= 2) {
			if (size >= 4 && !(offset & (size - 1)))
				continue;
			table(TABLE + offset, size, 1, ~0ull);
			assert_true(table(TABLE + offset, size, 0, 0x1234) == 0);
		}
	}
	assert_int_equal(routed, 0);
	assert_memory_equal(before, registers, sizeof(before));
	assert_true(table(TABLE + 16, 8, 0, 0) == CPU1);
}

/* More messages than entries: the function keeps them masked. Around the table are other registers of the page. */
static void behind_the_entries_and_around_the_table(void **state)
{
	(void)state;
	give(PLACE, DISK);
	write(DISK, MSIX + CONTROL, 2, MSIX_ON);
	routed = 0;
	for (unsigned int i = MSI_FUNCTION_ENTRIES; i < MESSAGES; i++) {
		set_entry(i, CPU1, 0x41, 0);
		assert_int_equal(registers[TABLE / 4 + i * 4], 0);
		assert_int_equal(registers[TABLE / 4 + i * 4 + 3], 1);
	}
	assert_int_equal(routed, 0);
	assert_true(table(0x1000, 4, 0, 0) == 0xabababab);
	table(0x1000, 4, 1, 0x12345678);
	table(TABLE - 8, 8, 1, 0x1122334455667788ull);
	table(TABLE + MESSAGES * 16, 8, 1, 0x99aabbccddeeff00ull);
	assert_int_equal(registers[0x1000 / 4], 0x12345678);
	assert_int_equal(registers[TABLE / 4 - 2], 0x55667788);
	assert_int_equal(registers[TABLE / 4 - 1], 0x11223344);
	assert_int_equal(registers[TABLE / 4 + MESSAGES * 4], 0xddeeff00);
	assert_true(table(TABLE + MESSAGES * 16, 8, 0, 0) == 0x99aabbccddeeff00ull);
	assert_int_equal(routed, 0);
}

/* Without a table in reach there is none: registers of others are not touched. */
static void a_table_out_of_reach_stays_off(void **state)
{
	static const struct {
		uint32_t where, low, high;
	} rows[] = {
		{ TABLE | 6, (uint32_t)BAR | 4, BAR >> 32 }, /* such base addresses are not there */
		{ TABLE | 7, (uint32_t)BAR | 4, BAR >> 32 },
		{ TABLE, (uint32_t)BAR | 5, BAR >> 32 }, /* I/O ports */
		{ TABLE, 4, 0 }, /* nowhere */
		{ TABLE, 0xfffff004, 0xffffffff }, /* beyond the end of all */
		{ 0xfffff000, (uint32_t)BAR | 4, BAR >> 32 }, /* and of its own */
		{ BAR_SIZE - 0x200, (uint32_t)BAR | 4, BAR >> 32 }, /* half of it is not the cell's */
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(NULL);
		space[DISK][MSIX / 4 + 1] = rows[i].where;
		space[DISK][4] = bar[0] = rows[i].low;
		space[DISK][5] = bar[1] = rows[i].high;
		assert_int_equal(msi_prepare(&cell, DISK), 0);
		give(PLACE, DISK);
		assert_true(!splits && !unmaps && !windows && !region.ops);
		assert_int_equal(read(DISK, MSIX, 4) >> 16, 0);
		write(DISK, MSIX + CONTROL, 2, MSIX_ON);
		assert_int_equal(read(DISK, MSIX + CONTROL, 2), MSIX_ON);
		assert_int_equal(arch_pci_read(DISK, MSIX + CONTROL, 2), MESSAGES - 1);
		take(PLACE);
	}
}

/* Not in the cell as it is in the machine. */
static void a_table_that_is_not_the_cells_stays_off(void **state)
{
	(void)state;
	is_mapped = 0;
	assert_int_equal(msi_prepare(&cell, DISK), 0);
	give(PLACE, DISK);
	assert_true(!splits && !unmaps && !windows && !region.ops);
	write(DISK, MSIX + CONTROL, 2, MSIX_ON);
	assert_int_equal(arch_pci_read(DISK, MSIX + CONTROL, 2), MESSAGES - 1);
	expect_no_routes();
}

/* No entries: a guest sees what it wrote, and the function stays silent. */
static void without_entries_messages_stay_off(void **state)
{
	(void)state;
	has_entries = 0;
	assert_int_equal(msi_prepare(&cell, DISK), BH_E_NO_MEMORY);
	give(PLACE, DISK);
	assert_int_equal(space[DISK][MSI / 4 + 1], 0);
	set_entry(0, CPU1, 0x41, 0);
	write(DISK, MSIX + CONTROL, 2, MSIX_ON);
	write(DISK, MSI + CONTROL, 2, ON);
	assert_int_equal(read(DISK, MSIX + CONTROL, 2) & MSIX_ON, MSIX_ON);
	assert_int_equal(read(DISK, MSI + CONTROL, 2) & ON, ON);
	assert_int_equal(arch_pci_read(DISK, MSIX + CONTROL, 2) & MSIX_ON, 0);
	assert_int_equal(arch_pci_read(DISK, MSI + CONTROL, 2) & ON, 0);
	assert_int_equal(registers[TABLE / 4], 0);
}

/* Tests: life ------------------------------------------------------------------------------------------ */

static void both_kinds_at_once(void **state)
{
	(void)state;
	give(PLACE, DISK);
	set_entry(0, CPU1, 0x51, 0);
	write(DISK, MSI + 4, 4, CPU1);
	write(DISK, MSI + 12, 2, 0x61);
	write(DISK, MSIX + CONTROL, 2, MSIX_ON);
	expect_route(FIRST, DISK, CPU1, 0x51);
	write(DISK, MSI + CONTROL, 2, ON);
	expect_route(FIRST, DISK, CPU1, 0x61);
	write(DISK, MSI + CONTROL, 2, 0);
	expect_route(FIRST, DISK, CPU1, 0x51);
}

static void they_are_routed_anew_for_their_own_cell(void **state)
{
	(void)state;
	give(PLACE, DISK);
	give(OTHER_PLACE, EDU);
	set_entry(1, CPU1, 0x51, 0);
	write(DISK, MSIX + CONTROL, 2, MSIX_ON);
	memset(routes, 0, sizeof(routes));
	routed = 0;
	self = &other;
	upcall_msi_route();
	assert_int_equal(routed, 0);
	self = &cell;
	upcall_msi_route();
	assert_int_equal(routed, MSI_FUNCTION_ENTRIES + 1);
	expect_route(FIRST + 1, DISK, CPU1, 0x51);
	assert_int_equal(routes[OTHER_PLACE * MSI_FUNCTION_ENTRIES].function, EDU);
	assert_int_equal(routes[FIRST].is_on, 0);
}

static void a_function_that_is_returned_while_on_is_silent(void **state)
{
	(void)state;
	space[EDU][MSI / 4] |= ON << 16;
	give(PLACE, EDU);
	assert_int_equal(arch_pci_read(EDU, MSI + CONTROL, 2) & ON, 0);
	write(EDU, MSI + 4, 4, CPU1);
	write(EDU, MSI + CONTROL, 2, ON);
	expect_route(FIRST, EDU, CPU1, 0);
	take(PLACE);
	expect_no_routes();
	/* What root had written, and off. */
	assert_int_equal(space[EDU][MSI / 4], 0x01880005);
	assert_int_equal(space[EDU][MSI / 4 + 1], 0xbad00001);
	assert_int_equal(space[EDU][MSI / 4 + 2], 0xbad00002);
	assert_int_equal(arch_pci_read(EDU, MSI + 12, 2), 3);
	routed = 0;
	upcall_msi_route();
	assert_int_equal(routed, 0);
	/* The place has nothing of it for the next one. */
	give(PLACE, DISK);
	write(DISK, MSIX + CONTROL, 2, MSIX_ON);
	set_entry(3, CPU1, 0x51, 0);
	take(PLACE);
	expect_no_routes();
	assert_int_equal(arch_pci_read(DISK, MSIX + CONTROL, 2), MESSAGES - 1);
}

/* Without capabilities nothing is looked at. */
static void a_function_without_messages(void **state)
{
	(void)state;
	space[EDU][1] = 0;
	assert_int_equal(msi_prepare(&cell, EDU), 0);
	give(PLACE, EDU);
	for (unsigned int at = 0; at < 256; at += 4) {
		assert_false(is_mine(EDU, at, 4, 0));
		assert_false(is_mine(EDU, at, 4, 1));
	}
	take(PLACE);
	assert_int_equal(space[EDU][MSI / 4 + 1], 0xbad00001);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_guest_writes_is_kept_for_it),
		TEST(what_makes_no_sense_is_for_the_architecture),
		TEST(short_ones_have_their_data_elsewhere),
		TEST(behind_a_short_one_is_another_capability),
		TEST(the_mask_of_a_long_one),
		TEST(a_table_is_a_trap),
		TEST(a_message_goes_when_it_is_on_and_not_masked),
		TEST(a_table_is_reached_by_words),
		TEST(behind_the_entries_and_around_the_table),
		TEST(a_table_out_of_reach_stays_off),
		TEST(a_table_that_is_not_the_cells_stays_off),
		TEST(without_entries_messages_stay_off),
		TEST(both_kinds_at_once),
		TEST(they_are_routed_anew_for_their_own_cell),
		TEST(a_function_that_is_returned_while_on_is_silent),
		TEST(a_function_without_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
