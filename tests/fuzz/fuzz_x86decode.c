// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * x86 instructions that met a register of an emulated device: any bytes, in any mode, ended anywhere. What was decoded
 * must not depend on bytes behind the instruction, and its effects must stay inside of the registers that it names.
 */
#include "fuzz.h"

#include "../../hypervisor/arch/x86/asm/decode.h"

static void check_fields(const struct decoded *d, unsigned int count)
{
	fuzz_check(d->length >= 2 && d->length <= count && d->length <= DECODE_BYTES, "length %u of %u", d->length,
		   count);
	fuzz_check(d->size == 1 || d->size == 2 || d->size == 4 || d->size == 8, "size %u", d->size);
	fuzz_check(d->reg < 16 && d->reg_size <= 8, "register %u, %u bytes", d->reg, d->reg_size);
	fuzz_check(d->reads || d->writes, "no access, operation %u", d->op);
	fuzz_check(!d->is_high || (d->reg < 4 && d->size == 1), "high register %u", d->reg);
}

/* The same instruction, its bytes in an allocation of their own that ends with what is known of them. */
static enum decode_status decode_exact(const uint8_t *bytes, unsigned int count, enum decode_mode mode,
				       struct decoded *decoded)
{
	uint8_t *exact = malloc(count ? count : 1);
	enum decode_status status;

	memcpy(exact, bytes, count);
	status = decode(exact, count, mode, decoded);
	free(exact);
	return status;
}

static void check_lengths(const uint8_t *bytes, unsigned int count, enum decode_mode mode, const struct decoded *whole)
{
	for (unsigned int part = 0; part <= count; part++) {
		struct decoded other;
		const enum decode_status status = decode_exact(bytes, part, mode, &other);

		if (part < whole->length)
			fuzz_check(status == DECODE_MORE, "%u of %u bytes: %d", part, whole->length, (int)status);
		else
			fuzz_check(status == DECODE_OK && other.length == whole->length && other.op == whole->op &&
				   other.immediate == whole->immediate, "%u bytes of %u decode otherwise", part,
				   whole->length);
	}
}

static void check_effects(struct input *input, const struct decoded *d)
{
	uint64_t gpr[16], before[16], memory = take(input, 8), flags = take(input, 2) | 2, old = flags, value;

	for (unsigned int i = 0; i < 16; i++)
		before[i] = gpr[i] = take(input, 2) * 0x1000100010001ull;
	if (d->size < 8)
		memory &= (1ull << d->size * 8) - 1;
	if (d->writes) {
		value = decode_write_value(d, memory, gpr, &flags);
		fuzz_check(d->size == 8 || !(value >> d->size * 8), "0x%llx in %u bytes", (unsigned long long)value,
			   d->size);
	}
	decode_finish(d, memory, gpr, &flags);
	for (unsigned int i = 0; i < 16; i++)
		fuzz_check(i == d->reg || gpr[i] == before[i], "register %u was changed, not only %u", i, d->reg);
	fuzz_check(!((flags ^ old) & ~0x8d5ull), "flags 0x%llx from 0x%llx", (unsigned long long)flags,
		   (unsigned long long)old);
	fuzz_planted(d->op == OP_SBB && d->has_immediate && d->size == 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum decode_mode modes[] = { DECODE_64, DECODE_32, DECODE_16 };
	struct input input = { data, size };
	const enum decode_mode mode = modes[take_below(&input, 3)];
	const unsigned int count = input.left < DECODE_BYTES ? (unsigned int)input.left : DECODE_BYTES;
	struct decoded decoded;

	if (decode_exact(input.at, count, mode, &decoded) != DECODE_OK)
		return 0;
	check_fields(&decoded, count);
	check_lengths(input.at, count, mode, &decoded);
	input.at += decoded.length;
	input.left -= decoded.length;
	check_effects(&input, &decoded);
	return 0;
}
