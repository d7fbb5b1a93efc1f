/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What C calls in entry.S and vectors.S, and what they call in C. */
#ifndef ASM_ENTRY_H
#define ASM_ENTRY_H

#include <asm/percpu.h>
#include <bulkhead/types.h>

/** Where firmware shall start a CPU: offset in the image by taking its address. */
extern const char entry_boot[];

/* enter.c: the C halves of the two entries. */
uint64_t enter_found(uint64_t argument);
void enter_arrived(uint64_t slot);
void enter_abort(void);

/* exits.c. Return: 1 if this CPU leaves the hypervisor now. */
uint64_t exit_sync(struct frame *frame, uint64_t cause);
uint64_t exit_kick(void);

/*
 * exits.c: SBI's TIME and IPI by short ways: what C does not preserve is in the frame, and nothing else. Claim and
 * complete (vplic.c) go such ways, too.
 */
void exit_set_timer(uint64_t deadline);
int64_t exit_send_ipi(uint64_t mask, uint64_t base);

/* interrupts.c. Return: 1: this CPU was kicked: save the full frame and call exit_kick(). */
uint64_t interrupts_exit(uint64_t cause);

/* fault.c: a trap in the hypervisor itself. Return: 1: give enable up; 0: back to the guest. */
uint64_t fault_hv(struct frame *frame, uint64_t cause);
void fault_report(void);

#endif
