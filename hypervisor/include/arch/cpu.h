/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CPU we run on: identity, time, waiting, kicks. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <bulkhead/types.h>

/** Slot of the executing CPU (place in the system configuration's cpus). */
unsigned int arch_cpu_self(void);
/* Every lock asks: an architecture that knows in two instructions may say so in a macro besides. */
#if __has_include(<asm/self.h>)
#include <asm/self.h>
#endif

/** Hint inside a busy-wait loop. */
void arch_cpu_relax(void);

/**
 * arch_cpu_wait() - sleep until this CPU is kicked; may return early
 * A kick that came before the call is not lost: the call then returns at once. Consumes the
 * kick, touches no request bit. Context: on a CPU that runs no guest, hypervisor interrupts masked.
 */
void arch_cpu_wait(void);

/**
 * arch_cpu_kick() - make CPU @slot look at its request bits soon
 * The caller has set the bits (release) before. If the target runs a guest it exits and
 * upcall_service() is called there. Any context; never waits.
 */
void arch_cpu_kick(unsigned int slot);

/** arch_cpu_stop() - the CPU does nothing any more; nothing wakes it. */
void arch_cpu_stop(void) __attribute__((noreturn));

/** Monotonic counter, the same on all CPUs, and its frequency in Hz. */
uint64_t arch_time_now(void);
uint64_t arch_time_hz(void);

/**
 * arch_cpu_boot() - ask firmware to start a CPU that is off (ABSENT); it enters the hypervisor
 * and calls upcall_arrive() there.
 * Return: 0 or BH_E_HARDWARE.
 */
int arch_cpu_boot(unsigned int slot);

#endif
