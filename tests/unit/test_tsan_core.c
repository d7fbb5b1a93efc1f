// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What CPUs do at the same time in core, under ThreadSanitizer: locks, requests, log, pool, tables, first
 * failure.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <asm/fake.h>
#include <core/cpu.h>
#include <core/image.h>
#include <core/info.h>
#include <core/lock.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <core/pool.h>
#include <core/rendezvous.h>
#include <core/step.h>
#include <stdio.h>
#include <string.h>

#define CPUS 6
#define MIB 0x100000ull
#define GIB 0x40000000ull

static uint32_t stop;

static int setup(void **state)
{
	fake_power_on(CPUS, NULL, 0);
	fake_init_core();
	fake_start_cpus(CPUS);
	__atomic_store_n(&stop, 0, __ATOMIC_RELAXED);
	return 0;
}

static int teardown(void **state)
{
	fake_power_off();
	return 0;
}

/* CPUs that begin together: without that the first is through before the last has its thread's turn. */
static struct group {
	struct rendezvous gate;
	enum fake_outcome (*function)(void *argument);
} groups[CPUS];

static enum fake_outcome begin_together(void *argument)
{
	struct group *group = argument;

	assert_int_equal(rendezvous_meet(&group->gate, ~0ull), BH_E_OK);
	return group->function(NULL);
}

static void on_cpus(unsigned int from, unsigned int to, enum fake_outcome (*function)(void *argument))
{
	struct group *group = &groups[from];

	rendezvous_init(&group->gate, to - from);
	group->function = function;
	for (unsigned int slot = from; slot < to; slot++)
		assert_int_equal(fake_post(slot, FAKE_BARE, begin_together, group), FAKE_DONE);
}

static void finish(unsigned int from, unsigned int to)
{
	for (unsigned int slot = from; slot < to; slot++)
		assert_int_equal(fake_finish(slot, 600000), FAKE_DONE);
}

/* Locks -------------------------------------------------------------------------------------------- */

static struct spinlock lock;
static uint64_t guarded; /* plain: only the lock orders it */

static enum fake_outcome count_under_lock(void *argument)
{
	for (unsigned int turn = 0; turn < 2000; turn++) {
		spin_lock(&lock);
		guarded++;
		spin_unlock(&lock);
	}
	return FAKE_DONE;
}

static enum fake_outcome count_under_trylock(void *argument)
{
	for (unsigned int turn = 0; turn < 2000;) {
		if (!spin_trylock(&lock)) {
			arch_cpu_relax();
			continue;
		}
		guarded++;
		spin_unlock(&lock);
		turn++;
	}
	return FAKE_DONE;
}

static enum fake_outcome count_under_trylock_or_take_over(void *argument)
{
	for (unsigned int turn = 0; turn < 200;) {
		if (!spin_trylock(&lock)) {
			lock_take_over(&lock);
			arch_cpu_relax();
			continue;
		}
		guarded++;
		spin_unlock(&lock);
		turn++;
	}
	return FAKE_DONE;
}

static enum fake_outcome count_a_little_under_lock(void *argument)
{
	for (unsigned int turn = 0; turn < 200; turn++) {
		spin_lock(&lock);
		guarded++;
		spin_unlock(&lock);
	}
	return FAKE_DONE;
}

static void test_ticket_lock(void **state)
{
	guarded = 0;
	on_cpus(0, 3, count_under_lock);
	on_cpus(3, CPUS, count_under_trylock);
	finish(0, CPUS);
	assert_int_equal(guarded, CPUS * 2000);
	assert_true(spin_trylock(&lock));
	assert_false(spin_trylock(&lock));
	spin_unlock(&lock);
}

/* The CPU fails with the lock in its hands: exactly one of those who wait takes it over, and nobody waits for ever. */
static enum fake_outcome fail_with_lock(void *argument)
{
	spin_lock(&lock);
	guarded++;
	lock_abandon();
	return FAKE_DONE;
}

static void test_a_lock_of_a_cpu_that_failed(void **state)
{
	guarded = 0;
	for (unsigned int turn = 0; turn < 50; turn++) {
		on_cpus(0, 1, fail_with_lock);
		on_cpus(1, 3, count_a_little_under_lock);
		on_cpus(3, CPUS, count_under_trylock_or_take_over);
		finish(0, CPUS);
		assert_true(spin_trylock(&lock) || (lock_take_over(&lock) && spin_trylock(&lock)));
		assert_false(lock_take_over(&lock));
		assert_false(spin_trylock(&lock));
		spin_unlock(&lock);
	}
	assert_int_equal(guarded, 50 * (1 + (CPUS - 1) * 200));
	assert_int_equal(lock.next, lock.owner);
}

static unsigned int order[CPUS];
static unsigned int entered;

static enum fake_outcome enter_queue(void *argument)
{
	spin_lock(&lock);
	order[entered++] = arch_cpu_self();
	spin_unlock(&lock);
	return FAKE_DONE;
}

/* First come, first served. */
static void test_the_lock_is_fair(void **state)
{
	entered = 0;
	spin_lock(&lock);
	for (unsigned int slot = 0; slot < CPUS; slot++) {
		uint32_t before = __atomic_load_n(&lock.next, __ATOMIC_RELAXED);

		on_cpus(CPUS - 1 - slot, CPUS - slot, enter_queue);
		while (__atomic_load_n(&lock.next, __ATOMIC_RELAXED) == before)
			arch_cpu_relax();
	}
	spin_unlock(&lock);
	finish(0, CPUS);
	for (unsigned int slot = 0; slot < CPUS; slot++)
		assert_int_equal(order[slot], CPUS - 1 - slot);
}

/* Requests ----------------------------------------------------------------------------------------- */

static enum fake_outcome wait_for_start(void *argument)
{
	struct cpu *cpu = cpu_self();

	for (unsigned int turn = 1; turn <= 100; turn++) {
		while (!(__atomic_fetch_and(&cpu->requests, ~(uint32_t)CPU_REQ_START, __ATOMIC_ACQUIRE) &
			 CPU_REQ_START))
			arch_cpu_wait();
		assert_int_equal(cpu->start_entry, turn);
		assert_int_equal(cpu->start_arg, turn * 2);
		cpu_set_state(cpu, turn);
	}
	return FAKE_DONE;
}

/* A kick orders nothing: what the request is about must be seen because of the bit alone. No kick is lost. */
static void test_requests_carry_their_data(void **state)
{
	struct cpu *cpu = cpu_get(1);

	on_cpus(1, 2, wait_for_start);
	for (unsigned int turn = 1; turn <= 100; turn++) {
		cpu->start_entry = turn;
		cpu->start_arg = turn * 2;
		cpu_request(cpu, CPU_REQ_START);
		while (cpu_state(cpu) != turn)
			arch_cpu_relax();
	}
	finish(1, 2);
}

/* Log ---------------------------------------------------------------------------------------------- */

static enum fake_outcome write_lines(void *argument)
{
	for (unsigned int turn = 0; turn < 300; turn++)
		log_info("cpu %u wrote line %u of many, and %s", arch_cpu_self(), turn, "nothing else");
	return FAKE_DONE;
}

/*
 * As the driver reads: copies, then believes what was not overwritten meanwhile. Return: bytes of whole
 * lines.
 */
static unsigned int read_log(uint64_t *position, char *text, unsigned int size)
{
	const struct bh_ring *ring = (const void *)((const uint8_t *)image_info() + image_info()->log);
	const char *data = (const char *)(ring + 1);
	uint64_t head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE), at = *position;
	unsigned int used = 0;

	while (at < head && used < size)
		text[used++] = __atomic_load_n(&data[at++ % ring->size], __ATOMIC_RELAXED);
	__sync_synchronize();
	head = __atomic_load_n(&ring->head, __ATOMIC_RELAXED);
	if (head + RING_STRIDE - ring->size > *position && head + RING_STRIDE > ring->size) {
		*position = head; /* overrun: begin anew, with the next line */
		return 0;
	}
	while (used && text[used - 1] != '\n')
		used--;
	*position += used;
	return used;
}

static enum fake_outcome read_lines(void *argument)
{
	static char text[4096];
	uint64_t position = 0;
	unsigned int lines = 0;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		unsigned int used = read_log(&position, text, sizeof(text) - 1);
		char *line = text, *end;

		text[used] = 0;
		for (; (end = strchr(line, '\n')); line = end + 1) {
			unsigned int by, wrote, number;

			*end = 0;
			if (sscanf(line, "[%*u.%*u] cpu %u: cpu %u wrote line %u of", &by, &wrote, &number) !=
				    3 ||
			    by != wrote || !strstr(line, "nothing else"))
				fail_msg("a torn line: '%s'", line);
			lines++;
		}
		arch_cpu_relax();
	}
	assert_true(lines > 0);
	return FAKE_DONE;
}

static void test_lines_stay_whole(void **state)
{
	struct bh_ring *ring = (struct bh_ring *)((uint8_t *)image_info() + image_info()->log);

	on_cpus(0, 1, read_lines);
	on_cpus(1, CPUS, write_lines);
	finish(1, CPUS);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	finish(0, 1);
	assert_int_equal(ring->lost, 0);
	assert_true(ring->head > (CPUS - 1) * 300 * 40);
}

static struct log_limit limit;

static enum fake_outcome knock(void *argument)
{
	for (unsigned int turn = 0; turn < 300; turn++)
		log_limited(&limit, LOG_INFO, "knock");
	return FAKE_DONE;
}

static void test_one_budget_for_all(void **state)
{
	const struct bh_ring *ring = (const void *)((const uint8_t *)image_info() + image_info()->log);

	on_cpus(0, CPUS, knock);
	finish(0, CPUS);
	assert_true(ring->head < 60 * 160);
	assert_true(ring->lost >= CPUS * 300 - 60);
}

/* Pool --------------------------------------------------------------------------------------------- */

static enum fake_outcome take_and_give(void *argument)
{
	for (unsigned int turn = 0; turn < 3000; turn++) {
		unsigned int pages = 1 + turn % 3;
		uint32_t *memory = pool_alloc(pages, 1);

		assert_non_null(memory);
		assert_int_equal(*memory, 0);
		*memory = arch_cpu_self() + 1;
		assert_int_equal(*memory, arch_cpu_self() + 1);
		pool_free(memory, pages);
	}
	return FAKE_DONE;
}

static void test_pool(void **state)
{
	uint64_t before = pool_free_pages();

	on_cpus(0, CPUS, take_and_give);
	finish(0, CPUS);
	assert_int_equal(pool_free_pages(), before);
}

/* Page tables -------------------------------------------------------------------------------------- */

static struct page_table table;

/* A guest that runs while its table is changed: what is mapped all the time never looks like a violation. */
static enum fake_outcome touch_memory(void *argument)
{
	unsigned int turn = 0;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		uint64_t address = GIB + turn * 0x3f1000ull % (turn % 4 ? 4 * MIB : GIB);
		hpa_t out;

		assert_true(pt_retry(&table, address, PT_READ));
		if (pt_lookup(&table, address, &out, NULL))
			assert_true(out.value == address || out.value == address + 4 * GIB);
		if (++turn % 32 == 0)
			arch_cpu_relax();
	}
	return FAKE_DONE;
}

static void test_tables_change_under_running_cpus(void **state)
{
	assert_int_equal(pt_init(&table, arch_pt_stage2(), 1), 0);
	assert_int_equal(pt_map(&table, GIB, hpa(GIB), GIB, PT_READ, PT_NORMAL), 0);
	on_cpus(0, 4, touch_memory);
	for (unsigned int turn = 0; turn < 500; turn++) {
		uint64_t at = GIB + turn % 8 / 7 * 16 * MIB; /* mostly where the CPUs look most */

		assert_int_equal(pt_split(&table, at, 2 * MIB, PAGE_SIZE), 0);
		assert_int_equal(pt_map(&table, at, hpa(at + 4 * GIB), 4 * MIB, PT_READ, PT_NORMAL), 0);
		pt_protect(&table, at, 2 * MIB, PT_READ | PT_WRITE);
		assert_int_equal(pt_map(&table, at, hpa(at), 4 * MIB, PT_READ, PT_NORMAL), 0);
		pt_merge(&table, at, 4 * MIB, GIB);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	finish(0, 4);
	assert_int_equal(table.pages, 2); /* one leaf of 1 GiB again */
	pt_exit(&table);
}

/* Failures ----------------------------------------------------------------------------------------- */

static enum fake_outcome fail_step(void *argument)
{
	char name[32];

	snprintf(name, sizeof(name), "step of cpu %u", arch_cpu_self());
	step_failed(name, BH_E_HARDWARE, NULL);
	return FAKE_DONE;
}

static void test_one_failure_is_first(void **state)
{
	unsigned int first;

	for (unsigned int turn = 0; turn < 30; turn++) {
		steps_clear_failure();
		on_cpus(0, CPUS, fail_step);
		finish(0, CPUS);
		assert_int_equal(sscanf(image_info()->last_step, "step of cpu %u", &first), 1);
		assert_int_equal(image_info()->last_error.index, first);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ticket_lock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_lock_of_a_cpu_that_failed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_lock_is_fair, setup, teardown),
		cmocka_unit_test_setup_teardown(test_requests_carry_their_data, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lines_stay_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_budget_for_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pool, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tables_change_under_running_cpus, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_failure_is_first, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
