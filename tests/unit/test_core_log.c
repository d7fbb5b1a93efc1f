// SPDX-License-Identifier: GPL-2.0-or-later
/* Log, byte rings, formatting, rate limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <asm/fake.h>
#include <core/image.h>
#include <core/info.h>
#include <core/log.h>
#include <stdio.h>
#include <string.h>

static char text[0x10000];

static int setup(void **state)
{
	fake_power_on(2, NULL, 0);
	fake_init_core();
	return 0;
}

static int teardown(void **state)
{
	fake_power_off();
	return 0;
}

static struct bh_ring *log_area(void)
{
	return (struct bh_ring *)((uint8_t *)image_info() + image_info()->log);
}

/* All that a reader may believe, as a string. */
static const char *read_ring(const struct bh_ring *ring)
{
	const char *data = (const char *)(ring + 1);
	uint64_t most = ring->size - RING_STRIDE, start = ring->head > most ? ring->head - most : 0;
	unsigned int used = 0;

	while (start < ring->head)
		text[used++] = data[start++ % ring->size];
	text[used] = 0;
	return text;
}

#define CHECK_FORMAT(...)                                                             \
	do {                                                                          \
		char ours[200], theirs[200];                                          \
		int want = snprintf(theirs, sizeof(theirs), __VA_ARGS__);             \
		assert_int_equal(format_text(ours, sizeof(ours), __VA_ARGS__), want); \
		assert_string_equal(ours, theirs);                                    \
	} while (0)

static void test_format_says_what_printf_says(void **state)
{
	CHECK_FORMAT("plain");
	CHECK_FORMAT("%s|%8s|%-8s|%.3s|%-8.2s|", "abcd", "abcd", "abcd", "abcd", "abcd");
	CHECK_FORMAT("%c|%3c|%-3c|%%", 'x', 'y', 'z');
	CHECK_FORMAT("%d %d %d %d", 0, -1, 2147483647, -2147483647 - 1);
	CHECK_FORMAT("%5d|%-5d|%05d|%05d|%5d", 42, 42, 42, -42, -42);
	CHECK_FORMAT("%u %10u %010u", 4294967295u, 7u, 7u);
	CHECK_FORMAT("%x %8x %08x %016llx", 0xdeadbeefu, 0x1fu, 0x1fu, 0x123456789abcdefull);
	CHECK_FORMAT("%lu %lx %ld", ~0ul, ~0ul, -1l);
	CHECK_FORMAT("%llu %llx %lld", ~0ull, ~0ull, -9223372036854775807ll - 1);
	CHECK_FORMAT("%zu %hu", sizeof(int), (unsigned short)3);
	CHECK_FORMAT("%p", (void *)0x1000);
}

static void test_format_never_overruns(void **state)
{
	for (size_t size = 0; size <= 12; size++) {
		char buffer[16];

		memset(buffer, '#', sizeof(buffer));
		assert_int_equal(format_text(buffer, size, "%s%u", "abcdef", 12345u), size > 11 ? 11 :
										      size ? (int)size - 1 :
											     0);
		if (size)
			assert_int_equal(strlen(buffer), size > 11 ? 11 : size - 1);
		for (size_t i = size; i < sizeof(buffer); i++)
			assert_int_equal(buffer[i], '#');
	}
}

static void test_format_odd_things(void **state)
{
	char buffer[100];
	const char *volatile none = NULL;
	const char *cut = "12%", *unknown = "%q";

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	format_text(buffer, sizeof(buffer), "%s", none);
	assert_string_equal(buffer, "(null)");
	format_text(buffer, sizeof(buffer), cut);
	assert_string_equal(buffer, "12");
	format_text(buffer, sizeof(buffer), unknown);
	assert_string_equal(buffer, "?");
	format_text(buffer, sizeof(buffer), "%999d", 1); /* widths have an end */
	assert_int_equal(strlen(buffer), 63);
#pragma GCC diagnostic pop
}

static void test_a_line_has_time_cpu_and_level(void **state)
{
	unsigned int seconds, micros, cpu;
	char level[16], rest[32];

	fake_become(1);
	log_warning("low on %s", "paper");
	assert_int_equal(sscanf(read_ring(log_area()), "[ %u.%u] cpu %u: %15s %31[^\n]", &seconds, &micros,
				&cpu, level, rest),
			 5);
	assert_int_equal(cpu, 1);
	assert_string_equal(level, "warning:");
	assert_string_equal(rest, "low on paper");
	assert_int_equal(text[strlen(text) - 1], '\n');
}

static void test_levels(void **state)
{
	log_set_level(LOG_WARNING);
	log_info("silence");
	log_debug("silence");
	assert_int_equal(log_area()->head, 0);
	log_error("one");
	log_warning("two");
	log_set_level(LOG_DEBUG);
	log_info("three");
	log_debug("four");
	read_ring(log_area());
	assert_non_null(strstr(text, "error: one\n"));
	assert_non_null(strstr(text, "warning: two\n"));
	assert_non_null(strstr(text, ": three\n"));
	assert_non_null(strstr(text, "debug: four\n"));
	assert_null(strstr(text, "silence"));
}

static void test_a_long_line_is_cut(void **state)
{
	char line[400];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = 0;
	log_info("%s", line);
	assert_int_equal(log_area()->head, 160);
	read_ring(log_area());
	assert_int_equal(text[159], '\n');
}

static void test_a_full_ring_keeps_the_newest(void **state)
{
	char last[32];

	for (unsigned int i = 0; i < 5000; i++)
		log_info("line %u", i);
	assert_true(log_area()->head > INFO_LOG_SIZE);
	read_ring(log_area());
	snprintf(last, sizeof(last), "line %u\n", 4999u);
	assert_string_equal(text + strlen(text) - strlen(last), last);
	assert_null(strstr(text, "line 0\n"));
}

static void test_ring_of_any_length(void **state)
{
	static uint64_t memory[(sizeof(struct bh_ring) + 1024) / 8];
	struct bh_ring *ring = (struct bh_ring *)memory;
	char data[3000];

	for (unsigned int i = 0; i < sizeof(data); i++)
		data[i] = (char)('a' + i % 26);
	for (uint32_t count = 0; count <= 3000; count += 7) {
		uint32_t shown = count < 1024 - RING_STRIDE ? count : 1024 - RING_STRIDE;

		ring_init(ring, 1024);
		ring_put(ring, data, count);
		assert_int_equal(ring->head, count);
		read_ring(ring);
		assert_int_equal(strlen(text), shown);
		assert_memory_equal(text, data + count - shown, shown);
	}
}

static unsigned int lines(void)
{
	unsigned int count = 0;

	read_ring(log_area());
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		count++;
	return count;
}

static void test_limit(void **state)
{
	struct log_limit limit = { 0 };
	unsigned int burst;

	for (unsigned int i = 0; i < 100; i++)
		log_limited(&limit, LOG_INFO, "knock");
	burst = lines();
	assert_in_range(burst, 1, 20);
	assert_int_equal(log_area()->lost, 100 - burst);
	fake_time_advance(1000000000ull);
	for (unsigned int i = 0; i < 100; i++)
		log_limited(&limit, LOG_INFO, "knock");
	assert_in_range(lines(), burst + 1, burst + 4);
	/* However long it is quiet, the next burst is not longer than the first. */
	fake_time_advance(3600000000000ull);
	burst = lines() + burst;
	for (unsigned int i = 0; i < 100; i++)
		log_limited(&limit, LOG_INFO, "knock");
	assert_int_equal(lines(), burst);
	assert_int_equal(log_area()->lost + lines(), 300);
}

static void test_limit_below_the_level_costs_nothing(void **state)
{
	struct log_limit limit = { 0 };

	log_set_level(LOG_ERROR);
	for (unsigned int i = 0; i < 100; i++)
		log_limited(&limit, LOG_INFO, "knock");
	assert_int_equal(log_area()->lost, 0);
	log_limited(&limit, LOG_ERROR, "come in");
	assert_int_equal(lines(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format_says_what_printf_says),
		cmocka_unit_test(test_format_never_overruns),
		cmocka_unit_test(test_format_odd_things),
		cmocka_unit_test(test_ring_of_any_length),
		cmocka_unit_test_setup_teardown(test_a_line_has_time_cpu_and_level, setup, teardown),
		cmocka_unit_test_setup_teardown(test_levels, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_long_line_is_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_full_ring_keeps_the_newest, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limit_below_the_level_costs_nothing, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
