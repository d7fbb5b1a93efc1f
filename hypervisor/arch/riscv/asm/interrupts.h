/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts of the hart: what goes to the guest, and mail between CPUs. */
#ifndef ASM_INTERRUPTS_H
#define ASM_INTERRUPTS_H

#include <arch/types.h>
#include <bulkhead/types.h>

/** Leave @mail (enum cpu_mail) for the CPU in @slot and make it look. Any context. */
void interrupts_send(unsigned int slot, uint32_t mail);

/** The guest has claimed: its external interrupt goes away unless there is more. */
void interrupts_claimed(void);

/** Take the mail that has come, and bring the guest's external interrupt up to date. */
void interrupts_take_mail(void);

/** The guest's timer: due at @deadline by its own time. */
void interrupts_set_timer(uint64_t deadline);

/** Kernel to guest, on this CPU, and back. @sie, @sie_found: what the kernel had enabled. Return: what it has. */
void interrupts_activate(uint64_t sie);
uint64_t interrupts_leave(uint64_t sie_found);

/** A fresh vCPU: nothing pending, nothing enabled; and a CPU without one. */
void interrupts_start(void);
void interrupts_park(void);

/** A vCPU that stands still: only kicks come through; its interrupts wait. */
void interrupts_suspend(void);
void interrupts_resume(void);

#endif
