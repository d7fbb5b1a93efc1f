/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking over and giving back, as steps that control/enable.c runs forward and undoes backward. */
#ifndef ARCH_ENABLE_H
#define ARCH_ENABLE_H

#include <arch/step.h>

/*
 * Tables end with an entry whose name is NULL. System steps run once, on the first CPU;
 * CPU steps on every CPU that enters, one CPU after the other. A step returns 0 or an error
 * code; undo is called backward for all that succeeded. Nothing that the running kernel could
 * notice may happen in a step.
 */
extern const struct step arch_system_steps[]; /* after the configuration and pool are there, before cells exist */
extern const struct step arch_cpu_steps[];    /* own page tables, feature checks; after the root cell exists */

/**
 * arch_cpu_activate() - make this CPU a vCPU of the root cell: traps, stage 2, interrupt hand-over
 * Cannot fail. After it the return from the entry goes to the running kernel, now a guest.
 */
void arch_cpu_activate(void);

/**
 * arch_cpu_leave() - the opposite: restore all that was found at entry, hand pending interrupts back
 * Cannot fail. The return from the current exit then leaves the hypervisor for good, with 0 as the
 * hypercall's result, and the kernel's own EL2 stub (or no hypervisor) is in place as before.
 */
void arch_cpu_leave(void);

/** For a parked CPU: as arch_cpu_leave(), then off through firmware. Does not return. */
void arch_cpu_leave_off(void) __attribute__((noreturn));

/** Has firmware switched CPU @slot off? 1 yes, 0 not yet. */
int arch_cpu_is_off(unsigned int slot);

/** System-wide undo after the last CPU said it will leave (interrupt controller back to bare). */
void arch_system_leave(void);

#endif
