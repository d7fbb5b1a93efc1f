/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Instructions that C has no words for, and what the files of this architecture say to each other. */
#ifndef REGS_H
#define REGS_H

#include <stdbool.h>
#include <stdint.h>

#define VECTOR_FIRST 0x30u /* of interrupt 0; the numbers count on from there */
#define VECTOR_SPURIOUS 0xffu
#define LOCAL_IRQS 16u
#define WIRED_IRQS 32u
#define IRQ_TIMER LOCAL_IRQS

#define APIC_ID 0x20u
#define APIC_EOI 0xb0u
#define APIC_SPURIOUS 0xf0u
#define APIC_ICR 0x300u
#define APIC_LVT_TIMER 0x320u
#define APIC_TIMER_COUNT 0x380u
#define APIC_TIMER_NOW 0x390u
#define APIC_TIMER_DIVIDE 0x3e0u
#define APIC_MASKED (1u << 16)

static inline uint64_t msr_read(uint32_t number)
{
	uint32_t low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number) : "memory");
	return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t number, uint64_t value)
{
	asm volatile("wrmsr" : : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

static inline void cpuid(uint32_t leaf, uint32_t r[4])
{
	asm volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(0));
}

static inline void port_write8(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void port_write16(uint16_t port, uint16_t value)
{
	asm volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void port_write32(uint16_t port, uint32_t value)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t port_read32(uint16_t port)
{
	uint32_t value;

	asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline uint8_t port_read8(uint16_t port)
{
	uint8_t value;

	asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* irq.c: the local APIC, by MSRs if it is an x2APIC. */
/** Set before irq_init(): the local APICs stay in xAPIC mode. */
extern bool apic_by_memory;
uint32_t apic_read(uint32_t reg);
void apic_write(uint32_t reg, uint32_t value);
/** Send @command, the lower half of the ICR, to vCPU @cpu. */
void apic_command(unsigned int cpu, uint32_t command);
void irq_dispatch(unsigned int vector);

/* timer.c: true if the timer came before its time and was set anew. */
bool timer_early(void);

#endif
