// SPDX-License-Identifier: GPL-2.0-or-later
#include "asm/decode.h"

#include <lib/bytes.h>

#define REX_W 8u
#define REX_R 4u

#define FLAG_CF (1ull << 0)
#define FLAG_PF (1ull << 2)
#define FLAG_AF (1ull << 4)
#define FLAG_ZF (1ull << 6)
#define FLAG_SF (1ull << 7)
#define FLAG_OF (1ull << 11)
#define FLAGS_ALU (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)

/* Where the operands are. The group's operation is in the middle of ModRM. */
enum form {
	MEM_REG,      /* memory is changed by register */
	REG_MEM,      /* register is changed by memory */
	MEM_IMM,      /* immediate of the operand's size, at most four bytes */
	MEM_IMM8,     /* immediate of one byte, sign-extended */
	MEM_ONLY,     /* no other operand */
	OFFSET_LOAD,  /* rAX from an address in the instruction */
	OFFSET_STORE, /* rAX to an address in the instruction */
	REG_ZERO,     /* register from memory, zero-extended */
	REG_SIGN      /* register from memory, sign-extended */
};

#define ANY 0xff /* of the group's numbers */
#define GROUP1 0xff

/*
 * A row for each pair of opcodes: of bytes, and of words, double words or quad words (opcode + 1).
 * @mask, @opcode: of the byte.  @group: number in ModRM that it takes.
 */
struct row {
	uint8_t mask, opcode, group, form, op;
};

static const struct row one_byte[] = {
	{ 0xc6, 0x00, ANY, MEM_REG, GROUP1 },	 /* add ... cmp: operation in bits 5:3 */
	{ 0xc6, 0x02, ANY, REG_MEM, GROUP1 },
	{ 0xfe, 0x80, ANY, MEM_IMM, GROUP1 },	 /* (0x81 is the one with a long immediate, 0x82 is none) */
	{ 0xff, 0x83, ANY, MEM_IMM8, GROUP1 },
	{ 0xfe, 0x84, ANY, MEM_REG, OP_TEST },
	{ 0xfe, 0x86, ANY, MEM_REG, OP_XCHG },
	{ 0xfe, 0x88, ANY, MEM_REG, OP_MOV },
	{ 0xfe, 0x8a, ANY, REG_MEM, OP_MOV },
	{ 0xfe, 0xa0, ANY, OFFSET_LOAD, OP_MOV },
	{ 0xfe, 0xa2, ANY, OFFSET_STORE, OP_MOV },
	{ 0xfe, 0xc6, 0, MEM_IMM, OP_MOV },
	{ 0xfe, 0xf6, 0, MEM_IMM, OP_TEST },
	{ 0xfe, 0xf6, 1, MEM_IMM, OP_TEST },
	{ 0xfe, 0xf6, 2, MEM_ONLY, OP_NOT },
	{ 0xfe, 0xf6, 3, MEM_ONLY, OP_NEG },
	{ 0xfe, 0xfe, 0, MEM_ONLY, OP_INC },
	{ 0xfe, 0xfe, 1, MEM_ONLY, OP_DEC },
};

static const struct row two_byte[] = {
	{ 0xfe, 0xb6, ANY, REG_ZERO, OP_MOV },
	{ 0xfe, 0xbe, ANY, REG_SIGN, OP_MOV },
};

/* struct cursor - what is left of the bytes, and what the prefixes said. */
struct cursor {
	const uint8_t *bytes;
	unsigned int count, at;
	enum decode_mode mode;
	uint8_t rex;
	uint8_t other_operand, other_address, is_repeated, is_locked;
	uint8_t opcode, modrm;
};

static int take(struct cursor *cursor, uint8_t *byte)
{
	if (cursor->at >= cursor->count)
		return 0;
	*byte = cursor->bytes[cursor->at++];
	return 1;
}

/* Return: 1 if @byte is a prefix (of the old kind). */
static int is_prefix(struct cursor *cursor, uint8_t byte)
{
	switch (byte) {
	case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65: /* segments */
		return 1;
	case 0x66:
		cursor->other_operand = 1;
		return 1;
	case 0x67:
		cursor->other_address = 1;
		return 1;
	case 0xf0:
		cursor->is_locked = 1;
		return 1;
	case 0xf2: case 0xf3:
		cursor->is_repeated = 1;
		return 1;
	default:
		return 0;
	}
}

/* A REX prefix counts only right before the opcode. */
static int take_prefixes(struct cursor *cursor)
{
	uint8_t byte;

	while (take(cursor, &byte)) {
		if (cursor->mode == DECODE_64 && (byte & 0xf0) == 0x40) {
			cursor->rex = byte;
		} else if (is_prefix(cursor, byte)) {
			cursor->rex = 0;
		} else {
			cursor->opcode = byte;
			return 1;
		}
	}
	return 0;
}

static unsigned int operand_size(const struct cursor *cursor)
{
	if (cursor->rex & REX_W)
		return 8;
	return (cursor->mode == DECODE_16) == cursor->other_operand ? 4 : 2;
}

static unsigned int address_size(const struct cursor *cursor)
{
	if (cursor->mode == DECODE_64)
		return cursor->other_address ? 4 : 8;
	return (cursor->mode == DECODE_16) == cursor->other_address ? 4 : 2;
}

/* Bytes of displacement behind ModRM (and SIB). Without a mode, one base stands for an address that is all there is. */
static unsigned int displacement(uint8_t modrm, uint8_t base, unsigned int address)
{
	const unsigned int mode = modrm >> 6;

	if (mode == 1)
		return 1;
	return mode == 2 || base == (address == 2 ? 6 : 5) ? (address == 2 ? 2 : 4) : 0;
}

/* Step over SIB and displacement. */
static enum decode_status skip_address(struct cursor *cursor)
{
	const unsigned int address = address_size(cursor);
	uint8_t base = cursor->modrm & 7;

	if (cursor->modrm >> 6 == 3)
		return DECODE_UNKNOWN;
	if (address != 2 && base == 4 && !take(cursor, &base))
		return DECODE_MORE;
	cursor->at += displacement(cursor->modrm, base & 7, address);
	return cursor->at <= cursor->count ? DECODE_OK : DECODE_MORE;
}

static int take_immediate(struct cursor *cursor, unsigned int size, uint64_t *immediate)
{
	uint64_t value = 0;
	uint8_t byte;

	for (unsigned int i = 0; i < size; i++) {
		if (!take(cursor, &byte))
			return 0;
		value |= (uint64_t)byte << (i * 8);
	}
	*immediate = bytes_signed(value, size);
	return 1;
}

static const struct row *find(const struct row *rows, unsigned int count, const struct cursor *cursor)
{
	for (unsigned int i = 0; i < count; i++) {
		if ((cursor->opcode & rows[i].mask) == rows[i].opcode &&
		    (rows[i].group == ANY || rows[i].group == (cursor->modrm >> 3 & 7)))
			return &rows[i];
	}
	return NULL;
}

static unsigned int operation(const struct row *row, const struct cursor *cursor)
{
	if (row->op != GROUP1)
		return row->op;
	return (row->form == MEM_REG || row->form == REG_MEM ? cursor->opcode : cursor->modrm) >> 3 & 7;
}

static int only_looks(unsigned int op)
{
	return op == OP_CMP || op == OP_TEST;
}

/* Registers 4 to 7 of bytes are the high ones, unless there is a REX prefix. */
static void set_register(const struct cursor *cursor, unsigned int size, struct decoded *decoded)
{
	decoded->reg = (uint8_t)((cursor->modrm >> 3 & 7) | (cursor->rex & REX_R ? 8 : 0));
	decoded->reg_size = (uint8_t)size;
	decoded->is_high = size == 1 && !cursor->rex && decoded->reg >= 4;
	if (decoded->is_high)
		decoded->reg -= 4;
}

static void set_direction(const struct row *row, struct decoded *decoded)
{
	decoded->to_reg = row->form == REG_MEM || row->form == OFFSET_LOAD || row->form == REG_ZERO ||
			  row->form == REG_SIGN;
	decoded->writes = !decoded->to_reg && !only_looks(decoded->op);
	decoded->reads = decoded->to_reg || decoded->op != OP_MOV;
	decoded->is_signed = row->form == REG_SIGN;
}

static int set_immediate(const struct row *row, struct cursor *cursor, struct decoded *decoded)
{
	unsigned int size;

	if (row->form != MEM_IMM && row->form != MEM_IMM8)
		return 1;
	size = row->form == MEM_IMM8 ? 1 : decoded->size;
	decoded->has_immediate = 1;
	return take_immediate(cursor, size > 4 ? 4 : size, &decoded->immediate);
}

static enum decode_status decode_operands(const struct row *row, struct cursor *cursor, struct decoded *decoded)
{
	enum decode_status status = DECODE_OK;

	decoded->op = (uint8_t)operation(row, cursor);
	decoded->size = (uint8_t)(cursor->opcode & 1 ? operand_size(cursor) : 1);
	set_register(cursor, decoded->size, decoded);
	if (row->form == REG_ZERO || row->form == REG_SIGN) {
		decoded->size = cursor->opcode & 1 ? 2 : 1;
		set_register(cursor, operand_size(cursor), decoded);
	}
	set_direction(row, decoded);
	if (row->form == OFFSET_LOAD || row->form == OFFSET_STORE) {
		decoded->reg = decoded->is_high = 0;
		cursor->at += address_size(cursor);
	} else {
		status = skip_address(cursor);
	}
	if (status != DECODE_OK)
		return status;
	if (cursor->at > cursor->count || !set_immediate(row, cursor, decoded))
		return DECODE_MORE;
	decoded->length = (uint8_t)cursor->at;
	return DECODE_OK;
}

/* LOCK is for what reads and writes memory (XCHG has it without saying so); elsewhere it is #UD. */
static int is_valid(const struct cursor *cursor, const struct decoded *decoded)
{
	return !cursor->is_locked || (decoded->reads && decoded->writes);
}

/* movsxd, which 64-bit mode has where others have ARPL. */
static const struct row sign_extend32 = { 0xff, 0x63, ANY, REG_SIGN, OP_MOV };

static const struct row *find_row(struct cursor *cursor, int is_two)
{
	if (is_two)
		return find(two_byte, sizeof(two_byte) / sizeof(two_byte[0]), cursor);
	if (cursor->mode == DECODE_64 && cursor->opcode == sign_extend32.opcode)
		return &sign_extend32;
	return find(one_byte, sizeof(one_byte) / sizeof(one_byte[0]), cursor);
}

static int has_modrm(const struct cursor *cursor, int is_two)
{
	return is_two || (cursor->opcode & 0xfc) != 0xa0;
}

enum decode_status decode(const uint8_t *bytes, unsigned int count, enum decode_mode mode, struct decoded *decoded)
{
	struct cursor cursor = { .bytes = bytes, .count = count, .mode = mode };
	const enum decode_status missing = count >= DECODE_BYTES ? DECODE_UNKNOWN : DECODE_MORE;
	struct decoded found = { .op = OP_MOV };
	enum decode_status status;
	const struct row *row;
	int is_two;

	if (count > DECODE_BYTES)
		cursor.count = DECODE_BYTES;
	if (!take_prefixes(&cursor))
		return missing;
	is_two = cursor.opcode == 0x0f;
	if (is_two && !take(&cursor, &cursor.opcode))
		return missing;
	if (has_modrm(&cursor, is_two) && !take(&cursor, &cursor.modrm))
		return missing;
	row = find_row(&cursor, is_two);
	if (!row)
		return DECODE_UNKNOWN;
	status = decode_operands(row, &cursor, &found);
	if (status == DECODE_MORE)
		return missing;
	if (row == &sign_extend32)
		found.size = (uint8_t)(found.reg_size == 8 ? 4 : found.reg_size);
	if (status != DECODE_OK || !is_valid(&cursor, &found))
		return DECODE_UNKNOWN;
	*decoded = found;
	return DECODE_OK;
}

/* Values -------------------------------------------------------------------------------------------- */

uint64_t decode_operand(const struct decoded *decoded, const uint64_t *gpr)
{
	if (decoded->has_immediate)
		return bytes_low(decoded->immediate, decoded->size);
	return bytes_low(gpr[decoded->reg] >> (decoded->is_high ? 8 : 0), decoded->size);
}

/* Flags that follow from the result alone. */
static uint64_t result_flags(uint64_t result, unsigned int size)
{
	uint64_t flags = 0;

	if (!bytes_low(result, size))
		flags |= FLAG_ZF;
	if (result >> (size * 8 - 1) & 1)
		flags |= FLAG_SF;
	if (!__builtin_parity((unsigned int)(result & 0xff)))
		flags |= FLAG_PF;
	return flags;
}

/* @flags: those that do not follow from the result alone. */
static uint64_t add(uint64_t a, uint64_t b, unsigned int carry, unsigned int size, uint64_t *flags)
{
	const unsigned int top = size * 8 - 1;
	const uint64_t sum = a + b + carry;
	const uint64_t carries = (a & b) | ((a | b) & ~sum); /* out of each bit */

	*flags = (carries >> top & 1 ? FLAG_CF : 0) | (carries >> 3 & 1 ? FLAG_AF : 0) |
		 (((a ^ sum) & (b ^ sum)) >> top & 1 ? FLAG_OF : 0);
	return bytes_low(sum, size);
}

/* Carries are borrows then. */
static uint64_t subtract(uint64_t a, uint64_t b, unsigned int borrow, unsigned int size, uint64_t *flags)
{
	return bytes_low(~add(~a, b, borrow, size, flags), size);
}

/* @a is the operand that is changed. */
static uint64_t compute(unsigned int op, uint64_t a, uint64_t b, unsigned int size, uint64_t *flags)
{
	const unsigned int carry = *flags & FLAG_CF;
	uint64_t result, now = 0;

	switch (op) {
	case OP_ADD: case OP_ADC:
		result = add(a, b, op == OP_ADC ? carry : 0, size, &now);
		break;
	case OP_SUB: case OP_CMP: case OP_SBB:
		result = subtract(a, b, op == OP_SBB ? carry : 0, size, &now);
		break;
	case OP_INC: case OP_DEC: /* CF stays */
		result = op == OP_INC ? add(a, 1, 0, size, &now) : subtract(a, 1, 0, size, &now);
		now = (now & ~FLAG_CF) | carry;
		break;
	case OP_NEG:
		result = subtract(0, a, 0, size, &now);
		break;
	default:
		result = op == OP_OR ? a | b : op == OP_XOR ? a ^ b : a & b; /* and, test */
		break;
	}
	*flags = (*flags & ~FLAGS_ALU) | now | result_flags(result, size);
	return result;
}

uint64_t decode_write_value(const struct decoded *decoded, uint64_t memory, const uint64_t *gpr, uint64_t *flags)
{
	const uint64_t other = decode_operand(decoded, gpr);

	switch (decoded->op) {
	case OP_MOV: case OP_XCHG:
		return other;
	case OP_NOT:
		return bytes_low(~memory, decoded->size);
	default:
		return compute(decoded->op, bytes_low(memory, decoded->size), other, decoded->size, flags);
	}
}

/* Writes to 32 bits clear the rest, smaller ones leave it. */
static void write_register(const struct decoded *decoded, uint64_t value, uint64_t *gpr)
{
	const unsigned int shift = decoded->is_high ? 8 : 0;
	const uint64_t mask = bytes_low(~0ull, decoded->reg_size) << shift;
	uint64_t *reg = &gpr[decoded->reg];

	if (decoded->reg_size >= 4)
		*reg = bytes_low(value, decoded->reg_size);
	else
		*reg = (*reg & ~mask) | (value << shift & mask);
}

void decode_finish(const struct decoded *decoded, uint64_t memory, uint64_t *gpr, uint64_t *flags)
{
	const uint64_t value =
		decoded->is_signed ? bytes_signed(memory, decoded->size) : bytes_low(memory, decoded->size);

	if (decoded->op == OP_XCHG || (decoded->to_reg && decoded->op == OP_MOV)) {
		write_register(decoded, value, gpr);
	} else if (decoded->to_reg) {
		/* The register is the operand that changes. */
		const uint64_t result = compute(decoded->op, decode_operand(decoded, gpr), value, decoded->size, flags);

		if (!only_looks(decoded->op))
			write_register(decoded, result, gpr);
	} else if (decoded->reads && !decoded->writes) {
		compute(decoded->op, value, decode_operand(decoded, gpr), decoded->size, flags);
	}
}
