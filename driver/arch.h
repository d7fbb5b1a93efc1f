/* SPDX-License-Identifier: GPL-2.0-only */
/* What the driver asks of an architecture. Each has one file that defines all of it. */
#ifndef DRIVER_ARCH_H
#define DRIVER_ARCH_H

#include <bulkhead/config.h>
#include <bulkhead/hypercall.h>
#include <linux/types.h>

struct preflight;

/* Kbuild defines BH_THIS_ARCH (BH_ARCH_*) and BH_IMAGE_NAME, the image's name under /lib/firmware. */

#define BH_NO_HWID (~0ull)

/**
 * struct arch_call - registers of one hypercall
 * @number: enum bh_hypercall.  @arg: in.  @code: out: first register of results.  @value: out: those behind.
 */
struct arch_call {
	u32 number;
	u64 arg[5];
	u64 code;
	u64 value[5];
};

/** Who answers a hypercall on this CPU. */
enum arch_owner {
	ARCH_OWNER_STUB,     /* Linux' own stub, or the firmware: the layer below is free */
	ARCH_OWNER_BULKHEAD, /* we */
	ARCH_OWNER_OTHER     /* another hypervisor, KVM for one */
};

/** arch_complete() - write into the checked blob @system what only the running kernel knows. */
void arch_complete(struct bh_config_system *system);

/**
 * arch_prepare() - what entering and leaving needs of the kernel's memory, for the board @system
 * Return: 0 or -ENOMEM.  arch_release() - give it back; harmless if there is none.
 */
int arch_prepare(const struct bh_config_system *system);
void arch_release(void);

/**
 * arch_enter() - let this CPU enter the hypervisor at its image's entry point
 * @entry: physical address.  @arg: BH_ENTER_ARG().
 * Context: interrupts off.
 * Return: enum bh_error_code as the hypervisor answered; the CPU is below it if that is BH_E_OK.
 */
u32 arch_enter(u64 entry, u64 arg);

/**
 * arch_hypercall() - one hypercall
 * Context: any, on a CPU where somebody answers; DISABLE: interrupts off, after arch_prepare().
 */
void arch_hypercall(struct arch_call *call);

/** arch_owner() - who answers on this CPU. Context: preemption off; only where asking is known to be safe. */
enum arch_owner arch_owner(u64 *answer);

/** arch_clean() - write @size bytes at @start back to memory and drop them from every cache. */
void arch_clean(const void *start, size_t size);

/** arch_sync_code() - nobody runs old instructions after arch_clean() of new ones. */
void arch_sync_code(void);

/** arch_this_hwid() - hwid of this CPU, as the configuration writes it. Context: preemption off. */
u64 arch_this_hwid(void);

/** arch_hwid() - hwid of @cpu, which need not be online, BH_NO_HWID if the firmware does not say. */
u64 arch_hwid(unsigned int cpu);

/** arch_ticks() - a counter that runs on when interrupts are off.  arch_ticks_per_ms() - its rate. */
u64 arch_ticks(void);
u64 arch_ticks_per_ms(void);

/** arch_preflight() - this architecture's reasons against enabling: owner of the mode, features, controller. */
void arch_preflight(struct preflight *preflight, const struct bh_config_system *system);

/** arch_event_irq() - map interrupt @number of the configuration. Return: Linux' number for it, or 0. */
unsigned int arch_event_irq(u32 number);

/** arch_event_irq_release() - give back Linux' number @irq for interrupt @number. */
void arch_event_irq_release(unsigned int irq, u32 number);

#endif
