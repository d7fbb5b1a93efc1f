// SPDX-License-Identifier: GPL-2.0-or-later
/* Entry of the I/O APIC, with its remote IRR. */
#include "../victim.h"

#define IOAPIC_AT 0xfec00000ull
#define IOAPIC_PIN 0x10u
#define FIRST_PIN_IRQ 32u
#define DELIVERY_STATUS (1u << 12)

const uint64_t victim_sentinels = 0x100000;
const unsigned int victim_first_irq = FIRST_PIN_IRQ + 4;

static uint32_t entry(uint32_t index)
{
	*(volatile uint32_t *)(uintptr_t)IOAPIC_AT = index;
	return *(volatile uint32_t *)(uintptr_t)(IOAPIC_AT + 0x10);
}

uint64_t victim_settings(unsigned int irq)
{
	const uint32_t index = IOAPIC_PIN + 2 * (irq - FIRST_PIN_IRQ);

	return ((uint64_t)entry(index + 1) ^ (entry(index) & ~DELIVERY_STATUS)) << 16;
}
