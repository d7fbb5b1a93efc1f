/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What C calls in entry.S and vectors.S, and what they call in C. */
#ifndef ASM_ENTRY_H
#define ASM_ENTRY_H

#include <asm/percpu.h>
#include <bulkhead/types.h>

/**
 * Change to another root and SCTLR_EL2; the MMU is off in between, through the identity-mapped first page.
 */
void entry_switch(uint64_t ttbr, uint64_t sctlr);

/** Where firmware shall start a CPU: offset in the image by taking its address. */
extern const char entry_boot[];

extern const char vectors_v2[], vectors_v3[], vectors_v2_hardened[], vectors_v3_hardened[];

/** Into the guest with what the frame, ELR_EL2 and SPSR_EL2 hold. */
void vectors_return(void) __attribute__((noreturn));

/* enter.c: the C halves of the two entries. */
uint64_t enter_found(uint64_t argument);
void enter_arrived(uint64_t slot);
void enter_abort(void);

/* exits.c. Return: 1 if this CPU leaves the hypervisor now. */
uint64_t exit_sync(struct frame *frame, uint64_t esr);
uint64_t exit_kick(void);

/* mmio.c. Return: 0: done, 1: nothing was done, exit_sync() shall look at it. */
uint64_t mmio_fast(uint64_t esr);

/* fault.c: an exception at EL2 itself. Return: 1: give enable up; 0: back to the guest. */
uint64_t fault_el2(struct frame *frame, uint64_t vector);
void fault_report(void);

#endif
