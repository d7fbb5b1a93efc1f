// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/arm64/its_command.c */
/* Commands of the ITS: what root may give, and what would make it write or interrupt where root has no business. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../hypervisor/arch/arm64/asm/its_command.h"

#define VALID (1ull << 63)
#define RAM 0x40000000ull
#define RAM_SIZE 0x100000ull
#define DEVICES 64u
#define ROOT_CPU (1ull << 16)
#define LENT_CPU (2ull << 16)
#define NO_CPU (9ull << 16)

/* The machine: 16 bits of EventID, entries of 12 bytes, one range that root keeps, CPU 1 root's, CPU 2 a cell's. */
unsigned int its_event_bits(void)
{
	return 16;
}

unsigned int its_entry_size(void)
{
	return 12;
}

int its_has_device(uint32_t device)
{
	return device < DEVICES;
}

int its_may_write(uint64_t address, uint64_t size)
{
	return address >= RAM && address - RAM < RAM_SIZE && size <= RAM_SIZE - (address - RAM);
}

int its_is_cpu(uint64_t target)
{
	return target == ROOT_CPU || target == LENT_CPU;
}

int its_may_target(uint64_t target)
{
	return target == ROOT_CPU;
}

static const char *check(uint64_t word0, uint64_t word1, uint64_t word2, uint64_t word3)
{
	struct its_command command = { .word = { word0, word1, word2, word3 } };

	return its_command_check(&command);
}

static const char *mapd(uint64_t device, unsigned int bits, uint64_t address)
{
	return check(0x08 | device << 32, bits - 1, address | VALID, 0);
}

/* The bytes that the table has, not one less. */
static void test_the_whole_table_is_root_s(void **state)
{
	assert_null(mapd(3, 5, RAM));
	assert_null(mapd(3, 16, RAM));
	for (unsigned int bits = 1; bits <= 16; bits++) {
		uint64_t size = 12ull << bits, last = (RAM + RAM_SIZE - size) & ~0xffull;

		assert_null(mapd(3, bits, last));
		assert_non_null(mapd(3, bits, last + 0x100));
	}
	assert_non_null(mapd(3, 1, RAM - 0x100));
	assert_non_null(mapd(3, 1, 0));
	assert_non_null(mapd(3, 1, 0x000fffffffffff00ull));
	assert_non_null(mapd(3, 17, RAM));
	assert_non_null(mapd(3, 32, RAM));
}

static void test_bits_that_mean_nothing_hide_nothing(void **state)
{
	/* Low and high bits of the address are no part of it; an unmapping names no table. */
	assert_null(check(0x08, 4, (RAM + 0xff) | VALID, 0));
	assert_null(check(0x08, ~0x1full | 4, RAM | VALID | 0x7ff0000000000000ull, ~0ull));
	assert_null(check(0x08, 4, 0x1234567800ull, 0));
	assert_null(check(0xffffff08, 4, RAM | VALID, 0));
}

static void test_devices_beside_the_table(void **state)
{
	assert_null(mapd(DEVICES - 1, 5, RAM));
	assert_non_null(mapd(DEVICES, 5, RAM));
	assert_non_null(mapd(0xffffffff, 5, RAM));
}

static void test_targets(void **state)
{
	/* MAPC, and its opposite, which names none */
	assert_null(check(0x09, 0, ROOT_CPU | VALID, 0));
	assert_non_null(check(0x09, 0, LENT_CPU | VALID, 0));
	assert_non_null(check(0x09, 0, NO_CPU | VALID, 0));
	assert_non_null(check(0x09, 0, 0x0007ffffffff0000ull | VALID, 0));
	assert_null(check(0x09, 0, LENT_CPU, 0));
	/* MOVALL: both ends */
	assert_null(check(0x0e, 0, ROOT_CPU, ROOT_CPU));
	assert_non_null(check(0x0e, 0, ROOT_CPU, LENT_CPU));
	assert_non_null(check(0x0e, 0, NO_CPU, ROOT_CPU));
	/* SYNC: any CPU, but no other address */
	assert_null(check(0x05, 0, ROOT_CPU, 0));
	assert_null(check(0x05, 0, LENT_CPU, 0));
	assert_non_null(check(0x05, 0, NO_CPU, 0));
}

/* All but those of GICv3: GICv4's name tables and doorbells of virtual CPUs. */
static void test_opcodes(void **state)
{
	static const uint8_t known[] = { 0x01, 0x03, 0x04, 0x05, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f };

	for (unsigned int opcode = 0; opcode < 256; opcode++) {
		int is_known = 0;

		for (unsigned int i = 0; i < sizeof(known); i++)
			is_known |= known[i] == opcode;
		assert_int_equal(check(opcode, 1, (opcode == 0x08 ? RAM : ROOT_CPU) | VALID, ROOT_CPU) == NULL,
				 is_known);
	}
}

static void test_nothing_is_allowed(void **state)
{
	struct its_command nothing = its_command_nothing(ROOT_CPU | 0xffff);

	assert_null(its_command_check(&nothing));
	assert_int_equal(nothing.word[2], ROOT_CPU);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_whole_table_is_root_s),
		cmocka_unit_test(test_bits_that_mean_nothing_hide_nothing),
		cmocka_unit_test(test_devices_beside_the_table),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_opcodes),
		cmocka_unit_test(test_nothing_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
