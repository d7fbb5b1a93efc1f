/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SBI for guests: parts that more than one file needs. */
#ifndef ASM_SBI_H
#define ASM_SBI_H

#include <asm/firmware.h>
#include <asm/percpu.h>
#include <asm/types.h>

/** struct sbi_call - one call, decoded. @arg: a0 to a5. */
struct sbi_call {
	uint64_t function;
	uint64_t arg[6];
};

/**
 * struct sbi_harts - vCPUs of the running cell, as a guest names them
 * @mask: bit n is hart @base + n.  @base: ~0: all harts, whatever @mask says.
 */
struct sbi_harts {
	uint64_t mask;
	uint64_t base;
};

/* sbi_harts.c */
/** sbi_send_ipi() - SBI_INVALID_PARAM, and nobody gets one, if one of the harts is not the cell's. */
int64_t sbi_send_ipi(struct sbi_harts harts);

/**
 * sbi_fence() - let firmware do a fence on those of @harts that run
 * @function: enum sbi_rfence as the guest said it: fences of its own tables become HFENCE.
 */
int64_t sbi_fence(struct sbi_harts harts, uint64_t function, uint64_t start, uint64_t size, uint64_t asid);

/* sbi_console.c */
struct sbi_result sbi_console(const struct sbi_call *call);
/** One character: a guest's goes to its ring, root's to firmware. Return: 0 or SBI_FAILED. */
int64_t sbi_putc(uint8_t byte);
/** Return: the character, -1 if there is none. */
int64_t sbi_getc(void);

#endif
