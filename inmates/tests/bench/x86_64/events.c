// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Needs the machine's second 16550 with its pin: it is the device behind a line of the real I/O APIC. */
#include "../bench.h"

#include <regs.h>

#define DEVICE 0x2f8u
#define DEVICE_IRQ (WIRED_IRQS + 3)
#define UART 0x3f8u
#define UART_ENABLE 1u
#define UART_IDENTIFY 2u
#define UART_MODEM 4u
#define UART_STATUS 5u
#define ENABLE_EMPTY 2u
#define MODEM_OUT2 8u /* lets the line out */

#define IOAPIC_SELECT 0xfec00000ull
#define IOAPIC_WINDOW 0xfec00010ull
#define IOAPIC_VERSION 1u
#define IOAPIC_ENTRY 0x10u
#define IOAPIC_MASKED (1u << 16)
#define UNUSED_PIN 20u

#define APIC_BASE 0x1bu
#define APIC_BASE_X2 (1ull << 10)
#define APIC_BASE_ENABLED (1ull << 11)
#define XAPIC_PRIORITY 0xfee00080ull

static volatile uint32_t *reg(uint64_t address)
{
	return (volatile uint32_t *)(uintptr_t)address;
}

unsigned int bench_reads_controller(void)
{
	unsigned int count = 0;
	uint32_t first;

	*reg(IOAPIC_SELECT) = IOAPIC_VERSION;
	first = *reg(IOAPIC_WINDOW);
	for (unsigned int i = 0; i < BENCH_ROUNDS; i++)
		count += *reg(IOAPIC_WINDOW) == first;
	return count;
}

unsigned int bench_reads_uart(void)
{
	uint8_t first = port_read8(UART + UART_STATUS);
	unsigned int count = 0;

	for (unsigned int i = 0; i < BENCH_ROUNDS; i++)
		count += port_read8(UART + UART_STATUS) == first;
	return count;
}

/* Here each interrupt has a register of its own: an entry of the I/O APIC. */
unsigned int bench_writes(void)
{
	*reg(IOAPIC_SELECT) = IOAPIC_ENTRY + 2 * UNUSED_PIN;
	for (unsigned int i = 0; i < BENCH_ROUNDS; i++)
		*reg(IOAPIC_WINDOW) = IOAPIC_MASKED | (VECTOR_FIRST + (i & 1));
	return BENCH_ROUNDS;
}

/* The hypervisor is asked for the rate of the clock here, once, so that it is no part of any phase. */
void bench_wired_set_up(irq_handler handler)
{
	(void)timer_frequency();
	irq_set_edge(DEVICE_IRQ, true);
	irq_set_handler(DEVICE_IRQ, handler);
}

void bench_wired_enable(bool on)
{
	port_write8(DEVICE + UART_ENABLE, 0);
	port_write8(DEVICE + UART_MODEM, on ? MODEM_OUT2 : 0);
	(on ? irq_enable : irq_disable)(DEVICE_IRQ);
}

/* Its transmitter is empty, and says so as soon as it may. */
void bench_wired_make(void)
{
	port_write8(DEVICE + UART_ENABLE, ENABLE_EMPTY);
}

void bench_wired_quiet(void)
{
	port_write8(DEVICE + UART_ENABLE, 0);
	(void)port_read8(DEVICE + UART_IDENTIFY);
}

/* Back from x2APIC to the page leads through off. */
static void to_xapic(void)
{
	uint64_t base = msr_read(APIC_BASE) & ~(APIC_BASE_X2 | APIC_BASE_ENABLED);

	irqs_mask();
	msr_write(APIC_BASE, base);
	msr_write(APIC_BASE, base | APIC_BASE_ENABLED);
}

void bench_more(void (*verdict)(const char *what, unsigned int count))
{
	unsigned int count = 0;

	to_xapic();
	PHASE(9);
	for (unsigned int i = 0; i < BENCH_ROUNDS; i++)
		count += *reg(XAPIC_PRIORITY) == 0;
	PHASE(0);
	verdict("reads of a register of the xAPIC", count);
}
