// SPDX-License-Identifier: GPL-2.0-or-later
/* CPU table, deadlines, statistics and the info area, with 1024 CPUs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <asm/fake.h>
#include <core/cpu.h>
#include <core/deadline.h>
#include <core/image.h>
#include <core/info.h>
#include <core/log.h>
#include <core/pool.h>
#include <core/stats.h>
#include <string.h>

#define CPUS 1024

static int setup(void **state)
{
	fake_power_on(CPUS, NULL, 0);
	fake_init_core();
	return 0;
}

static int teardown(void **state)
{
	fake_power_off();
	return 0;
}

static void test_cpu_table(void **state)
{
	assert_int_equal(cpu_count(), CPUS);
	for (unsigned int slot = 0; slot < CPUS; slot++) {
		struct cpu *cpu = cpu_get(slot);

		assert_int_equal(cpu->slot, slot);
		assert_int_equal(cpu_state(cpu), BH_CPU_ABSENT);
		assert_int_equal(cpu->hwid, FAKE_HWID(slot));
		assert_int_equal(cpu_find(FAKE_HWID(slot)), slot);
		fake_become(slot);
		assert_ptr_equal(cpu_self(), cpu);
	}
	assert_int_equal(cpu_find(12345678), CPUS);
	cpu_set_state(cpu_get(1023), BH_CPU_PARKED);
	assert_int_equal(cpu_state(cpu_get(1023)), BH_CPU_PARKED);
}

static void test_the_table_has_an_end(void **state)
{
	cpu_set_count(CONFIG_MAX_CPUS + 1);
	assert_int_equal(cpu_count(), CONFIG_MAX_CPUS);
	cpu_set_count(3);
	assert_int_equal(cpu_count(), 3);
	assert_int_equal(cpu_find(FAKE_HWID(4)), 3);
}

static void test_requests_add_up_and_kick(void **state)
{
	cpu_request(cpu_get(700), CPU_REQ_PARK);
	cpu_request(cpu_get(700), CPU_REQ_SCRUB);
	assert_int_equal(cpu_get(700)->requests, CPU_REQ_PARK | CPU_REQ_SCRUB);
	assert_int_equal(fake_cpu_view(700).kicks, 2);
	assert_int_equal(fake_counters().kick, 2);
}

static void test_deadlines(void **state)
{
	uint64_t now = arch_time_now();

	assert_in_range(deadline_in(10) - now, 10000000, 10000000 + 5000000000ull);
	assert_false(deadline_passed(deadline_in(1000000)));
	fake_time_advance(1000000001ull * 1000);
	assert_true(deadline_passed(now + 1000000000ull));
	assert_true(deadline_passed(deadline_in(0)));
	image_header.timeout_scale = 100;
	now = arch_time_now();
	assert_true(deadline_default() - now >= 100 * 1000000000ull);
	/* The longest that can be asked for must not end at once. */
	image_header.timeout_scale = 1000;
	assert_false(deadline_passed(deadline_in(~0u)));
}

static void test_statistics_are_per_cpu(void **state)
{
	for (unsigned int slot = 0; slot < CPUS; slot += 341) {
		fake_become(slot);
		for (unsigned int i = 0; i <= slot; i++)
			stats_count(BH_STAT_MMIO);
		stats_count(BH_STAT_TOTAL);
	}
	for (unsigned int slot = 0; slot < CPUS; slot++) {
		assert_int_equal(stats_of(slot)->count[BH_STAT_MMIO], slot % 341 ? 0 : slot + 1);
		assert_int_equal(stats_of(slot)->count[BH_STAT_TOTAL], slot % 341 ? 0 : 1);
		assert_int_equal(stats_of(slot)->count[BH_STAT_IRQ], 0);
	}
}

struct extent {
	uint64_t start;
	uint64_t size;
};

/* What the info area promises to root by offsets lies in it and nowhere overlaps. */
static void test_info_area(void **state)
{
	const struct bh_info *info = image_info();
	struct extent parts[5 + INFO_CONSOLES] = {
		{ 0, sizeof(*info) },
		{ info->log, sizeof(struct bh_ring) + INFO_LOG_SIZE },
		{ info->stats, sizeof(struct bh_cpu_stats) * CPUS },
		{ info->cells, sizeof(struct bh_cell_info) * BH_MAX_CELLS },
		{ info->crash, sizeof(struct bh_record) },
	};

	assert_true(info->magic == BH_INFO_MAGIC);
	assert_int_equal(info->size, INFO_SIZE);
	assert_true(info_needed(CPUS) <= INFO_SIZE);
	assert_int_equal(info->cpu_count, CPUS);
	assert_int_equal(info->generation, 1);
	assert_ptr_equal(info_crash(), (const uint8_t *)info + info->crash);
	assert_ptr_equal(info_cell(2), (const uint8_t *)info + info->cells + 2 * sizeof(struct bh_cell_info));
	for (unsigned int i = 0; i < INFO_CONSOLES; i++) {
		struct bh_ring *ring = info_alloc_ring(INFO_CONSOLE_SIZE);

		assert_non_null(ring);
		memset(ring + 1, 'x', INFO_CONSOLE_SIZE);
		parts[5 + i] = (struct extent){ info_offset(ring), sizeof(*ring) + INFO_CONSOLE_SIZE };
	}
	for (unsigned int i = 0; i < 5 + INFO_CONSOLES; i++) {
		assert_true(parts[i].start % 8 == 0 && parts[i].start + parts[i].size <= INFO_SIZE);
		for (unsigned int j = 0; j < i; j++)
			assert_true(parts[i].start + parts[i].size <= parts[j].start ||
				    parts[j].start + parts[j].size <= parts[i].start);
	}
}

static void test_console_rings(void **state)
{
	struct bh_ring *rings[INFO_CONSOLES], *again;

	assert_null(info_alloc_ring(INFO_CONSOLE_SIZE * 2));
	assert_null(info_alloc_ring(1000));
	assert_null(info_alloc_ring(0));
	for (unsigned int i = 0; i < INFO_CONSOLES; i++)
		rings[i] = info_alloc_ring(INFO_CONSOLE_SIZE);
	assert_null(info_alloc_ring(INFO_CONSOLE_SIZE));
	ring_put(rings[7], "secret", 6);
	info_free_ring(rings[7]);
	again = info_alloc_ring(1024);
	assert_ptr_equal(again, rings[7]);
	assert_int_equal(again->head, 0);
	assert_int_equal(again->size, 1024);
	assert_int_equal(*(const char *)(again + 1), 0); /* the last owner's words are gone */
	info_free_ring(NULL);
	assert_null(info_alloc_ring(1024));
	assert_int_equal(info_offset(NULL), 0);
}

static void test_cell_entries_and_pool_figures(void **state)
{
	struct bh_cell_info *cell = info_cell(3);

	info_cell_begin(cell);
	assert_int_equal(cell->sequence % 2, 1);
	info_cell_end(cell);
	assert_int_equal(cell->sequence, 2);
	info_refresh();
	assert_int_equal(image_info()->pool_total_pages, pool_total_pages());
	assert_int_equal(image_info()->pool_free_pages, pool_free_pages());
	assert_true(pool_total_pages() > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cpu_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_table_has_an_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_requests_add_up_and_kick, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deadlines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_statistics_are_per_cpu, setup, teardown),
		cmocka_unit_test_setup_teardown(test_info_area, setup, teardown),
		cmocka_unit_test_setup_teardown(test_console_rings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cell_entries_and_pool_figures, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
