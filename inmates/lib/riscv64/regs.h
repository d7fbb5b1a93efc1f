/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* CSRs by name or number, and calls of the SBI. */
#ifndef REGS_H
#define REGS_H

#include <stdint.h>

#define csr_read(name)                                                       \
	({                                                                   \
		uint64_t value_;                                             \
		asm volatile("csrr %0, " #name : "=r"(value_) : : "memory"); \
		value_;                                                      \
	})
#define csr_write(name, value) asm volatile("csrw " #name ", %0" : : "r"((uint64_t)(value)) : "memory")
#define csr_set(name, bits) asm volatile("csrs " #name ", %0" : : "r"((uint64_t)(bits)) : "memory")
#define csr_clear(name, bits) asm volatile("csrc " #name ", %0" : : "r"((uint64_t)(bits)) : "memory")

#define SSTATUS_SIE (1u << 1)

/* Causes of interrupts, which are also their bits in sie and sip. */
#define CAUSE_SOFTWARE 1u
#define CAUSE_TIMER 5u
#define CAUSE_EXTERNAL 9u
#define CAUSE_IS_INTERRUPT (1ull << 63)

#define SBI_TIME 0x54494d45u
#define SBI_IPI 0x735049u
#define SBI_HSM 0x48534du
#define SBI_SRST 0x53525354u

/** One call. Return: its error code; *@value: its value, if that is not NULL. */
int64_t sbi(uint64_t extension, uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t *value);

/** What happens at each kind of trap; @cause: of the interrupt, without the bit that says so. */
void irq_dispatch(uint64_t cause);

#endif
