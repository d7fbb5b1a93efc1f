// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/x86/svm_event.c hypervisor/arch/x86/exceptions.c */
/* Events under SVM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../hypervisor/arch/x86/asm/exceptions.h"
#include "../../hypervisor/arch/x86/asm/svm_event.h"

enum { DB = 1, NMI = 2, BP = 3, OF = 4, DF = 8, GP = 13, PF = 14 };

#define EXCEPTION(vector) (EVENT_VALID | EVENT_TYPE_EXCEPTION | (vector))
#define WITH_ERROR(vector, error) (EXCEPTION(vector) | EVENT_ERROR_VALID | (uint64_t)(error) << 32)
#define INTERRUPT(vector) (EVENT_VALID | (vector))

/* What an exit interrupted comes again, but for what an instruction raised: that one runs again. */
static void what_was_interrupted_comes_again(void **state)
{
	static const uint64_t events[] = { INTERRUPT(0x20), EVENT_VALID | EVENT_TYPE_NMI | NMI, EXCEPTION(DB),
					   WITH_ERROR(PF, 6) };
	static const uint64_t instructions[] = { EVENT_VALID | EVENT_TYPE_SOFTWARE | 0x80,
						 EVENT_VALID | EVENT_TYPE_SOFTWARE | BP, EXCEPTION(BP), EXCEPTION(OF) };

	(void)state;
	for (unsigned int i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		assert_true(svm_event_again(events[i]) == events[i]);
		assert_true(svm_event_again(events[i] & ~(uint64_t)EVENT_VALID) == 0);
	}
	for (unsigned int i = 0; i < sizeof(instructions) / sizeof(instructions[0]); i++)
		assert_true(svm_event_again(instructions[i]) == 0);
}

static void an_exception_has_its_error_code(void **state)
{
	(void)state;
	assert_true(svm_event_exception(0, GP, 0x18, 1) == WITH_ERROR(GP, 0x18));
	assert_true(svm_event_exception(0, DB, NO_ERROR_CODE, 1) == EXCEPTION(DB));
	assert_true(svm_event_exception(0, GP, 0x18, 0) == EXCEPTION(GP));
}

/* Only an exception makes a double fault of another: not what was, not an interrupt of the same number. */
static void exceptions_combine(void **state)
{
	(void)state;
	assert_true(svm_event_exception(WITH_ERROR(PF, 2), GP, 0x18, 1) == WITH_ERROR(DF, 0));
	assert_true(svm_event_exception(WITH_ERROR(GP, 2), PF, 6, 1) == WITH_ERROR(PF, 6));
	assert_true(svm_event_exception(WITH_ERROR(DF, 0), GP, 0, 1) == 0);
	assert_true(svm_event_exception(WITH_ERROR(DF, 0) & ~(uint64_t)EVENT_VALID, GP, 0, 1) == WITH_ERROR(GP, 0));
	assert_true(svm_event_exception(INTERRUPT(PF), GP, 0, 1) == WITH_ERROR(GP, 0));
	assert_true(svm_event_exception(EVENT_VALID | EVENT_TYPE_NMI | NMI, GP, 0, 1) == WITH_ERROR(GP, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_interrupted_comes_again),
		cmocka_unit_test(an_exception_has_its_error_code),
		cmocka_unit_test(exceptions_combine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
