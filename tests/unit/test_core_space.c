// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's own address space: what is mapped, how, and what is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arch/mmu.h>
#include <asm/fake.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <core/space.h>

#define CPUS 4u
#define PRIVATE_INDEX 511u

static int setup(void **state)
{
	fake_power_on(CPUS, NULL, 0);
	fake_init_core();
	assert_int_equal(space_init(), 0);
	return 0;
}

static int teardown(void **state)
{
	space_exit();
	fake_power_off();
	return 0;
}

static void assert_maps(uint64_t offset, unsigned int prot)
{
	hpa_t out;
	unsigned int found;

	assert_int_equal(pt_lookup(space_table(), arch_space.hv_base + offset, &out, &found), 1);
	assert_int_equal(out.value, image_header.hv_base + offset);
	assert_int_equal(found, prot);
}

static void test_parts_have_their_protection(void **state)
{
	assert_maps(0, PT_READ | PT_EXEC);
	assert_maps(FAKE_TEXT_SIZE - 1, PT_READ | PT_EXEC);
	assert_maps(FAKE_TEXT_SIZE, PT_READ);
	assert_maps(FAKE_RODATA_END - 1, PT_READ);
	assert_maps(FAKE_RODATA_END, PT_READ | PT_WRITE);
	assert_maps(FAKE_CORE_SIZE - 1, PT_READ | PT_WRITE);
	assert_maps(FAKE_CORE_SIZE + CPUS * FAKE_PERCPU_SIZE, PT_READ | PT_WRITE);
	assert_maps(FAKE_HV_SIZE - 1, PT_READ | PT_WRITE);
}

static void test_private_areas_are_left_out(void **state)
{
	for (unsigned int slot = 0; slot < CPUS; slot++) {
		uint64_t offset = space_percpu(slot).value - image_header.hv_base;

		assert_int_equal(offset, FAKE_CORE_SIZE + slot * FAKE_PERCPU_SIZE);
		assert_int_equal(pt_lookup(space_table(), arch_space.hv_base + offset, NULL, NULL), 0);
	}
}

static void test_devices_get_rooms_of_their_own(void **state)
{
	uint64_t first = (uint64_t)(uintptr_t)space_map_device(hpa(0x9000010), 0x20);
	uint64_t second = (uint64_t)(uintptr_t)space_map_device(hpa(0x8000000), 0x10000);
	unsigned int prot;
	hpa_t out;

	assert_true(first >= FAKE_SPACE_DEVICES && second >= align_down(first, PAGE_SIZE) + PAGE_SIZE);
	assert_int_equal(pt_lookup(space_table(), first, &out, &prot), 1);
	assert_int_equal(out.value, 0x9000010);
	assert_int_equal(prot, PT_READ | PT_WRITE);
	assert_int_equal(pt_lookup(space_table(), second + 0xffff, &out, &prot), 1);
	assert_int_equal(out.value, 0x800ffff);
	assert_int_equal(pt_lookup(space_table(), second + 0x10000, NULL, NULL), 0);
}

static void test_a_device_too_many_is_refused(void **state)
{
	assert_null(space_map_device(hpa(0x8000000), FAKE_SPACE_DEVICES_SIZE + 1));
	assert_null(space_map_device(hpa(0x8000010), UINT64_MAX));
	assert_non_null(space_map_device(hpa(0x8000000), FAKE_SPACE_DEVICES_SIZE));
	assert_null(space_map_device(hpa(0x8000000), 1));
}

static void test_a_root_has_one_entry_of_its_own(void **state)
{
	static uint64_t root[512];

	space_map_device(hpa(0x8000000), 1);
	space_fill_root(root, PRIVATE_INDEX, space_percpu(2));
	assert_int_equal(root[PRIVATE_INDEX] & ~0xfffull, space_percpu(2).value);
	assert_int_equal(root[PRIVATE_INDEX] & 0xfff, arch_pt_hypervisor()->table_bits);
	assert_memory_equal(root, space_table()->root, PRIVATE_INDEX * sizeof(root[0]));
}

static void test_window_is_a_leaf_without_execution(void **state)
{
	const struct pt_format *format = arch_pt_hypervisor();
	uint64_t entry = 0;

	assert_ptr_equal(space_window_open(&entry, 0x40000000, hpa(0x50212345)), (void *)0x40012345);
	assert_int_equal(entry & format->addr_mask, 0x50200000);
	assert_int_equal(entry & format->prot_mask, format->prot_bits[PT_READ | PT_WRITE]);
	assert_int_not_equal(entry & format->table_mask, format->table_value);
}

static void test_more_memory_than_is_mapped_is_refused(void **state)
{
	space_exit();
	image_header.hv_size = FAKE_HV_SIZE + PAGE_SIZE;
	assert_int_equal(space_init(), BH_E_RANGE);
	image_header.hv_size = FAKE_HV_SIZE;
	assert_int_equal(space_init(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_parts_have_their_protection, setup, teardown),
		cmocka_unit_test_setup_teardown(test_private_areas_are_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(test_devices_get_rooms_of_their_own, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_device_too_many_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_root_has_one_entry_of_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(test_window_is_a_leaf_without_execution, setup, teardown),
		cmocka_unit_test_setup_teardown(test_more_memory_than_is_mapped_is_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
