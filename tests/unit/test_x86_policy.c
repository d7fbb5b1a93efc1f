// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/x86/msr_policy.c hypervisor/arch/x86/cpuid_policy.c */
/* Which MSRs cells reach without anybody looking, and what they find in CPUID. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "../../hypervisor/arch/x86/asm/cpuid_policy.h"
#include "../../hypervisor/arch/x86/asm/msr_policy.h"

#define NAME_MAX 39u /* of a record */

static const struct {
	uint32_t first, last;
} ranges[] = { { 0, 0x1fff }, { 0x40000000, 0x400000ff }, { 0x4b564d00, 0x4b564d0f }, { 0xc0000000, 0xc0001fff },
	       { 0xc0010000, 0xc0011fff } };

static unsigned int count_allowed(int is_root, unsigned int access)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		for (uint32_t msr = ranges[i].first; msr <= ranges[i].last; msr++)
			count += (msr_allowed(msr, is_root) & access) == access;
	}
	return count;
}

/* All that a guest writes without an exit, by number: each of them is its own CPU's and switched or reset. */
static void guests_write_only_these(void **state)
{
	static const struct {
		uint32_t first, last;
	} writable[] = { { 0x48, 0x49 },   { 0x10a, 0x10b }, { 0x174, 0x176 },		 { 0x277, 0x277 },
			 { 0x6a0, 0x6a8 }, { 0x800, 0x83f }, { 0xc0000081, 0xc0000084 }, { 0xc0000100, 0xc0000103 } };
	unsigned int found = 0;

	(void)state;
	for (unsigned int i = 0; i < sizeof(writable) / sizeof(writable[0]); i++) {
		for (uint32_t msr = writable[i].first; msr <= writable[i].last; msr++)
			found += (msr_allowed(msr, 0) & MSR_WRITE) != 0;
	}
	assert_int_equal(count_allowed(0, MSR_WRITE), found);
	assert_true(found > 50 && found < 100);
}

/* Neither root nor guest: what starts, moves or reaches behind the hypervisor. */
static void nobody_writes_unseen(void **state)
{
	static const uint32_t never[] = {
		0x1b, 0x3a, 0x79, 0x9b, 0x1a0, 0x200, 0x26f, 0x2ff, 0x3f1, 0x480, 0x560, 0x561, 0x570, 0x58f, 0x600,
		0xda0, 0x80f, 0x82f, 0x830, 0x833, 0x837, 0xc0000080, 0xc0000104, 0xc0000105, 0xc0010010, 0xc0010015,
		0xc0010016, 0xc0010019, 0xc001001a, 0xc001001d, 0xc0010056, 0xc0010058, 0xc0010111, 0xc0010112,
		0xc0010113, 0xc0010114, 0xc0010117,
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		assert_false(msr_allowed(never[i], 0) & MSR_WRITE);
		assert_false(msr_allowed(never[i], 1) & MSR_WRITE);
		assert_non_null(msr_find(never[i]));
	}
}

static void unknown_ones_are_roots_alone(void **state)
{
	static const uint32_t unknown[] = { 0x400, 0x186, 0x38f, 0xc90, 0xd90, 0x1c4, 0xc0010200, 0xc0011030, 0x6e1 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		assert_null(msr_find(unknown[i]));
		assert_int_equal(msr_allowed(unknown[i], 0), MSR_TRAP);
		assert_int_equal(msr_allowed(unknown[i], 1), MSR_READ_WRITE);
	}
}

/* Timer, end of interrupt and self-IPI need no exit; the command does; ids and what is wired to others do. */
static void the_interrupt_controller(void **state)
{
	static const uint32_t direct[] = { 0x808, 0x80b, 0x828, 0x838, 0x83e, 0x83f };

	(void)state;
	for (unsigned int i = 0; i < sizeof(direct) / sizeof(direct[0]); i++)
		assert_int_equal(msr_allowed(direct[i], 0), MSR_READ_WRITE);
	assert_int_equal(msr_allowed(0x830, 0), MSR_TRAP);
	assert_int_equal(msr_allowed(0x802, 0), MSR_TRAP);
	assert_int_equal(msr_allowed(0x80d, 0), MSR_TRAP);
	assert_int_equal(msr_allowed(0x6e0, 0), MSR_TRAP);
}

/* Every row has a name that fits a record, and is reached by at least one register. */
static void rows_make_sense(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < msr_row_count; i++) {
		const struct msr_row *row = msr_row(i);
		unsigned int counts = 0;

		assert_true(row->first <= row->last && row->last - row->first < 0x200);
		assert_true(row->name[0] && strlen(row->name) <= NAME_MAX);
		assert_true(row->read < READ_COUNT && row->write < WRITE_COUNT);
		for (uint32_t msr = row->first; msr <= row->last; msr++)
			counts += msr_find(msr) == row;
		assert_true(counts > 0);
	}
}

static void components_of_xss(void **state)
{
	(void)state;
	assert_int_equal(msr_xss_allowed(0), XSS_CET);
	assert_int_equal(msr_xss_allowed(1), ~(1ull << 8));
}

static void leaf_of(uint32_t leaf, uint32_t subleaf, int is_root, uint32_t *r)
{
	memset(r, 0xff, 4 * sizeof(*r));
	cpuid_take_away(leaf, subleaf, is_root, r);
}

static void assert_bit(uint32_t leaf, unsigned int reg, unsigned int bit, int root, int guest)
{
	uint32_t r[4];

	leaf_of(leaf, 0, 1, r);
	assert_int_equal(r[reg] >> bit & 1, root);
	leaf_of(leaf, 0, 0, r);
	assert_int_equal(r[reg] >> bit & 1, guest);
}

static void bits_of_cpuid(void **state)
{
	(void)state;
	assert_bit(0x1, CPUID_ECX, 5, 0, 0);	     /* VMX */
	assert_bit(0x1, CPUID_EDX, 21, 0, 0);	     /* debug store */
	assert_bit(0x1, CPUID_ECX, 24, 1, 0);	     /* TSC deadline */
	assert_bit(0x1, CPUID_ECX, 21, 1, 1);	     /* x2APIC */
	assert_bit(0x1, CPUID_EDX, 12, 1, 0);	     /* MTRR */
	assert_bit(0x1, CPUID_EDX, 16, 1, 1);	     /* PAT */
	assert_bit(0x7, CPUID_EBX, 1, 1, 0);	     /* TSC_ADJUST */
	assert_bit(0x7, CPUID_EBX, 25, 1, 0);	     /* processor trace */
	assert_bit(0x7, CPUID_EDX, 5, 0, 0);	     /* user interrupts */
	assert_bit(0x80000001, CPUID_ECX, 2, 0, 0);  /* SVM */
	assert_bit(0x80000001, CPUID_ECX, 15, 0, 0); /* LWP */
	assert_bit(0x80000001, CPUID_EDX, 26, 1, 1); /* pages of 1 GiB */
	assert_bit(0x80000007, CPUID_EDX, 8, 1, 1);  /* invariant TSC */
	assert_bit(0x8000000a, CPUID_EDX, 0, 0, 0);  /* nested paging */
}

static void subleaves_of_cpuid(void **state)
{
	uint32_t r[4];

	(void)state;
	leaf_of(0xd, 1, 0, r);
	assert_int_equal(r[CPUID_ECX], XSS_CET);
	assert_int_equal(r[CPUID_EDX], 0);
	leaf_of(0xd, 1, 1, r);
	assert_int_equal(r[CPUID_ECX], 0xfffffeff);
	assert_int_equal(r[CPUID_EDX], 0xffffffff);
	leaf_of(0xd, 0, 0, r);
	assert_int_equal(r[CPUID_ECX], 0xffffffff);
	leaf_of(0x7, 1, 0, r);
	assert_int_equal(r[CPUID_EBX], 0xffffffff);
	assert_int_equal(r[CPUID_EAX], ~(1u << 17)); /* FRED */
	leaf_of(0x7, 1, 1, r);
	assert_int_equal(r[CPUID_EAX], ~(1u << 17));
	leaf_of(0x14, 1, 0, r);
	assert_int_equal(r[CPUID_EAX] | r[CPUID_EBX] | r[CPUID_ECX] | r[CPUID_EDX], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guests_write_only_these),
		cmocka_unit_test(nobody_writes_unseen),
		cmocka_unit_test(unknown_ones_are_roots_alone),
		cmocka_unit_test(the_interrupt_controller),
		cmocka_unit_test(rows_make_sense),
		cmocka_unit_test(components_of_xss),
		cmocka_unit_test(bits_of_cpuid),
		cmocka_unit_test(subleaves_of_cpuid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
