// SPDX-License-Identifier: GPL-2.0-or-later
#include "asm/decode.h"

#include <lib/bytes.h>

#define OPCODE_MASK 0x7fu
#define FUNCT3_MASK (7u << 12)
#define COMPRESSED_MASK 0xe003u
#define ZCB_MASK 0xfc03u
#define ZCB_HALF_MASK 0xfc43u
#define TABLE_WRITE 0x20ull

/* Where the register is: bits 11:7, bits 24:20, bits 4:2 (x8 up), bits 6:2. */
enum place { RD, RS2, C_SHORT, C_RS2 };

/*
 * A row for each instruction: mask, value, what it does. Those of four bytes stand by their bits 14:12, stores behind
 * loads; the order of the others does not matter: values are disjoint.
 */
static const struct row {
	uint32_t mask, value;
	uint8_t size, is_write, is_signed, place;
} rows[] = {
	{ OPCODE_MASK | FUNCT3_MASK, 0x0003, 1, 0, 1, RD }, /* lb */
	{ OPCODE_MASK | FUNCT3_MASK, 0x1003, 2, 0, 1, RD }, /* lh */
	{ OPCODE_MASK | FUNCT3_MASK, 0x2003, 4, 0, 1, RD }, /* lw */
	{ OPCODE_MASK | FUNCT3_MASK, 0x3003, 8, 0, 0, RD }, /* ld */
	{ OPCODE_MASK | FUNCT3_MASK, 0x4003, 1, 0, 0, RD }, /* lbu */
	{ OPCODE_MASK | FUNCT3_MASK, 0x5003, 2, 0, 0, RD }, /* lhu */
	{ OPCODE_MASK | FUNCT3_MASK, 0x6003, 4, 0, 0, RD }, /* lwu */
	{ OPCODE_MASK | FUNCT3_MASK, 0x0023, 1, 1, 0, RS2 }, /* sb */
	{ OPCODE_MASK | FUNCT3_MASK, 0x1023, 2, 1, 0, RS2 }, /* sh */
	{ OPCODE_MASK | FUNCT3_MASK, 0x2023, 4, 1, 0, RS2 }, /* sw */
	{ OPCODE_MASK | FUNCT3_MASK, 0x3023, 8, 1, 0, RS2 }, /* sd */
	{ COMPRESSED_MASK, 0x4000, 4, 0, 1, C_SHORT }, /* c.lw */
	{ COMPRESSED_MASK, 0x6000, 8, 0, 0, C_SHORT }, /* c.ld */
	{ COMPRESSED_MASK, 0xc000, 4, 1, 0, C_SHORT }, /* c.sw */
	{ COMPRESSED_MASK, 0xe000, 8, 1, 0, C_SHORT }, /* c.sd */
	{ COMPRESSED_MASK, 0x4002, 4, 0, 1, RD }, /* c.lwsp */
	{ COMPRESSED_MASK, 0x6002, 8, 0, 0, RD }, /* c.ldsp */
	{ COMPRESSED_MASK, 0xc002, 4, 1, 0, C_RS2 }, /* c.swsp */
	{ COMPRESSED_MASK, 0xe002, 8, 1, 0, C_RS2 }, /* c.sdsp */
	{ ZCB_MASK, 0x8000, 1, 0, 0, C_SHORT }, /* c.lbu */
	{ ZCB_HALF_MASK, 0x8400, 2, 0, 0, C_SHORT }, /* c.lhu */
	{ ZCB_HALF_MASK, 0x8440, 2, 0, 1, C_SHORT }, /* c.lh */
	{ ZCB_MASK, 0x8800, 1, 1, 0, C_SHORT }, /* c.sb */
	{ ZCB_HALF_MASK, 0x8c00, 2, 1, 0, C_SHORT }, /* c.sh */
};

static uint8_t register_of(uint32_t instruction, unsigned int place)
{
	switch (place) {
	case RD:
		return instruction >> 7 & 31;
	case RS2:
		return instruction >> 20 & 31;
	case C_SHORT:
		return 8 + (instruction >> 2 & 7);
	default:
		return instruction >> 2 & 31;
	}
}

#define LOADS 7u
#define SHORT_ONES 11u
#define STORE_BIT 0x20u
#define ROWS (sizeof(rows) / sizeof(rows[0]))
_Static_assert(SHORT_ONES + 3 < ROWS, "each of bits 14:12 leads to a row");

static const struct row *find_row(uint32_t instruction)
{
	const struct row *row = &rows[(instruction >> 12 & 7) + (instruction & STORE_BIT ? LOADS : 0)];

	if (decode_is_long(instruction))
		return (instruction & row->mask) == row->value ? row : NULL;
	for (row = &rows[SHORT_ONES]; row < &rows[ROWS]; row++) {
		if ((instruction & row->mask) == row->value)
			return row;
	}
	return NULL;
}

int decode_access(uint32_t instruction, struct decoded *decoded)
{
	const int is_long = decode_is_long(instruction);
	const struct row *row = find_row(is_long ? instruction : instruction & 0xffff);

	if (!row)
		return 0;
	*decoded = (struct decoded){
		.size = row->size,
		.length = is_long ? 4 : 2,
		.reg = register_of(instruction, row->place),
		.is_write = row->is_write,
		.is_signed = row->is_signed,
	};
	return 1;
}

/* A transformed instruction is the one of four bytes; bit 1 is 0 if the real one is compressed. */
int decode_htinst(uint64_t htinst, struct decoded *decoded)
{
	if (!(htinst & 1) || !decode_access((uint32_t)htinst | 2, decoded))
		return 0;
	decoded->length = htinst & 2 ? 4 : 2;
	return 1;
}

int decode_is_table_walk(uint64_t htinst)
{
	return (htinst & ~TABLE_WRITE) == 0x3000 || (htinst & ~TABLE_WRITE) == 0x2000;
}

int decode_is_table_write(uint64_t htinst)
{
	return (htinst & TABLE_WRITE) != 0;
}

uint64_t decode_result(const struct decoded *decoded, uint64_t value)
{
	return decoded->is_signed ? bytes_signed(value, decoded->size) : bytes_low(value, decoded->size);
}
