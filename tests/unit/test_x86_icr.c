// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/x86/icr.c */
/* Whom interrupt commands mean, by the rules of the local APIC (SDM 3, 11.6.2 and 11.12.9). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../../hypervisor/arch/x86/asm/icr.h"

#define X2(destination) ((uint64_t)(destination) << 32)
#define X1(destination) ((uint64_t)(destination) << 56)
#define SHORT(which) ((uint64_t)(which) << ICR_SHORTHAND_SHIFT)

static struct vapics apics;

static void make(unsigned int count, enum apic_mode mode, const uint32_t *ids)
{
	memset(&apics, 0, sizeof(apics));
	apics.count = count;
	for (unsigned int i = 0; i < count; i++) {
		apics.vcpu[i].id = ids ? ids[i] : i;
		apics.vcpu[i].mode = mode;
		apics.vcpu[i].dfr = 0xffffffff;
		apics.vcpu[i].ldr = 1u << (24 + i % 8);
	}
}

static uint64_t meant(uint64_t icr, enum apic_mode mode, unsigned int self)
{
	struct apic_set set;
	unsigned int count = icr_command(&apics, self, icr, mode, &set);

	assert_int_equal(count, __builtin_popcountll(set.word[0]));
	return set.word[0];
}

static void physical(void **state)
{
	static const uint32_t ids[] = { 4, 9, 0x130 };

	(void)state;
	make(3, APIC_X2, ids);
	assert_true(meant(X2(9), APIC_X2, 0) == 2);
	assert_true(meant(X2(0x130), APIC_X2, 0) == 4);
	assert_true(meant(X2(0x30), APIC_X2, 0) == 0);
	assert_true(meant(X2(0xff), APIC_X2, 0) == 0);
	assert_true(meant(X2(0xffffffff), APIC_X2, 0) == 7);
	make(3, APIC_X, ids);
	assert_true(meant(X1(4), APIC_X, 0) == 1);
	assert_true(meant(X1(0xff), APIC_X, 0) == 7);
	assert_true(meant(X1(5), APIC_X, 0) == 0);
}

static void logical_flat(void **state)
{
	(void)state;
	make(4, APIC_X, NULL);
	assert_true(meant(X1(0x0a) | ICR_LOGICAL, APIC_X, 0) == 0x0a);
	assert_true(meant(X1(0xf0) | ICR_LOGICAL, APIC_X, 0) == 0);
	assert_true(meant(X1(0xff) | ICR_LOGICAL, APIC_X, 0) == 0x0f);
}

static void logical_cluster(void **state)
{
	(void)state;
	make(4, APIC_X, NULL);
	for (unsigned int i = 0; i < 4; i++) {
		apics.vcpu[i].dfr = 0x0fffffff;
		apics.vcpu[i].ldr = (i / 2) << 28 | 1u << (24 + i % 2);
	}
	assert_true(meant(X1(0x02) | ICR_LOGICAL, APIC_X, 0) == 2);
	assert_true(meant(X1(0x13) | ICR_LOGICAL, APIC_X, 0) == 0x0c);
	assert_true(meant(X1(0xf1) | ICR_LOGICAL, APIC_X, 0) == 0x05);
	apics.vcpu[0].dfr = 0x70000000; /* neither model: nothing */
	assert_true(meant(X1(0x01) | ICR_LOGICAL, APIC_X, 0) == 0);
}

static void logical_x2(void **state)
{
	static const uint32_t ids[] = { 0, 3, 0x11, 0x1f };

	(void)state;
	make(4, APIC_X2, ids);
	assert_true(meant(X2(0x0009) | ICR_LOGICAL, APIC_X2, 0) == 3);
	assert_true(meant(X2(0x18002) | ICR_LOGICAL, APIC_X2, 0) == 0x0c);
	assert_true(meant(X2(0x28002) | ICR_LOGICAL, APIC_X2, 0) == 0);
	assert_true(meant(X2(0xffffffff) | ICR_LOGICAL, APIC_X2, 0) == 0x0f);
}

/* Never more than the cell has, whatever the destination says beside a shorthand. */
static void shorthands(void **state)
{
	(void)state;
	make(4, APIC_X2, NULL);
	assert_true(meant(X2(1) | SHORT(SHORTHAND_SELF), APIC_X2, 2) == 4);
	assert_true(meant(X2(1) | SHORT(SHORTHAND_ALL), APIC_X2, 2) == 0x0f);
	assert_true(meant(X2(1) | SHORT(SHORTHAND_OTHERS), APIC_X2, 2) == 0x0b);
}

static void check_short_way(uint64_t icr, enum apic_mode mode)
{
	const int only = icr_only(&apics, icr, mode);

	if (only >= 0)
		assert_true(meant(icr, mode, 1) == 1ull << only);
}

/* The short way says the same as the long one, or nothing. */
static void short_way_agrees(void **state)
{
	static const uint32_t ids[] = { 0, 2, 1, 3, 40, 5 };

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		const enum apic_mode mode = i & 1 ? APIC_X : APIC_X2;

		make(6, mode, i & 2 ? ids : NULL);
		if (i & 4)
			apics.vcpu[3].mode = APIC_X;
		for (uint64_t destination = 0; destination < 0x400; destination++) {
			const uint64_t icr = mode == APIC_X2 ? X2(destination) : X1(destination & 0xff);

			check_short_way(icr, mode);
			check_short_way(icr | ICR_LOGICAL, mode);
			check_short_way(icr | X2(0x10000) | ICR_LOGICAL, mode);
			check_short_way(icr | SHORT(destination % 4), mode);
		}
	}
	make(6, APIC_X2, NULL);
	assert_int_equal(icr_only(&apics, X2(5), APIC_X2), 5);
	assert_int_equal(icr_only(&apics, X2(1u << 4) | ICR_LOGICAL, APIC_X2), 4);
	assert_int_equal(icr_only(&apics, X2(6), APIC_X2), -1);
	assert_int_equal(icr_only(&apics, X2(0xffffffff), APIC_X2), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(physical),
		cmocka_unit_test(logical_flat),
		cmocka_unit_test(logical_cluster),
		cmocka_unit_test(logical_x2),
		cmocka_unit_test(shorthands),
		cmocka_unit_test(short_way_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
