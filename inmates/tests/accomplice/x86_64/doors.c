// SPDX-License-Identifier: GPL-2.0-or-later
#include "../accomplice.h"

#include <regs.h>

#define TABLE 0x100000ull
#define GIB_SHIFT 30
#define LEAF 0x83u /* present, writable, 1 GiB */
#define FIRST_PIN_IRQ 32u
#define VICTIM_APIC_ID 2ull
#define VICTIM_PIN 4u
#define IOAPIC_AT 0xfec00000ull
#define MSR_ICR 0x830u

const unsigned int accomplice_first_irq = FIRST_PIN_IRQ + 4;

void accomplice_make_table(void)
{
	volatile uint64_t *table = (volatile uint64_t *)(uintptr_t)TABLE;

	for (uint64_t i = 0; i < 512; i++)
		table[i] = i << GIB_SHIFT | LEAF;
}

/* Fixed, NMI, INIT and start-up to the victim's CPU, and a pin that the victim has, too. */
void accomplice_attack(unsigned int round)
{
	static const uint32_t commands[] = { 0x27, 0x400, 0x4500, 0x610 };
	volatile uint32_t *ioapic = (volatile uint32_t *)(uintptr_t)IOAPIC_AT;

	msr_write(MSR_ICR, VICTIM_APIC_ID << 32 | commands[round % 4]);
	ioapic[0] = 0x10 + 2 * VICTIM_PIN + 1;
	ioapic[4] = (uint32_t)VICTIM_APIC_ID << 24;
}
