// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/riscv/decode.c */
/* Loads and stores of RISC-V: encodings as an assembler makes them, and what the hart says of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../hypervisor/arch/riscv/asm/decode.h"

/* As GNU as makes them; those of Zcb, which it does not know yet, by the specification's table. */
static const struct {
	const char *text;
	uint32_t instruction;
	struct decoded expected;
} known[] = {
	{ "lb a1, 3(a0)", 0x00350583, { 1, 4, 11, 0, 1 } },
	{ "lh t6, -2(sp)", 0xffe11f83, { 2, 4, 31, 0, 1 } },
	{ "lw a5, 4(a0)", 0x00452783, { 4, 4, 15, 0, 1 } },
	{ "ld s11, 8(a0)", 0x00853d83, { 8, 4, 27, 0, 0 } },
	{ "lbu a1, 0(a0)", 0x00054583, { 1, 4, 11, 0, 0 } },
	{ "lhu a1, 0(a0)", 0x00055583, { 2, 4, 11, 0, 0 } },
	{ "lwu zero, 0(a0)", 0x00056003, { 4, 4, 0, 0, 0 } },
	{ "sb a1, 0(a0)", 0x00b50023, { 1, 4, 11, 1, 0 } },
	{ "sh t6, -2(sp)", 0xfff11f23, { 2, 4, 31, 1, 0 } },
	{ "sw a5, 4(a0)", 0x00f52223, { 4, 4, 15, 1, 0 } },
	{ "sd s11, 8(a0)", 0x01b53423, { 8, 4, 27, 1, 0 } },
	{ "c.lw a5, 4(a0)", 0x415c, { 4, 2, 15, 0, 1 } },
	{ "c.ld s0, 8(a0)", 0x6500, { 8, 2, 8, 0, 0 } },
	{ "c.sw a5, 4(a0)", 0xc15c, { 4, 2, 15, 1, 0 } },
	{ "c.sd s0, 8(a0)", 0xe500, { 8, 2, 8, 1, 0 } },
	{ "c.lwsp t6, 0(sp)", 0x4f82, { 4, 2, 31, 0, 1 } },
	{ "c.ldsp s11, 8(sp)", 0x6da2, { 8, 2, 27, 0, 0 } },
	{ "c.swsp t6, 0(sp)", 0xc07e, { 4, 2, 31, 1, 0 } },
	{ "c.sdsp s11, 8(sp)", 0xe46e, { 8, 2, 27, 1, 0 } },
	{ "c.lbu a5, 1(a0)", 0x815c, { 1, 2, 15, 0, 0 } },
	{ "c.lhu a5, 0(a0)", 0x851c, { 2, 2, 15, 0, 0 } },
	{ "c.lh a5, 0(a0)", 0x855c, { 2, 2, 15, 0, 1 } },
	{ "c.sb a5, 0(a0)", 0x891c, { 1, 2, 15, 1, 0 } },
	{ "c.sh a5, 0(a0)", 0x8d1c, { 2, 2, 15, 1, 0 } },
};

/* No loads or stores of integers. */
static const uint32_t others[] = {
	0x00053007, /* fld ft0, 0(a0) */
	0x00053027, /* fsd ft0, 0(a0) */
	0x1005252f, /* lr.w a0, (a0) */
	0x00b5252f, /* amoadd.w a0, a1, (a0) */
	0x00000013, /* nop */
	0x00000073, /* ecall */
	0x2108,	    /* c.fld fa0, 0(a0) */
	0xa108,	    /* c.fsd fa0, 0(a0) */
	0x0001,	    /* c.nop */
	0x00007003, /* load with funct3 7 */
	0x00004023, /* store with funct3 4 */
};

static void same(const struct decoded *a, const struct decoded *b)
{
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->length, b->length);
	assert_int_equal(a->reg, b->reg);
	assert_int_equal(a->is_write, b->is_write);
	assert_int_equal(a->is_signed, b->is_signed);
}

static void test_known(void **state)
{
	struct decoded decoded;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(decode_access(known[i].instruction, &decoded), 1);
		same(&decoded, &known[i].expected);
		assert_int_equal(decode_is_long(known[i].instruction), known[i].expected.length == 4);
	}
}

static void test_others(void **state)
{
	struct decoded decoded;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(decode_access(others[i], &decoded), 0);
}

/* What lies behind a compressed instruction plays no part. */
static void test_upper_half(void **state)
{
	struct decoded decoded;

	assert_int_equal(decode_access(0xffff0000u | 0x415c, &decoded), 1);
	same(&decoded, &known[11].expected);
}

static void test_htinst(void **state)
{
	struct decoded decoded;

	assert_int_equal(decode_htinst(0x00052783, &decoded), 1); /* lw, real length 4 */
	assert_int_equal(decoded.length, 4);
	assert_int_equal(decode_htinst(0x00052781, &decoded), 1); /* the same, compressed */
	assert_int_equal(decoded.length, 2);
	assert_int_equal(decoded.reg, 15);
	assert_int_equal(decode_htinst(0, &decoded), 0);
	assert_int_equal(decode_htinst(0x3000, &decoded), 0);
	assert_int_equal(decode_htinst(0x1005252f, &decoded), 0);
}

static void test_table_walks(void **state)
{
	assert_int_equal(decode_is_table_walk(0x3000), 1);
	assert_int_equal(decode_is_table_walk(0x3020), 1);
	assert_int_equal(decode_is_table_walk(0x2000), 1);
	assert_int_equal(decode_is_table_walk(0x2020), 1);
	assert_int_equal(decode_is_table_walk(0), 0);
	assert_int_equal(decode_is_table_write(0x3020), 1);
	assert_int_equal(decode_is_table_write(0x2000), 0);
	assert_int_equal(decode_is_table_walk(0x00052783), 0);
}

static void test_results(void **state)
{
	struct decoded decoded = { .size = 1, .is_signed = 1 };

	assert_true(decode_result(&decoded, 0x80) == 0xffffffffffffff80ull);
	decoded.is_signed = 0;
	assert_true(decode_result(&decoded, 0x180) == 0x80);
	decoded = (struct decoded){ .size = 4, .is_signed = 1 };
	assert_true(decode_result(&decoded, 0x80000000u) == 0xffffffff80000000ull);
	decoded = (struct decoded){ .size = 8 };
	assert_true(decode_result(&decoded, ~0ull) == ~0ull);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),	    cmocka_unit_test(test_others),
		cmocka_unit_test(test_upper_half),  cmocka_unit_test(test_htinst),
		cmocka_unit_test(test_table_walks), cmocka_unit_test(test_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
