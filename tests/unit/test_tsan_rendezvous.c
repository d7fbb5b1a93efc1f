// SPDX-License-Identifier: GPL-2.0-or-later
/* Rendezvous of CPUs that are threads, under ThreadSanitizer: all get the same answer, whatever happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arch/cpu.h>
#include <asm/fake.h>
#include <bulkhead/errors.h>
#include <core/deadline.h>
#include <core/rendezvous.h>
#include <string.h>

#define CPUS 8
#define MANY 1024
#define SECOND 1000000000ull

static struct rendezvous meeting;
static uint64_t deadlines[MANY];
static int results[MANY];
static uint32_t written[MANY]; /* plain memory: only the rendezvous orders it */
static uint32_t seen[MANY];

static unsigned int total(unsigned int cpus)
{
	unsigned int sum = 0;

	for (unsigned int slot = 0; slot < cpus; slot++)
		sum += written[slot];
	return sum;
}

static enum fake_outcome meet(void *argument)
{
	unsigned int slot = arch_cpu_self();

	written[slot] = slot + 1;
	results[slot] = rendezvous_meet(&meeting, deadlines[slot]);
	if (results[slot] == BH_E_OK)
		seen[slot] = total(meeting.expected);
	return FAKE_DONE;
}

static void power_on(unsigned int cpus, uint64_t timeout)
{
	fake_power_on(cpus, NULL, 0);
	fake_init_core();
	fake_start_cpus(cpus);
	memset(written, 0, sizeof(written));
	memset(seen, 0, sizeof(seen));
	memset(results, 0xff, sizeof(results));
	for (unsigned int slot = 0; slot < cpus; slot++)
		deadlines[slot] = arch_time_now() + timeout;
	rendezvous_init(&meeting, cpus);
}

static void post(unsigned int from, unsigned int to)
{
	for (unsigned int slot = from; slot < to; slot++)
		assert_int_equal(fake_post(slot, FAKE_BARE, meet, NULL), FAKE_DONE);
}

static void finish(unsigned int from, unsigned int to)
{
	for (unsigned int slot = from; slot < to; slot++)
		assert_int_equal(fake_finish(slot, 60000), FAKE_DONE);
}

static void check_all(unsigned int cpus, int code)
{
	for (unsigned int slot = 0; slot < cpus; slot++) {
		assert_int_equal(results[slot], code);
		assert_int_equal(seen[slot], code ? 0 : cpus * (cpus + 1) / 2);
	}
}

static int teardown(void **state)
{
	fake_power_off();
	return 0;
}

/* Each sees what all others wrote before they arrived. */
static void test_all_meet(void **state)
{
	power_on(CPUS, 60 * SECOND);
	for (unsigned int turn = 0; turn < 200; turn++) {
		memset(written, 0, sizeof(written));
		memset(seen, 0, sizeof(seen));
		rendezvous_init(&meeting, CPUS);
		post(0, CPUS);
		finish(0, CPUS);
		check_all(CPUS, BH_E_OK);
	}
}

static void test_1024_meet(void **state)
{
	power_on(MANY, 600 * SECOND);
	post(0, MANY);
	finish(0, MANY);
	check_all(MANY, BH_E_OK);
}

/* One never comes: all others get the time-out, and so does who comes after that. */
static void test_one_is_missing_and_comes_late(void **state)
{
	power_on(CPUS, 60 * SECOND);
	post(0, CPUS - 1);
	assert_int_equal(fake_finish(0, 20), FAKE_LATE);
	fake_time_advance(61 * SECOND);
	finish(0, CPUS - 1);
	deadlines[CPUS - 1] = arch_time_now() + 60 * SECOND;
	post(CPUS - 1, CPUS);
	finish(CPUS - 1, CPUS);
	check_all(CPUS, BH_E_TIMEOUT);
}

/* The one whose deadline is first gives it up for those who would wait longer. */
static void test_the_first_deadline_counts(void **state)
{
	power_on(CPUS, 60 * SECOND);
	deadlines[3] = arch_time_now() + SECOND / 100;
	post(0, CPUS - 1);
	finish(0, CPUS - 1);
	post(CPUS - 1, CPUS);
	finish(CPUS - 1, CPUS);
	check_all(CPUS, BH_E_TIMEOUT);
}

/* The last one arrives in the moment in which a deadline passes: either is right, but for all the same. */
static void test_race_of_arrival_and_deadline(void **state)
{
	unsigned int complete = 0;

	power_on(CPUS, 60 * SECOND);
	for (unsigned int turn = 0; turn < 300; turn++) {
		rendezvous_init(&meeting, CPUS);
		for (unsigned int slot = 0; slot < CPUS; slot++)
			deadlines[slot] = arch_time_now() + (turn + slot) % 40 * 10000;
		post(0, CPUS);
		finish(0, CPUS);
		for (unsigned int slot = 1; slot < CPUS; slot++)
			assert_int_equal(results[slot], results[0]);
		assert_true(results[0] == BH_E_OK || results[0] == BH_E_TIMEOUT);
		complete += results[0] == BH_E_OK;
	}
	assert_true(complete < 300);
}

static void test_abort(void **state)
{
	power_on(CPUS, 60 * SECOND);
	post(0, CPUS - 1);
	assert_int_equal(fake_finish(0, 20), FAKE_LATE);
	assert_int_equal(rendezvous_abort(&meeting, BH_E_HARDWARE), BH_E_HARDWARE);
	finish(0, CPUS - 1);
	assert_int_equal(rendezvous_abort(&meeting, BH_E_INJECTED),
			 BH_E_HARDWARE); /* the first word counts */
	post(CPUS - 1, CPUS);
	finish(CPUS - 1, CPUS);
	check_all(CPUS, BH_E_HARDWARE);
}

static void test_too_late_to_abort(void **state)
{
	power_on(2, 60 * SECOND);
	post(0, 2);
	finish(0, 2);
	assert_int_equal(rendezvous_abort(&meeting, BH_E_HARDWARE), BH_E_OK);
	check_all(2, BH_E_OK);
}

static void test_alone(void **state)
{
	power_on(1, 0); /* the deadline has passed already, but nobody is missing */
	post(0, 1);
	finish(0, 1);
	check_all(1, BH_E_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_alone, teardown),
		cmocka_unit_test_teardown(test_all_meet, teardown),
		cmocka_unit_test_teardown(test_one_is_missing_and_comes_late, teardown),
		cmocka_unit_test_teardown(test_the_first_deadline_counts, teardown),
		cmocka_unit_test_teardown(test_race_of_arrival_and_deadline, teardown),
		cmocka_unit_test_teardown(test_abort, teardown),
		cmocka_unit_test_teardown(test_too_late_to_abort, teardown),
		cmocka_unit_test_teardown(test_1024_meet, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
