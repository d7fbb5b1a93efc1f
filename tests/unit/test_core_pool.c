// SPDX-License-Identifier: GPL-2.0-or-later
/* The page pool: every page once, aligned, zeroed; refusals change nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <asm/fake.h>
#include <arch/mmu.h>
#include <core/pool.h>
#include <stdlib.h>
#include <string.h>

#define BASE (FAKE_HV_BASE + 0x100000)

static int setup(void **state)
{
	fake_power_on(1, NULL, 0);
	return 0;
}

static int teardown(void **state)
{
	fake_power_off();
	return 0;
}

static uint64_t address_of(const void *page)
{
	return arch_hv_hpa(page).value;
}

static void test_every_page_is_given_once(void **state)
{
	unsigned char seen[64] = { 0 };
	unsigned int count = 0;
	void *page;

	pool_init(hpa(BASE), 64 * PAGE_SIZE);
	assert_int_equal(pool_total_pages(), 63); /* one page is the map */
	while ((page = pool_alloc(1, 1))) {
		uint64_t index = (address_of(page) - BASE) / PAGE_SIZE;

		assert_in_range(index, 1, 63);
		assert_int_equal(seen[index]++, 0);
		count++;
	}
	assert_int_equal(count, 63);
	assert_int_equal(pool_free_pages(), 0);
}

static void test_pages_are_zero(void **state)
{
	static const unsigned char zero[2 * PAGE_SIZE];
	void *pages;

	pool_init(hpa(BASE), 16 * PAGE_SIZE);
	pages = pool_alloc(2, 1);
	memset(pages, 0xa5, 2 * PAGE_SIZE);
	pool_free(pages, 2);
	assert_ptr_equal(pool_alloc(2, 1), pages);
	assert_memory_equal(pages, zero, sizeof(zero));
}

/* Alignment counts from physical address 0, wherever the pool begins. */
static void test_alignment(void **state)
{
	for (unsigned int shift = 0; shift < 8; shift++) {
		for (unsigned int alignment = 1; alignment <= 16; alignment *= 2) {
			void *pages;

			pool_init(hpa(BASE + shift * PAGE_SIZE), 64 * PAGE_SIZE);
			pages = pool_alloc(alignment, alignment);
			assert_non_null(pages);
			assert_int_equal(address_of(pages) % (alignment * PAGE_SIZE), 0);
		}
	}
}

static void test_a_run_must_be_contiguous(void **state)
{
	void *page[15];

	pool_init(hpa(BASE), 16 * PAGE_SIZE);
	for (unsigned int i = 0; i < 15; i++)
		page[i] = pool_alloc(1, 1);
	for (unsigned int i = 0; i < 15; i += 2)
		pool_free(page[i], 1);
	assert_int_equal(pool_free_pages(), 8);
	assert_null(pool_alloc(2, 1));
	pool_free(page[7], 1);
	assert_ptr_equal(pool_alloc(3, 1), page[6]);
	assert_int_equal(pool_free_pages(), 6);
}

static void test_wrong_arguments_are_refused(void **state)
{
	pool_init(hpa(BASE), 16 * PAGE_SIZE);
	assert_null(pool_alloc(0, 1));
	assert_null(pool_alloc(1, 0));
	assert_null(pool_alloc(1, 3));
	assert_null(pool_alloc(16, 1));
	assert_null(pool_alloc(~0u, 1));
	assert_int_equal(pool_free_pages(), 15);
	pool_free(NULL, 1);
	assert_int_equal(pool_free_pages(), 15);
}

static void test_giving_back_twice_changes_nothing(void **state)
{
	void *pages;

	pool_init(hpa(BASE), 16 * PAGE_SIZE);
	pages = pool_alloc(2, 1);
	pool_free(pages, 2);
	pool_free(pages, 2);
	pool_free(pages, 1);
	assert_int_equal(pool_free_pages(), 15);
	pool_free(arch_hv_ptr(hpa(BASE)), 1); /* the map */
	pool_free(arch_hv_ptr(hpa(BASE - PAGE_SIZE)), 1);
	pool_free(arch_hv_ptr(hpa(BASE + 16 * PAGE_SIZE)), 1);
	assert_int_equal(pool_free_pages(), 15);
}

static void test_a_pool_without_room_is_empty(void **state)
{
	pool_init(hpa(BASE), 0);
	assert_null(pool_alloc(1, 1));
	pool_init(hpa(BASE), PAGE_SIZE);
	assert_null(pool_alloc(1, 1));
	assert_int_equal(pool_total_pages(), 0);
}

/* A map of more than one page: 40000 pages need 5000 bytes. */
static void test_a_large_map(void **state)
{
	pool_init(hpa(FAKE_HV_BASE), FAKE_HV_SIZE);
	assert_int_equal(pool_total_pages(), FAKE_HV_SIZE / PAGE_SIZE - 1);
	assert_non_null(pool_alloc(2048, 2048));
	assert_null(pool_alloc(2048, 2048));
	assert_non_null(pool_alloc(1024, 1024));
}

#define HELD 40

/* Random work against an ownership array of our own. */
static void test_random(void **state)
{
	static unsigned char owner[256];
	struct {
		void *start;
		unsigned int pages;
	} held[HELD] = { 0 };

	srand(1);
	memset(owner, 0, sizeof(owner));
	pool_init(hpa(BASE), 256 * PAGE_SIZE);
	for (unsigned int turn = 0; turn < 20000; turn++) {
		unsigned int i = (unsigned int)rand() % HELD;
		uint64_t first;

		if (held[i].start) {
			first = (address_of(held[i].start) - BASE) / PAGE_SIZE;
			memset(&owner[first], 0, held[i].pages);
			pool_free(held[i].start, held[i].pages);
			held[i].start = NULL;
			continue;
		}
		held[i].pages = 1 + (unsigned int)rand() % 12;
		held[i].start = pool_alloc(held[i].pages, 1u << rand() % 4);
		if (!held[i].start)
			continue;
		first = (address_of(held[i].start) - BASE) / PAGE_SIZE;
		for (unsigned int page = 0; page < held[i].pages; page++) {
			assert_int_equal(owner[first + page], 0);
			owner[first + page] = 1;
		}
	}
	for (unsigned int i = 0; i < HELD; i++)
		pool_free(held[i].start, held[i].start ? held[i].pages : 0);
	assert_int_equal(pool_free_pages(), 255);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_page_is_given_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pages_are_zero, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alignment, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_run_must_be_contiguous, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_arguments_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_giving_back_twice_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_pool_without_room_is_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_large_map, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
