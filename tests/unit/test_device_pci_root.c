// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/device/pci_root.c hypervisor/core/lock.c */
/* What root may write to configuration space while a guest owns a function: by kind of function and register. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <arch/cpu.h>
#include <arch/pci.h>
#include <arch/upcall.h>
#include <core/deadline.h>
#include <core/log.h>
#include <device/pci_root.h>

#define DEVICE 0x0010u
#define BRIDGE 0x0020u
#define HOST_BRIDGE 0x0000u
#define CLASS_AND_REVISION 0x08u
#define HEADER 0x0cu

static uint32_t space[0x200][64];
static unsigned int warnings;

uint32_t arch_pci_read(uint32_t function, unsigned int offset, unsigned int size)
{
	const uint32_t value = space[function][offset / 4] >> (offset & 3) * 8;

	return size == 4 ? value : value & ((1u << size * 8) - 1);
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
	(void)format;
	warnings += level <= LOG_WARNING;
}

uint64_t deadline_default(void)
{
	return 0;
}

int deadline_passed(uint64_t deadline)
{
	return (int)deadline;
}

static int begin(void **state)
{
	(void)state;
	memset(space, 0, sizeof(space));
	warnings = 0;
	space[DEVICE][CLASS_AND_REVISION / 4] = 0x02000000;
	space[DEVICE][0x10 / 4] = 0xfeb00004;
	space[DEVICE][0x14 / 4] = 0x8;
	space[DEVICE][0x30 / 4] = 0xfea00000;
	space[BRIDGE][CLASS_AND_REVISION / 4] = 0x06040000;
	space[BRIDGE][HEADER / 4] = 0x00810000;
	space[HOST_BRIDGE][CLASS_AND_REVISION / 4] = 0x06000000;
	pci_root_begin();
	return 0;
}

static int may(uint32_t function, unsigned int offset, unsigned int size, uint32_t value)
{
	const struct pci_access access = { .function = function, .value = value, .offset = (uint16_t)offset,
					   .size = (uint8_t)size, .is_write = 1 };

	return pci_root_may_write(&access);
}

static void base_addresses_stay(void **state)
{
	(void)state;
	assert_true(may(DEVICE, 0x10, 4, 0xfeb00004));
	assert_false(may(DEVICE, 0x10, 4, 0xfec00004));
	assert_false(may(DEVICE, 0x10, 4, 0xffffffff));
	assert_false(may(DEVICE, 0x12, 2, 0xfeb0));
	assert_false(may(DEVICE, 0x13, 1, 0xfe));
	assert_true(may(DEVICE, 0x14, 4, 0x8));
	assert_false(may(DEVICE, 0x14, 4, 0));
	assert_false(may(DEVICE, 0x24, 4, 0x1000));
	assert_false(may(DEVICE, 0x30, 4, 0xfea00001));
	assert_false(may(DEVICE, 0x33, 1, 0));
	assert_true(may(DEVICE, 0x30, 4, 0xfea00000));
	assert_int_equal(warnings, 1);
}

/* A reset clears them: what it was before the first write is what may come back. */
static void they_come_back_after_a_reset(void **state)
{
	(void)state;
	assert_true(may(DEVICE, 0x78, 2, 0x8000));
	space[DEVICE][0x10 / 4] = 4;
	assert_true(may(DEVICE, 0x10, 4, 0xfeb00004));
	assert_false(may(DEVICE, 0x10, 4, 4));
	/* Later they may be others. */
	space[DEVICE][0x10 / 4] = 0xfe000004;
	pci_root_begin();
	assert_true(may(DEVICE, 0x10, 4, 0xfe000004));
	assert_false(may(DEVICE, 0x10, 4, 0xfeb00004));
}

static void bridges_keep_numbers_and_windows(void **state)
{
	(void)state;
	for (unsigned int offset = 0; offset < 0x1000; offset++) {
		const int is_good = offset < 0x10 || (offset >= 0x40 && offset < 0x100);

		assert_int_equal(may(BRIDGE, offset, 1, 0xff), is_good);
	}
}

static void the_chip_set_keeps_everything(void **state)
{
	(void)state;
	for (unsigned int offset = 0; offset < 0x1000; offset++)
		assert_int_equal(may(HOST_BRIDGE, offset, 1, 0xff), offset < 0x10);
}

static void all_else_is_roots(void **state)
{
	(void)state;
	for (unsigned int offset = 0; offset < 0x1000; offset++) {
		const int is_base = (offset >= 0x10 && offset < 0x28) || (offset & ~3u) == 0x30;

		assert_int_equal(may(DEVICE, offset, 1, 0xff), !is_base);
	}
}

/* Functions without a place: nothing is known of them, so nothing moves. */
static void more_functions_than_places(void **state)
{
	(void)state;
	for (uint32_t function = 0x100; function < 0x100 + 128; function++)
		assert_true(may(function, 0x3c, 1, 0));
	assert_true(may(0x100, 0x10, 4, 0));
	assert_false(may(DEVICE, 0x10, 4, 0xfeb00004));
	assert_true(may(DEVICE, 0x04, 2, 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(base_addresses_stay, begin),
		cmocka_unit_test_setup(they_come_back_after_a_reset, begin),
		cmocka_unit_test_setup(bridges_keep_numbers_and_windows, begin),
		cmocka_unit_test_setup(the_chip_set_keeps_everything, begin),
		cmocka_unit_test_setup(all_else_is_roots, begin),
		cmocka_unit_test_setup(more_functions_than_places, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
