// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/x86/decode.c */
/* Moves of x86: encodings as GNU as makes them in the three modes, bytes that end early, and what they compute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../hypervisor/arch/x86/asm/decode.h"

#define LOAD .reads = 1, .to_reg = 1
#define STORE .writes = 1
#define CHANGE .reads = 1, .writes = 1
#define LOOK .reads = 1
#define IMM(value) .has_immediate = 1, .immediate = (uint64_t)(int64_t)(value)

static const struct {
	const char *text;
	enum decode_mode mode;
	const char *bytes;
	struct decoded expected; /* the length is that of bytes; reg_size 0: does not matter */
} known[] = {
	{ "mov 0xb0(%rdi),%eax", 64, "8b87b0000000", { OP_MOV, .size = 4, LOAD, .reg = 0, .reg_size = 4 } },
	{ "mov %eax,0x300(%rdi)", 64, "898700030000", { OP_MOV, .size = 4, STORE, .reg = 0 } },
	{ "mov %rax,(%rbx)", 64, "488903", { OP_MOV, .size = 8, STORE, .reg = 0 } },
	{ "mov %r15,8(%r12)", 64, "4d897c2408", { OP_MOV, .size = 8, STORE, .reg = 15 } },
	{ "mov (%r13),%r8", 64, "4d8b4500", { OP_MOV, .size = 8, LOAD, .reg = 8, .reg_size = 8 } },
	{ "mov %r9b,(%rsp)", 64, "44880c24", { OP_MOV, .size = 1, STORE, .reg = 9 } },
	{ "mov %ah,(%rax)", 64, "8820", { OP_MOV, .size = 1, STORE, .reg = 0, .is_high = 1 } },
	{ "mov %spl,(%rax)", 64, "408820", { OP_MOV, .size = 1, STORE, .reg = 4 } },
	{ "movl $0x12345678,0x40(%rax,%rbx,4)", 64, "c744984078563412", { OP_MOV, .size = 4, STORE, IMM(0x12345678) } },
	{ "movq $-1,(%rip)", 64, "48c70500000000ffffffff", { OP_MOV, .size = 8, STORE, IMM(-1) } },
	{ "movb $0x80,0x11223344(,%rcx,8)", 64, "c604cd4433221180", { OP_MOV, .size = 1, STORE, IMM(-128) } },
	{ "movw $0x1234,%gs:(%rsi)", 64, "6566c7063412", { OP_MOV, .size = 2, STORE, IMM(0x1234) } },
	{ "movabs 0x1122334455667788,%eax", 64, "a18877665544332211", { OP_MOV, .size = 4, LOAD, .reg_size = 4 } },
	{ "movabs %rax,0x1122334455667788", 64, "48a38877665544332211", { OP_MOV, .size = 8, STORE } },
	{ "mov (%eax),%ecx", 64, "678b08", { OP_MOV, .size = 4, LOAD, .reg = 1, .reg_size = 4 } },
	{ "movzbl (%rdx),%esi", 64, "0fb632", { OP_MOV, .size = 1, LOAD, .reg = 6, .reg_size = 4 } },
	{ "movzwq (%rdx),%r10", 64, "4c0fb712", { OP_MOV, .size = 2, LOAD, .reg = 10, .reg_size = 8 } },
	{ "movsbw (%rdx),%dx", 64, "660fbe12", { OP_MOV, .size = 1, LOAD, .reg = 2, .reg_size = 2, .is_signed = 1 } },
	{ "movslq (%rdx),%rdx", 64, "486312", { OP_MOV, .size = 4, LOAD, .reg = 2, .reg_size = 8, .is_signed = 1 } },
	{ "xchg %eax,0x300(%rdi)", 64, "878700030000", { OP_XCHG, .size = 4, CHANGE, .reg = 0, .reg_size = 4 } },
	{ "lock orl $0x1000,(%rdi)", 64, "f0810f00100000", { OP_OR, .size = 4, CHANGE, IMM(0x1000) } },
	{ "addq $-2,(%rdi)", 64, "488307fe", { OP_ADD, .size = 8, CHANGE, IMM(-2) } },
	{ "cmpl $0x7f,(%rdi)", 64, "833f7f", { OP_CMP, .size = 4, LOOK, IMM(0x7f) } },
	{ "cmpl $0x12345678,4(%rdi)", 64, "817f0478563412", { OP_CMP, .size = 4, LOOK, IMM(0x12345678) } },
	{ "testb $1,(%rdi)", 64, "f60701", { OP_TEST, .size = 1, LOOK, IMM(1) } },
	{ "testl $0x1000,0x300(%rdi)", 64, "f7870003000000100000", { OP_TEST, .size = 4, LOOK, IMM(0x1000) } },
	{ "and (%rdi),%r11d", 64, "44231f", { OP_AND, .size = 4, LOAD, .reg = 11, .reg_size = 4 } },
	{ "sub %cl,(%rdi)", 64, "280f", { OP_SUB, .size = 1, CHANGE, .reg = 1 } },
	{ "notl (%rdi)", 64, "f717", { OP_NOT, .size = 4, CHANGE, .reg = 2 } },
	{ "incq (%rdi)", 64, "48ff07", { OP_INC, .size = 8, CHANGE } },
	{ "cmp %eax,(%rdi)", 64, "3907", { OP_CMP, .size = 4, LOOK } },
	{ "REX without effect before a prefix", 64, "48658b08", { OP_MOV, .size = 4, LOAD, .reg = 1, .reg_size = 4 } },
	{ "mov 0xfee00300,%eax", 32, "a10003e0fe", { OP_MOV, .size = 4, LOAD, .reg_size = 4 } },
	{ "mov %eax,0xfee000b0", 32, "a3b000e0fe", { OP_MOV, .size = 4, STORE } },
	{ "movl $0,0xfee000b0", 32, "c705b000e0fe00000000", { OP_MOV, .size = 4, STORE, IMM(0) } },
	{ "mov %dx,(%edi)", 32, "668917", { OP_MOV, .size = 2, STORE, .reg = 2 } },
	{ "addr16 mov (%bx,%si),%eax", 32, "678b00", { OP_MOV, .size = 4, LOAD, .reg_size = 4 } },
	{ "mov 0x10(%ebp,%esi,2),%bl", 32, "8a5c7510", { OP_MOV, .size = 1, LOAD, .reg = 3, .reg_size = 1 } },
	{ "mov (%bx),%ax", 16, "8b07", { OP_MOV, .size = 2, LOAD, .reg_size = 2 } },
	{ "movl %fs:(%edi),%eax", 16, "6764668b07", { OP_MOV, .size = 4, LOAD, .reg_size = 4 } },
	{ "movb $1,0x1234", 16, "c606341201", { OP_MOV, .size = 1, STORE, IMM(1) } },
	{ "movw $0x1234,-2(%bp)", 16, "c746fe3412", { OP_MOV, .size = 2, STORE, IMM(0x1234) } },
};

static const struct {
	const char *text;
	enum decode_mode mode;
	const char *bytes;
} others[] = {
	{ "mov %eax,%ebx", 64, "89c3" },
	{ "inc %eax (a REX prefix elsewhere)", 32, "40" },
	{ "rep movsb", 64, "f3a4" },
	{ "stos", 64, "ab" },
	{ "push (%rax)", 64, "ff30" },
	{ "call *(%rax)", 64, "ff10" },
	{ "jmp *(%rax)", 64, "ff20" },
	{ "movaps (%rax),%xmm0", 64, "0f2800" },
	{ "vmovaps (%rax),%xmm0", 64, "c5f82800" },
	{ "lock mov %eax,(%rdi)", 64, "f08907" },
	{ "lock cmp %eax,(%rdi)", 64, "f03907" },
	{ "cmpxchg %ecx,(%rdi)", 64, "0fb10f" },
	{ "mul (%rax)", 64, "f720" },
	{ "c7 with number 7 (xbegin)", 64, "c7f800000000" },
	{ "arpl, not movslq", 32, "6312" },
	{ "hlt", 64, "f4" },
	{ "fifteen prefixes", 64, "666666666666666666666666666666" },
	{ "longer than fifteen bytes", 64, "666666666666666666666666c70000000000" },
};

static unsigned int from_hex(const char *text, uint8_t *bytes)
{
	unsigned int count = (unsigned int)strlen(text) / 2;

	for (unsigned int i = 0; i < count; i++) {
		const char pair[3] = { text[2 * i], text[2 * i + 1], 0 };

		bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return count;
}

static void same(const struct decoded *a, const struct decoded *b)
{
	assert_int_equal(a->op, b->op);
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->reads, b->reads);
	assert_int_equal(a->writes, b->writes);
	assert_int_equal(a->to_reg, b->to_reg);
	assert_int_equal(a->is_signed, b->is_signed);
	assert_int_equal(a->has_immediate, b->has_immediate);
	if (a->has_immediate) {
		assert_true(a->immediate == b->immediate);
	} else if (a->op != OP_NOT && a->op != OP_INC) {
		assert_int_equal(a->reg, b->reg);
		assert_int_equal(a->is_high, b->is_high);
	}
	if (b->reg_size)
		assert_int_equal(a->reg_size, b->reg_size);
}

static void decodes_what_the_assembler_makes(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		uint8_t bytes[32] = { 0 };
		unsigned int length = from_hex(known[i].bytes, bytes);
		struct decoded decoded;

		print_message("%s\n", known[i].text);
		memset(bytes + length, 0x90, DECODE_BYTES - length);
		assert_int_equal(decode(bytes, DECODE_BYTES, known[i].mode, &decoded), DECODE_OK);
		assert_int_equal(decoded.length, length);
		same(&decoded, &known[i].expected);
		/* Exactly as many bytes as it has are enough. */
		assert_int_equal(decode(bytes, length, known[i].mode, &decoded), DECODE_OK);
	}
}

/* The first page of an instruction that crosses into the next one never yields an instruction of its own. */
static void asks_for_more_at_the_end_of_a_page(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		uint8_t bytes[32] = { 0 };
		unsigned int length = from_hex(known[i].bytes, bytes);

		for (unsigned int count = 0; count < length; count++) {
			struct decoded decoded = { .op = 77 };
			uint8_t *exact = malloc(count ? count : 1); /* the sanitizer sees what is read behind the end */

			assert_non_null(exact);
			memcpy(exact, bytes, count);
			assert_int_equal(decode(exact, count, known[i].mode, &decoded), DECODE_MORE);
			assert_int_equal(decoded.op, 77);
			free(exact);
		}
	}
}

static void refuses_the_rest(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		uint8_t bytes[32];
		struct decoded decoded;

		memset(bytes, 0, sizeof(bytes));
		from_hex(others[i].bytes, bytes);
		print_message("%s\n", others[i].text);
		assert_int_equal(decode(bytes, DECODE_BYTES, others[i].mode, &decoded), DECODE_UNKNOWN);
	}
}

/* The instruction was changed between fault and decoding: whatever the bytes are, fields stay in their ranges. */
static void any_bytes_give_sane_fields(void **state)
{
	static const enum decode_mode modes[] = { DECODE_16, DECODE_32, DECODE_64 };
	uint8_t bytes[DECODE_BYTES];
	unsigned int found = 0;

	(void)state;
	srand(1);
	for (unsigned int i = 0; i < 300000; i++) {
		struct decoded d;

		for (unsigned int j = 0; j < sizeof(bytes); j++)
			bytes[j] = (uint8_t)rand();
		if (decode(bytes, sizeof(bytes), modes[i % 3], &d) != DECODE_OK)
			continue;
		found++;
		assert_in_range(d.length, 2, DECODE_BYTES);
		assert_true(d.size == 1 || d.size == 2 || d.size == 4 || d.size == 8);
		assert_in_range(d.reg, 0, 15);
		assert_true(d.reads || d.writes);
		assert_true(!d.is_high || (d.size == 1 && d.reg < 4));
	}
	assert_true(found > 1000);
}

/* Values. */

static struct decoded must_decode(const char *hex)
{
	uint8_t bytes[32] = { 0 };
	unsigned int length = from_hex(hex, bytes);
	struct decoded decoded;

	assert_int_equal(decode(bytes, length, DECODE_64, &decoded), DECODE_OK);
	return decoded;
}

static uint64_t loaded(const char *hex, uint64_t before, uint64_t memory)
{
	struct decoded decoded = must_decode(hex);
	uint64_t gpr[16] = { 0 }, flags = 2;

	gpr[decoded.reg] = before;
	decode_finish(&decoded, memory, gpr, &flags);
	assert_true(flags == 2 || decoded.op != OP_MOV);
	return gpr[decoded.reg];
}

static void loads_write_as_much_as_they_should(void **state)
{
	(void)state;
	assert_true(loaded("8b07", ~0ull, 0x12345678) == 0x12345678);
	assert_true(loaded("668b07", ~0ull, 0x1234) == 0xffffffffffff1234);
	assert_true(loaded("8a07", ~0ull, 0x12) == 0xffffffffffffff12);
	assert_true(loaded("8a27", ~0ull, 0x12) == 0xffffffffffff12ff);
	assert_true(loaded("488b07", 1, ~0ull << 1) == ~0ull << 1);
	assert_true(loaded("0fb607", ~0ull, 0x80) == 0x80);
	assert_true(loaded("0fbe07", ~0ull, 0x80) == 0xffffff80);
	assert_true(loaded("480fbe07", 0, 0x80) == 0xffffffffffffff80);
	assert_true(loaded("486307", 0, 0x80000000) == 0xffffffff80000000);
	assert_true(loaded("2307", 0xff00ff, 0xffff) == 0xff);
	assert_true(loaded("3b07", 0xff00ff, 0xffff) == 0xff00ff);
}

static void exchange_goes_both_ways(void **state)
{
	struct decoded decoded = must_decode("8707");
	uint64_t gpr[16] = { 0x1111222233334444 }, flags = 2;

	(void)state;
	assert_true(decode_write_value(&decoded, 0x55556666, gpr, &flags) == 0x33334444);
	decode_finish(&decoded, 0x55556666, gpr, &flags);
	assert_true(gpr[0] == 0x55556666);
}

#ifdef __x86_64__
#define STATUS 0x8d5ull

/* What this machine's own instruction makes of @a and @b with carry @carry. */
#define NATIVE(text)                                                                                           \
	do {                                                                                                   \
		__asm__ volatile("bt $0, %2\n\t" text "\n\tpushfq\n\tpopq %1"                                  \
				 : "+&r"(a), "=&r"(flags) : "r"((uint64_t)carry), "r"(b) : "cc", "memory");    \
	} while (0)

static uint64_t native(unsigned int op, uint64_t a, uint64_t b, unsigned int carry, uint64_t *result)
{
	uint64_t flags = 0;

	switch (op) {
	case OP_ADD: NATIVE("addl %k3, %k0"); break;
	case OP_OR: NATIVE("orl %k3, %k0"); break;
	case OP_ADC: NATIVE("adcl %k3, %k0"); break;
	case OP_SBB: NATIVE("sbbl %k3, %k0"); break;
	case OP_AND: NATIVE("andl %k3, %k0"); break;
	case OP_SUB: NATIVE("subl %k3, %k0"); break;
	case OP_XOR: NATIVE("xorl %k3, %k0"); break;
	case OP_NEG: NATIVE("negl %k0"); break;
	case OP_INC: NATIVE("incl %k0"); break;
	case OP_DEC: NATIVE("decl %k0"); break;
	default: break;
	}
	*result = a;
	return flags & STATUS;
}

/* AF is undefined after the logical ones. */
static void computes_as_this_machine_does(void **state)
{
	static const uint32_t values[] = { 0, 1, 0xf, 0x10, 0x7fffffff, 0x80000000, 0xffffffff, 0x12345678 };
	static const uint8_t ops[] = { OP_ADD, OP_OR, OP_ADC, OP_SBB, OP_AND, OP_SUB, OP_XOR, OP_NEG, OP_INC, OP_DEC };
	const unsigned int count = sizeof(values) / sizeof(values[0]);

	(void)state;
	for (unsigned int i = 0; i < sizeof(ops) * count * count * 2; i++) {
		const unsigned int op = ops[i / (count * count * 2)], carry = i & 1;
		const uint32_t a = values[i / 2 % count], b = values[i / 2 / count % count];
		const struct decoded decoded = { .op = (uint8_t)op, .size = 4, .reads = 1, .writes = 1, .reg = 3 };
		uint64_t gpr[16] = { [3] = b }, flags = 0x200 | carry, result, expected;
		uint64_t mask = op == OP_OR || op == OP_AND || op == OP_XOR ? STATUS & ~0x10ull : STATUS;

		expected = native(op, a, b, carry, &result);
		assert_true(decode_write_value(&decoded, a, gpr, &flags) == result);
		assert_true((flags & mask) == (expected & mask));
		assert_true(flags & 0x200);
	}
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_what_the_assembler_makes),
		cmocka_unit_test(asks_for_more_at_the_end_of_a_page),
		cmocka_unit_test(refuses_the_rest),
		cmocka_unit_test(any_bytes_give_sane_fields),
		cmocka_unit_test(loads_write_as_much_as_they_should),
		cmocka_unit_test(exchange_goes_both_ways),
#ifdef __x86_64__
		cmocka_unit_test(computes_as_this_machine_does),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
