/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vCPU on the executing CPU. */
#ifndef ARCH_VCPU_H
#define ARCH_VCPU_H

#include <arch/types.h>
#include <bulkhead/info.h>
#include <bulkhead/types.h>

/**
 * arch_vcpu_start() - turn this CPU into a freshly reset vCPU of @cell
 * Loads the cell's stage 2, writes reset values to every register of the hand-over table
 * (FP/SIMD, debug, PMU, timers, EL1 system registers), resets the CPU's part of the interrupt
 * controller, and rewrites the saved frame so that the return from the current exit enters
 * the guest at @entry with @arg as its first argument, caches and MMU off, interrupts masked.
 * Context: inside an exit (full frame saved) on the CPU concerned.
 */
void arch_vcpu_start(struct cell_arch *cell, unsigned int vcpu, uint64_t entry, uint64_t arg);

/**
 * arch_vcpu_park() - take the guest off this CPU for good
 * Quiesces the CPU's private interrupts (disabled, nothing pending or active), drops list
 * registers, wipes the register state. arch_vcpu_start() is what comes next, if anything.
 */
void arch_vcpu_park(void);

/**
 * Suspend and resume in place: the state stays in the CPU and its frame. Never root's.
 * @behind: what the guest's time is behind the machine's from now on (core/vtime.h).
 */
void arch_vcpu_suspend(void);
void arch_vcpu_resume(uint64_t behind);

/**
 * Inject the architecture's own fault for the access that caused the current exit (synchronous external
 * abort, #GP, access fault).
 */
void arch_vcpu_inject_fault(uint64_t address, int is_write);

/** Inject what an instruction gets that does not exist. */
void arch_vcpu_inject_undefined(void);

/** arch_vcpu_explain() - what caused the current exit: fill in pc and syndrome of @record. */
void arch_vcpu_explain(struct bh_record *record);

#endif
