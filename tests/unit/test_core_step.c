// SPDX-License-Identifier: GPL-2.0-or-later
/* Step lists: forward, backward, and failing wherever a test wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arch/cpu.h>
#include <asm/fake.h>
#include <core/image.h>
#include <core/step.h>
#include <stdio.h>
#include <string.h>

static char trace[64]; /* capital: run, small: undone */
static char failing;

static int run(char name)
{
	if (name == failing)
		return BH_E_HARDWARE;
	strncat(trace, &(char){ name }, 1);
	return BH_E_OK;
}

static void undo(char name)
{
	strncat(trace, &(char){ (char)(name - 'A' + 'a') }, 1);
}

static int run_a(void)
{
	return run('A');
}
static int run_b(void)
{
	return run('B');
}
static int run_c(void)
{
	return run('C');
}
static void undo_a(void)
{
	undo('A');
}
static void undo_c(void)
{
	undo('C');
}

/* B leaves nothing to undo; D has nothing to do, but can be made to fail. */
static const struct step steps[] = {
	{ "first", run_a, undo_a }, { "second", run_b, NULL }, { "third", run_c, undo_c },
	{ "fourth", NULL, NULL },   { NULL, NULL, NULL },
};

static int setup(void **state)
{
	fake_power_on(4, NULL, 0);
	fake_init_core();
	steps_clear_failure();
	trace[0] = 0;
	failing = 0;
	return 0;
}

static int teardown(void **state)
{
	fake_power_off();
	return 0;
}

static void inject(const char *step, unsigned int kind, int cpu)
{
	snprintf(image_header.inject_step, sizeof(image_header.inject_step), "%s", step);
	image_header.inject_kind = kind;
	image_header.inject_cpu = cpu;
}

static void test_all_go_forward(void **state)
{
	assert_int_equal(steps_run(steps), BH_E_OK);
	assert_string_equal(trace, "ABC");
	assert_string_equal(image_info()->last_step, "");
	steps_undo(steps);
	assert_string_equal(trace, "ABCca");
}

static void test_a_failure_undoes_what_was_done(void **state)
{
	static const char *const expected[] = { "", "Aa", "ABa" };

	for (unsigned int i = 0; i < 3; i++) {
		trace[0] = 0;
		failing = (char)('A' + i);
		steps_clear_failure();
		assert_int_equal(steps_run(steps), BH_E_HARDWARE);
		assert_string_equal(trace, expected[i]);
		assert_string_equal(image_info()->last_step, steps[i].name);
		assert_int_equal(image_info()->last_error.code, BH_E_HARDWARE);
		assert_int_equal(image_info()->last_error.object, BH_OBJ_STEP);
	}
}

static void test_injected_errors(void **state)
{
	static const char *const expected[] = { "", "Aa", "ABa", "ABCca" };

	for (unsigned int i = 0; i < 4; i++) {
		trace[0] = 0;
		steps_clear_failure();
		inject(steps[i].name, BH_INJECT_ERROR, -1);
		assert_int_equal(steps_run(steps), BH_E_INJECTED);
		assert_string_equal(trace, expected[i]);
		assert_string_equal(image_info()->last_step, steps[i].name);
	}
	inject("no such step", BH_INJECT_ERROR, -1);
	assert_int_equal(steps_run(steps), BH_E_OK);
	inject("first", BH_INJECT_NONE, -1);
	assert_int_equal(steps_run(steps), BH_E_OK);
	inject("fir", BH_INJECT_ERROR, -1);
	assert_int_equal(steps_run(steps), BH_E_OK);
}

static void test_injected_on_one_cpu(void **state)
{
	inject("second", BH_INJECT_ERROR, 2);
	for (unsigned int slot = 0; slot < 4; slot++) {
		fake_become(slot);
		assert_int_equal(steps_run(steps), slot == 2 ? BH_E_INJECTED : BH_E_OK);
	}
	assert_int_equal(image_info()->last_error.index, 2);
}

/* The time-out is no error code in disguise: the step really takes that long. */
static void test_injected_timeout_takes_the_time(void **state)
{
	uint64_t start;

	inject("third", BH_INJECT_TIMEOUT, -1);
	fake_time_rate(100); /* a second in 10 ms */
	start = arch_time_now();
	assert_int_equal(steps_run(steps), BH_E_TIMEOUT);
	assert_true(arch_time_now() - start >= 1000000000ull);
	assert_string_equal(trace, "ABa");
	image_header.timeout_scale = 3;
	start = arch_time_now();
	assert_int_equal(steps_run(steps), BH_E_TIMEOUT);
	assert_true(arch_time_now() - start >= 3000000000ull);
}

static void test_the_first_failure_is_kept(void **state)
{
	struct bh_error error = { .code = BH_E_NO_EL2, .object = BH_OBJ_CPU, .index = 3 };

	step_failed("cause", BH_E_NO_EL2, &error);
	step_failed("consequence", BH_E_TIMEOUT, NULL);
	assert_string_equal(image_info()->last_step, "cause");
	assert_memory_equal(&image_info()->last_error, &error, sizeof(error));
	steps_clear_failure();
	assert_string_equal(image_info()->last_step, "");
	assert_int_equal(image_info()->last_error.code, 0);
	step_failed("a name that is longer than the place for it", BH_E_TIMEOUT, NULL);
	assert_string_equal(image_info()->last_step, "a name that is longer than the ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_go_forward, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_failure_undoes_what_was_done, setup, teardown),
		cmocka_unit_test_setup_teardown(test_injected_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_injected_on_one_cpu, setup, teardown),
		cmocka_unit_test_setup_teardown(test_injected_timeout_takes_the_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_first_failure_is_kept, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
