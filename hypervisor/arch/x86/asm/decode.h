/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instructions that move integers between registers and memory, as data: pure, so that unit tests can call it.
 * The address is not worked out: the fault that brought the instruction here says it. What the bytes are may have
 * changed since the fault: the answer is then that of another instruction, done to the same address, and the guest has
 * deceived nobody but itself.
 */
#ifndef ASM_DECODE_H
#define ASM_DECODE_H

#include <bulkhead/types.h>

/** Longest instruction (SDM 2.3.11, APM 3 1.1). */
#define DECODE_BYTES 15u

/** Operands and addresses of the code segment: 16, 32 or 64 bits (CS.L, CS.D). */
enum decode_mode { DECODE_16 = 16, DECODE_32 = 32, DECODE_64 = 64 };

enum decode_status {
	DECODE_OK = 0,
	DECODE_MORE = 1,   /* the bytes end before the instruction does */
	DECODE_UNKNOWN = 2 /* none of those that are known, or without memory operand */
};

/** What is done with operand in memory and the other one. The first eight are as in the opcode. */
enum decode_op {
	OP_ADD, OP_OR, OP_ADC, OP_SBB, OP_AND, OP_SUB, OP_XOR, OP_CMP,
	OP_MOV, OP_XCHG, OP_TEST, OP_NOT, OP_NEG, OP_INC, OP_DEC
};

/**
 * struct decoded - an instruction with one operand in memory
 * @op: enum decode_op.  @length: of the instruction.  @size: of the access, 1, 2, 4 or 8 bytes.
 * @reads, @writes: what it does to memory.
 * @reg: number of its register, as encoded (0 is RAX, 4 is RSP, 15 is R15).
 * @reg_size: bytes that are written to the register.  @is_high: the register is AH, CH, DH or BH.
 * @to_reg: the result goes to the register, otherwise to memory.  @is_signed: a load extends the sign.
 * @has_immediate: the other operand is @immediate (sign-extended), not the register.
 */
struct decoded {
	uint8_t op;
	uint8_t length;
	uint8_t size;
	uint8_t reads;
	uint8_t writes;
	uint8_t reg;
	uint8_t reg_size;
	uint8_t is_high;
	uint8_t to_reg;
	uint8_t is_signed;
	uint8_t has_immediate;
	uint64_t immediate;
};

/** decode() - the instruction at @bytes, of which @count are known. Fills *decoded on DECODE_OK only. */
enum decode_status decode(const uint8_t *bytes, unsigned int count, enum decode_mode mode, struct decoded *decoded);

/** The operand that is not in memory: @gpr has the registers by number. Zero-extended to 64 bits from the size. */
uint64_t decode_operand(const struct decoded *decoded, const uint64_t *gpr);

/**
 * decode_write_value() - what goes to memory
 * @memory: what was read, if it reads.  @flags: RFLAGS, changed as the instruction says.
 */
uint64_t decode_write_value(const struct decoded *decoded, uint64_t memory, const uint64_t *gpr, uint64_t *flags);

/**
 * decode_finish() - the effects on registers, once memory was read and written
 * @memory: what was read. Flags too, where decode_write_value() was not called.
 */
void decode_finish(const struct decoded *decoded, uint64_t memory, uint64_t *gpr, uint64_t *flags);

#endif
