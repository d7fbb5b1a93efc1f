/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads and stores of the base instruction set, as data: pure, so that unit tests can call it. */
#ifndef ASM_DECODE_H
#define ASM_DECODE_H

#include <bulkhead/types.h>

/**
 * struct decoded - a load or store
 * @size: 1, 2, 4 or 8 bytes.  @length: of the instruction, 2 or 4 bytes.
 * @reg: register that is loaded or stored.  @is_signed: the load extends the sign.
 */
struct decoded {
	uint8_t size;
	uint8_t length;
	uint8_t reg;
	uint8_t is_write;
	uint8_t is_signed;
};

/** Does an instruction that begins with @half have four bytes? */
static inline int decode_is_long(uint32_t half)
{
	return (half & 3) == 3;
}

/** @instruction: 16 or 32 bits. Return: 1 and *decoded, 0: not a load or store of integers. */
int decode_access(uint32_t instruction, struct decoded *decoded);

/**
 * @htinst: what the hart says of the instruction (transformed). Return: as above; 0 for 0 and for the
 * pseudoinstructions.
 */
int decode_htinst(uint64_t htinst, struct decoded *decoded);

/** Is @htinst that of an access to a page table, made by the hart itself? */
int decode_is_table_walk(uint64_t htinst);

/** If it is one: does the hart write there (accessed and dirty)? */
int decode_is_table_write(uint64_t htinst);

/** What a load writes to its register: @value (zero-extended) of @decoded. */
uint64_t decode_result(const struct decoded *decoded, uint64_t value);

#endif
