// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/device/pci.c hypervisor/lib/config_cell.c hypervisor/lib/config_check.c */
/* SOURCES: hypervisor/lib/config_fields.c hypervisor/lib/config_riscv.c hypervisor/lib/config_system.c */
/* SOURCES: hypervisor/lib/config_x86.c hypervisor/lib/crc.c */
/* What a guest sees of configuration space in memory: its own function, and of capabilities there what does nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <arch/cell.h>
#include <arch/mmu.h>
#include <arch/pci.h>
#include <arch/upcall.h>
#include <cell/cell.h>
#include <cell/dma.h>
#include <cell/root.h>
#include <core/component.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <device/msi.h>
#include <device/pci.h>
#include <device/pci_root.h>
#include <lib/config.h>

#define BOARD_AT 0xb0000000u
#define GUEST_AT 0xe0000000u
#define MINE 0x0210u /* 02:02.0 */
#define OTHER 0x0218u
#define LAST 0x0400u /* the cell's, too: buses 2 to 4 */
#define AER 0x00010001u
#define SERIAL 0x00010003u
#define SRIOV 0x00010010u
#define NEXT(at) ((uint32_t)(at) << 20)
#define MSI_AT 0xf0u

static struct {
	struct bh_config_system body;
	struct bh_config_mmconfig mmconfig;
} board;
static struct {
	struct bh_config_cell body;
	struct bh_config_pci pci[2];
} config;
static struct cell cells[2]; /* root; a guest */
static struct cell *self = &cells[1];
/* Of all functions alike: configuration space. */
static uint32_t space[0x400];
static unsigned int writes, msi_offset;
static uint32_t hidden_function;

/* The machine -------------------------------------------------------------------------------------- */

uint32_t arch_pci_read(uint32_t function, unsigned int offset, unsigned int size)
{
	assert_true(offset < 256);
	assert_int_equal(offset & (size - 1), 0);
	hidden_function = function;
	memcpy(&function, (uint8_t *)space + offset, size);
	return size == 4 ? function : function & ((1u << size * 8) - 1);
}

void arch_pci_write(uint32_t function, unsigned int offset, unsigned int size, uint32_t value)
{
	(void)function;
	(void)offset;
	(void)size;
	(void)value;
	writes++;
}

void *arch_window_open(hpa_t address, size_t size)
{
	const uint64_t offset = address.value - BOARD_AT;

	assert_true(offset >> 12 == MINE || offset >> 12 == LAST);
	assert_int_equal(size, 4);
	return (uint8_t *)space + (offset & 0xfff);
}

void arch_window_close(void)
{
}

const struct bh_config_system *image_config(void)
{
	return &board.body;
}

struct cell *cell_self(void)
{
	return self;
}

struct cell *cell_root(void)
{
	return &cells[0];
}

const struct bh_config_pci *dma_functions(const struct bh_config_cell *cell, uint32_t *count)
{
	(void)cell;
	*count = 2;
	return config.pci;
}

struct cell *dma_owner(uint32_t function)
{
	return &cells[function == OTHER ? 0 : 1];
}

int pt_map(struct page_table *table, uint64_t in, hpa_t out, uint64_t size, unsigned int prot, enum pt_type type)
{
	(void)table, (void)in, (void)out, (void)size, (void)prot, (void)type;
	return 0;
}

int pt_split(struct page_table *table, uint64_t in, uint64_t size, uint64_t granule)
{
	(void)table, (void)in, (void)size, (void)granule;
	return 0;
}

void pt_unmap(struct page_table *table, uint64_t in, uint64_t size)
{
	(void)table, (void)in, (void)size;
}

void pci_root_begin(void)
{
}

int pci_root_may_write(const struct pci_access *access)
{
	(void)access;
	return 0;
}

int msi_prepare(struct cell *cell, uint32_t function)
{
	(void)cell, (void)function;
	return 0;
}

void msi_begin(unsigned int place, struct cell *cell, uint32_t function, const uint32_t *bar)
{
	(void)place, (void)cell, (void)function, (void)bar;
}

void msi_reset(unsigned int place)
{
	(void)place;
}

void msi_end(unsigned int place)
{
	(void)place;
}

/* As msi.c: what is less than 24 bytes behind the capability is its own. */
int msi_access(unsigned int place, struct pci_access *access)
{
	(void)place;
	if (access->offset - MSI_AT >= 24)
		return 0;
	msi_offset = access->offset;
	return 1;
}

/* The guest ---------------------------------------------------------------------------------------- */

static int begin(void **state)
{
	(void)state;
	memset(space, 0, sizeof(space));
	space[0] = 0x10c98086;
	/* errors; hidden; serial number, which is last */
	space[0x100 / 4] = AER | NEXT(0x160);
	space[0x104 / 4] = 0xa0a0a0a0;
	space[0x144 / 4] = 0xa1a1a1a1;
	space[0x148 / 4] = 0xbadbad00;
	space[0x160 / 4] = SRIOV | NEXT(0x190);
	space[0x164 / 4] = 0xbadbad01;
	space[0x190 / 4] = SERIAL;
	space[0x194 / 4] = 0x11111111;
	space[0x198 / 4] = 0x22222222;
	space[0x19c / 4] = 0xbadbad02;
	board.body.header.arch = BH_ARCH_X86_64;
	board.mmconfig = (struct bh_config_mmconfig){ BOARD_AT, 0, 0, 255, 0 };
	board.body.x86.mmconfig = (struct bh_config_array){ sizeof(board.body), 1 };
	config.body = (struct bh_config_cell){ .header = { .arch = BH_ARCH_X86_64 } };
	config.body.x86.mmconfig = GUEST_AT;
	config.body.x86.pci = (struct bh_config_array){ sizeof(config.body), 2 };
	config.pci[0] = (struct bh_config_pci){ 0, LAST, 0 };
	config.pci[1] = (struct bh_config_pci){ 0, MINE, 0 };
	cells[1].id = 1;
	cells[1].config = &config.body;
	(*__start_bh_components)->cell_exit(&cells[1]);
	(*__start_bh_components)->cell_commit(&cells[1]);
	writes = 0;
	return 0;
}

static int is_there(uint64_t address, unsigned int size, int is_write, uint64_t *value)
{
	struct mmio_access access = { .address = address, .size = (uint8_t)size, .is_write = (uint8_t)is_write,
				      .value = *value };
	const int is_done = pci_window(&cells[1], &access);

	*value = access.value;
	return is_done;
}

static uint64_t look(uint32_t function, unsigned int offset, unsigned int size)
{
	uint64_t value = 0x5555555555555555;

	assert_true(is_there(GUEST_AT + function * 0x1000u + offset, size, 0, &value));
	return value;
}

static void put(uint32_t function, unsigned int offset, unsigned int size, uint64_t value)
{
	assert_true(is_there(GUEST_AT + function * 0x1000u + offset, size, 1, &value));
}

static void the_window_has_the_buses_of_the_cell(void **state)
{
	const uint64_t first = GUEST_AT + 0x200000, end = GUEST_AT + 0x500000;
	uint64_t value = 0;

	(void)state;
	assert_false(is_there(first - 4, 4, 0, &value));
	assert_true(is_there(first, 4, 0, &value));
	assert_true(is_there(end - 4, 4, 0, &value));
	assert_false(is_there(end, 4, 0, &value));
	assert_false(is_there(BOARD_AT + MINE * 0x1000u, 4, 0, &value));
	config.body.x86.mmconfig = 0;
	assert_false(is_there(MINE * 0x1000u, 4, 0, &value));
	config.body.x86.mmconfig = GUEST_AT;
	config.body.header.arch = BH_ARCH_AARCH64;
	assert_false(is_there(first, 4, 0, &value));
}

static void it_shows_the_cell_s_functions(void **state)
{
	(void)state;
	assert_int_equal(look(MINE, 0, 4), 0x10c98086);
	assert_int_equal(look(MINE, 2, 2), 0x10c9);
	assert_int_equal(look(MINE, 3, 1), 0x10);
	assert_int_equal(look(MINE, 0, 8), 0x10c98086);
	assert_int_equal(look(LAST, 0, 4), 0x10c98086);
	hidden_function = 0;
	assert_int_equal(look(OTHER, 0, 4), 0xffffffff);
	assert_int_equal(look(OTHER, 0, 1), 0xff);
	assert_int_equal(look(OTHER, 0x100, 4), 0xffffffff);
	put(OTHER, 4, 2, 7);
	assert_int_equal(hidden_function | writes, 0);
}

static void what_crosses_a_register_is_none(void **state)
{
	(void)state;
	assert_int_equal(look(MINE, 1, 4), 0xffffffff);
	assert_int_equal(look(MINE, 3, 2), 0xffff);
	assert_int_equal(look(MINE, 4, 8), ~0ull);
	assert_int_equal(look(MINE, 0xffe, 4), 0xffffffff);
	put(MINE, 5, 2, 7);
	put(MINE, 0xfff, 4, 7);
	assert_int_equal(writes, 0);
	put(MINE, 4, 2, 7);
	assert_int_equal(writes, 1);
}

static void extended_capabilities_are_empty_or_harmless(void **state)
{
	(void)state;
	assert_int_equal(look(MINE, 0x100, 4), AER | NEXT(0x160));
	assert_int_equal(look(MINE, 0x104, 4), 0xa0a0a0a0);
	assert_int_equal(look(MINE, 0x144, 4), 0xa1a1a1a1);
	assert_int_equal(look(MINE, 0x148, 4), 0);
	assert_int_equal(look(MINE, 0x160, 4), NEXT(0x190));
	assert_int_equal(look(MINE, 0x162, 2), 0x1900);
	assert_int_equal(look(MINE, 0x164, 4), 0);
	assert_int_equal(look(MINE, 0x190, 4), SERIAL);
	assert_int_equal(look(MINE, 0x190, 2), 3);
	assert_int_equal(look(MINE, 0x190, 8), (0x11111111ull << 32) | SERIAL);
	assert_int_equal(look(MINE, 0x198, 4), 0x22222222);
	assert_int_equal(look(MINE, 0x19c, 4), 0);
	assert_int_equal(look(MINE, 0xffc, 4), 0);
}

/* Also right behind a capability of messages that ends with the first 256 bytes. */
static void nothing_is_written_there(void **state)
{
	(void)state;
	msi_offset = 0;
	for (unsigned int offset = 0x100; offset < 0x1000; offset += 4)
		put(MINE, offset, 4, ~0u);
	put(MINE, 0x100, 8, ~0ull);
	put(MINE, 0x101, 1, 0xff);
	assert_int_equal(writes | msi_offset, 0);
	assert_int_equal(space[0x164 / 4], 0xbadbad01);
	assert_int_equal(space[0x104 / 4], 0xa0a0a0a0);
	look(MINE, 0xfc, 4);
	assert_int_equal(msi_offset, 0xfc);
}

static void a_ring_of_capabilities_ends(void **state)
{
	(void)state;
	space[0x190 / 4] = SERIAL | NEXT(0x100);
	assert_int_equal(look(MINE, 0x800, 4), 0);
	space[0x100 / 4] = AER | NEXT(0x080);
	assert_int_equal(look(MINE, 0x160, 4), 0);
}

static void without_a_window_of_the_board_there_is_none(void **state)
{
	(void)state;
	board.body.x86.mmconfig.count = 0;
	assert_int_equal(look(MINE, 0x100, 4), 0xffffffff);
	assert_int_equal(look(MINE, 0x104, 2), 0xffff);
	assert_int_equal(look(MINE, 0, 4), 0x10c98086);
	/* The same of a function that does not answer. */
	board.body.x86.mmconfig.count = 1;
	space[0x160 / 4] = ~0u;
	assert_int_equal(look(MINE, 0x190, 4), 0xffffffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_window_has_the_buses_of_the_cell, begin),
		cmocka_unit_test_setup(it_shows_the_cell_s_functions, begin),
		cmocka_unit_test_setup(what_crosses_a_register_is_none, begin),
		cmocka_unit_test_setup(extended_capabilities_are_empty_or_harmless, begin),
		cmocka_unit_test_setup(nothing_is_written_there, begin),
		cmocka_unit_test_setup(a_ring_of_capabilities_ends, begin),
		cmocka_unit_test_setup(without_a_window_of_the_board_there_is_none, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
