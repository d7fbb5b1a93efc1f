// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/core/component.c */
/* Components are found in their section, ordered by phase. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <core/component.h>

/* Written down in the wrong order. */
COMPONENT(late) = { .name = "late", .phase = COMPONENT_CONTROL };
COMPONENT(middle) = { .name = "middle", .phase = COMPONENT_DEVICE };
COMPONENT(early) = { .name = "early", .phase = COMPONENT_CELL };
COMPONENT(early_too) = { .name = "early too", .phase = COMPONENT_CELL };

static void test_order(void **state)
{
	assert_int_equal(component_count(), 4);
	assert_int_equal(component_get(0)->phase, COMPONENT_CELL);
	assert_int_equal(component_get(1)->phase, COMPONENT_CELL);
	assert_ptr_not_equal(component_get(0), component_get(1));
	assert_string_equal(component_get(2)->name, "middle");
	assert_string_equal(component_get(3)->name, "late");
	assert_null(component_get(4));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_order) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
