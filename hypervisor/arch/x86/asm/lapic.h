/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The local APIC of the executing CPU. It belongs to the guest that runs here; the hypervisor uses it to send.
 */
#ifndef ASM_LAPIC_H
#define ASM_LAPIC_H

#include <asm/apic_types.h>
#include <asm/msr.h>

/** Mode that the CPU is in now. */
enum apic_mode lapic_mode(void);

/** Registers by offset (the ones of 32 bits), whatever the mode. In x2APIC mode some do not exist: #GP. */
uint32_t lapic_read(uint32_t offset);
void lapic_write(uint32_t offset, uint32_t value);

/**
 * lapic_send() - an interrupt command to the one CPU with physical @id
 * @command: low half of the ICR, without destination mode and shorthand.
 * Waits a bounded time (xAPIC) for the command before.  Return: 1 sent; 0: the APIC is off or never got ready, or
 * @id cannot be reached in this mode.
 */
int lapic_send(uint32_t id, uint32_t command);

/** The same on a CPU in x2APIC mode. Unlike a write to the page, that of the MSR waits for no store before it. */
static inline void lapic_send_x2(uint32_t id, uint32_t command)
{
	__asm__ volatile("mfence; lfence" ::: "memory");
	msr_write(APIC_MSR(APIC_ICR), (uint64_t)id << 32 | command);
}

/** The register that ends what is in service. */
static inline void lapic_eoi(void)
{
	lapic_write(APIC_EOI, 0);
}

/**
 * lapic_clear() - nothing pending, nothing in service, all local sources masked, xAPIC mode as after power-on
 * What is pending is taken by this CPU and thrown away. Context: on a CPU that runs no guest, with a descriptor for
 * each vector; interrupts masked before and after. Bounded.
 */
void lapic_clear(void);

#endif
