// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/x86/svm_event.c hypervisor/arch/x86/exceptions.c hypervisor/arch/x86/cr4_policy.c */
/* Events under SVM, and the bits of CR4 that are no cell's, under SVM and VMX. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../../hypervisor/arch/x86/asm/cr4_policy.h"
#include "../../hypervisor/arch/x86/asm/exceptions.h"
#include "../../hypervisor/arch/x86/asm/svm_event.h"

enum { DB = 1, NMI = 2, BP = 3, OF = 4, DF = 8, GP = 13, PF = 14 };

#define EXCEPTION(vector) (EVENT_VALID | EVENT_TYPE_EXCEPTION | (vector))
#define WITH_ERROR(vector, error) (EXCEPTION(vector) | EVENT_ERROR_CODE | (uint64_t)(error) << 32)
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
	assert_true(exceptions_event(0, GP, 0x18, 1) == WITH_ERROR(GP, 0x18));
	assert_true(exceptions_event(0, DB, NO_ERROR_CODE, 1) == EXCEPTION(DB));
	assert_true(exceptions_event(0, GP, 0x18, 0) == EXCEPTION(GP));
}

/* Only an exception makes a double fault of another: not what was, not an interrupt of the same number. */
static void exceptions_combine(void **state)
{
	(void)state;
	assert_true(exceptions_event(WITH_ERROR(PF, 2), GP, 0x18, 1) == WITH_ERROR(DF, 0));
	assert_true(exceptions_event(WITH_ERROR(GP, 2), PF, 6, 1) == WITH_ERROR(PF, 6));
	assert_true(exceptions_event(WITH_ERROR(DF, 0), GP, 0, 1) == 0);
	assert_true(exceptions_event(WITH_ERROR(DF, 0) & ~(uint64_t)EVENT_VALID, GP, 0, 1) == WITH_ERROR(GP, 0));
	assert_true(exceptions_event(INTERRUPT(PF), GP, 0, 1) == WITH_ERROR(GP, 0));
	assert_true(exceptions_event(EVENT_VALID | EVENT_TYPE_NMI | NMI, GP, 0, 1) == WITH_ERROR(GP, 0));
}

/* All bits but these, unknown ones among them, never come to cr4_written(): a back end owns no more. */
static void four_bits_are_no_cells(void **state)
{
	unsigned int count = 0;

	(void)state;
	assert_false(CR4_REFUSED & CR4_KEPT);
	for (unsigned int bit = 0; bit < 64; bit++)
		count += (CR4_REFUSED | CR4_KEPT) >> bit & 1;
	assert_int_equal(count, 4);
	assert_true(CR4_REFUSED >> 13 & 1); /* VMXE */
	assert_true(CR4_REFUSED >> 25 & 1); /* UINTR */
	assert_true(CR4_REFUSED >> 32 & 1); /* FRED */
	assert_true(CR4_KEPT >> 6 & 1);	    /* MCE */
}

static void each_bit_of_cr4_is_answered(void **state)
{
	const uint64_t prescribed = 1ull << 63, owned = CR4_REFUSED | CR4_KEPT | prescribed;

	(void)state;
	for (unsigned int bit = 0; bit < 64; bit++) {
		uint64_t shown = CR4_PAE, value = shown ^ 1ull << bit;
		enum cr4_answer answer = cr4_written(owned, value, &shown);

		if ((CR4_REFUSED | prescribed) >> bit & 1) {
			assert_int_equal(answer, CR4_INJECT);
			assert_true(shown == CR4_PAE);
		} else {
			assert_int_equal(answer, CR4_DONE);
			assert_true(shown == (CR4_PAE | (CR4_KEPT & 1ull << bit)));
		}
	}
}

/* What is shown changes only if nothing stands against the write; off works like on. */
static void machine_checks_are_shown_as_written(void **state)
{
	uint64_t shown = CR4_MCE | CR4_PAE;

	(void)state;
	assert_int_equal(cr4_written(CR4_REFUSED | CR4_KEPT, CR4_VMXE, &shown), CR4_INJECT);
	assert_true(shown == (CR4_MCE | CR4_PAE));
	assert_int_equal(cr4_written(CR4_REFUSED | CR4_KEPT, CR4_PAE, &shown), CR4_DONE);
	assert_true(shown == CR4_PAE);
	assert_int_equal(cr4_written(CR4_REFUSED | CR4_KEPT, CR4_MCE, &shown), CR4_DONE);
	assert_true(shown == (CR4_MCE | CR4_PAE));
}

static void a_kernel_with_these_is_left_alone(void **state)
{
	(void)state;
	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *objection = cr4_objection(1ull << bit);

		assert_int_equal(objection != NULL, CR4_REFUSED >> bit & 1);
	}
	assert_non_null(strstr(cr4_objection(CR4_FRED), "fred=off"));
	assert_non_null(strstr(cr4_objection(CR4_VMXE), "kvm_intel"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_interrupted_comes_again),
		cmocka_unit_test(an_exception_has_its_error_code),
		cmocka_unit_test(exceptions_combine),
		cmocka_unit_test(four_bits_are_no_cells),
		cmocka_unit_test(each_bit_of_cr4_is_answered),
		cmocka_unit_test(machine_checks_are_shown_as_written),
		cmocka_unit_test(a_kernel_with_these_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
