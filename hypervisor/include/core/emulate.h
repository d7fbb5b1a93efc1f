/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exits that all architectures have, for whoever knows the registers. Inline: guests wait for what is in them. */
#ifndef CORE_EMULATE_H
#define CORE_EMULATE_H

#include <arch/upcall.h>
#include <bulkhead/errors.h>
#include <bulkhead/hypercall.h>
#include <core/violation.h>

#define EMULATE_ARGUMENTS 5u

/**
 * struct emulate_abi - where a hypercall is among the guest's registers
 * @number, @argument, @result, @value: indexes of registers.  @base: what numbers are counted from.
 * @may_leave: can BH_HC_DISABLE return to where the guest is? NULL: always.
 */
struct emulate_abi {
	uint64_t base;
	uint8_t number, argument[EMULATE_ARGUMENTS];
	uint8_t result, value[EMULATE_ARGUMENTS];
	int (*may_leave)(void);
};

/** emulate_hypercall() - pass on the call that is in @reg, and what came of it back. @abi: a constant. */
static inline void emulate_hypercall(uint64_t *reg, const struct emulate_abi *abi)
{
	struct hypercall call = { .number = reg[abi->number] - abi->base };

#pragma GCC unroll 5 /* so that the indexes are constants */
	for (unsigned int i = 0; i < EMULATE_ARGUMENTS; i++)
		call.arg[i] = reg[abi->argument[i]];
	if (call.number == BH_HC_DISABLE && abi->may_leave && !abi->may_leave())
		call.result = BH_E_ALIGN;
	else
		upcall_hypercall(&call);
	reg[abi->result] = call.result;
#pragma GCC unroll 5
	for (unsigned int i = 0; i < EMULATE_ARGUMENTS; i++)
		reg[abi->value[i]] = call.value[i];
}

/**
 * emulate_access() - let the devices answer that the caller's cell has
 * @is_open: what is nobody's reads as ones and takes writes, as on the bus of a PC.
 * Return: MMIO_HANDLED: go on behind the instruction; else it was reported, or is run again.
 */
static inline enum mmio_result emulate_access(struct mmio_access *access, int is_open)
{
	enum mmio_result result = upcall_mmio(access);

	if (result == MMIO_REFUSED && is_open) {
		access->value = ~0ull;
		mmio_cut(access);
		return MMIO_HANDLED;
	}
	if (result == MMIO_REFUSED)
		violation_refused(access);
	return result;
}

#endif
