// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Interrupts. Numbers: 0 to 15 are sent between CPUs, 16 is the timer of the CPU, 32 + n is pin n of the I/O APIC,
 * which goes to the CPU that enables it. Vectors follow the numbers: the higher, the more urgent.
 */
#include <inmate.h>

#include <regs.h>

#define PINS 24u
#define IRQS (WIRED_IRQS + PINS)
#define X2APIC_MSR 0x800u
#define APIC_BASE_MSR 0x1bu
#define APIC_BASE_ENABLED (3u << 10)
#define XAPIC_AT 0xfee00000ull
#define IOAPIC_AT 0xfec00000ull
#define IOAPIC_PIN 0x10u
#define IOAPIC_MASKED (1u << 16)
#define IOAPIC_LEVEL (1u << 15)
#define SPURIOUS_ENABLED 0x100u
#define ICR_PENDING (1u << 12)

static irq_handler handlers[IRQS];
static uint8_t priorities[IRQS];
static bool edges[IRQS];
static uint32_t enabled[INMATE_MAX_CPUS]; /* of the numbers below 32 */
static uint32_t pin_state[PINS];

bool apic_by_memory;

static bool has_x2apic(void)
{
	static int known; /* 0: not yet, 1: yes, -1: no */
	uint32_t r[4];

	if (!known) {
		cpuid(1, r);
		known = r[2] >> 21 & 1 && !apic_by_memory ? 1 : -1;
	}
	return known > 0;
}

static volatile uint32_t *xapic(uint32_t reg)
{
	return (volatile uint32_t *)(uintptr_t)(XAPIC_AT + reg);
}

uint32_t apic_read(uint32_t reg)
{
	return has_x2apic() ? (uint32_t)msr_read(X2APIC_MSR + (reg >> 4)) : *xapic(reg);
}

void apic_write(uint32_t reg, uint32_t value)
{
	if (has_x2apic())
		msr_write(X2APIC_MSR + (reg >> 4), value);
	else
		*xapic(reg) = value;
}

void apic_command(unsigned int cpu, uint32_t command)
{
	if (has_x2apic()) {
		/* Unlike a store, this waits for nothing that was stored before. */
		asm volatile("mfence" : : : "memory");
		msr_write(X2APIC_MSR + (APIC_ICR >> 4), (uint64_t)cpu << 32 | command);
		return;
	}
	*xapic(APIC_ICR + 0x10) = cpu << 24;
	*xapic(APIC_ICR) = command;
	while (*xapic(APIC_ICR) & ICR_PENDING)
		cpu_relax();
}

static void pin_write(unsigned int pin, uint32_t low, uint32_t high)
{
	volatile uint32_t *select = (volatile uint32_t *)(uintptr_t)IOAPIC_AT;
	volatile uint32_t *window = (volatile uint32_t *)(uintptr_t)(IOAPIC_AT + 0x10);

	*select = IOAPIC_PIN + 2 * pin + 1;
	*window = high;
	*select = IOAPIC_PIN + 2 * pin;
	*window = low;
}

void irq_dispatch(unsigned int vector)
{
	const unsigned int irq = vector - VECTOR_FIRST;

	if (vector == VECTOR_SPURIOUS)
		return;
	apic_write(APIC_EOI, 0);
	if (irq == IRQ_TIMER && timer_early())
		return;
	if (irq < IRQS && handlers[irq] && irq_is_enabled(irq))
		handlers[irq](irq);
}

void irq_init(void)
{
	if (has_x2apic())
		msr_write(APIC_BASE_MSR, msr_read(APIC_BASE_MSR) | APIC_BASE_ENABLED);
	enabled[cpu_self()] = 0;
	apic_write(APIC_LVT_TIMER, APIC_MASKED | (VECTOR_FIRST + IRQ_TIMER));
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLED | VECTOR_SPURIOUS);
}

void irq_set_handler(unsigned int irq, irq_handler handler)
{
	if (irq < IRQS)
		handlers[irq] = handler;
}

static void write_pin(unsigned int pin, bool on)
{
	const unsigned int irq = WIRED_IRQS + pin;

	pin_state[pin] = (VECTOR_FIRST + irq) | (edges[irq] ? 0 : IOAPIC_LEVEL) | (on ? 0 : IOAPIC_MASKED);
	pin_write(pin, pin_state[pin], cpu_self() << 24);
}

void irq_enable(unsigned int irq)
{
	if (irq < WIRED_IRQS)
		enabled[cpu_self()] |= 1u << irq;
	else if (irq < IRQS)
		write_pin(irq - WIRED_IRQS, true);
	if (irq == IRQ_TIMER)
		apic_write(APIC_LVT_TIMER, VECTOR_FIRST + IRQ_TIMER);
}

void irq_disable(unsigned int irq)
{
	if (irq == IRQ_TIMER)
		apic_write(APIC_LVT_TIMER, APIC_MASKED | (VECTOR_FIRST + IRQ_TIMER));
	if (irq < WIRED_IRQS)
		enabled[cpu_self()] &= ~(1u << irq);
	else if (irq < IRQS)
		write_pin(irq - WIRED_IRQS, false);
}

bool irq_is_enabled(unsigned int irq)
{
	if (irq < WIRED_IRQS)
		return enabled[cpu_self()] >> irq & 1;
	return irq < IRQS && pin_state[irq - WIRED_IRQS] && !(pin_state[irq - WIRED_IRQS] & IOAPIC_MASKED);
}

/* The vector is the priority, and it follows the number. */
void irq_set_priority(unsigned int irq, unsigned int priority)
{
	if (irq < IRQS)
		priorities[irq] = (uint8_t)priority;
}

unsigned int irq_priority(unsigned int irq)
{
	return irq < IRQS ? priorities[irq] : 0;
}

void irq_set_edge(unsigned int irq, bool edge)
{
	if (irq < IRQS)
		edges[irq] = edge;
}

void irq_pend(unsigned int irq)
{
	if (irq < IRQS)
		apic_command(cpu_self(), VECTOR_FIRST + irq);
}

unsigned int irq_count(void)
{
	return IRQS;
}

void irq_send(unsigned int cpu, unsigned int number)
{
	apic_command(cpu, VECTOR_FIRST + number);
}
