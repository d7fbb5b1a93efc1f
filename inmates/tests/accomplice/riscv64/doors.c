// SPDX-License-Identifier: GPL-2.0-or-later
#include "../accomplice.h"

#include <intc.h>

#define TABLE 0x80100000ull
#define GIB_SHIFT 28 /* of a page number's bits in an entry */
#define LEAF 0xcfu   /* V R W X A D */
#define FIRST_SOURCE_IRQ 32u
#define VICTIM_SOURCE 14u

const unsigned int accomplice_first_irq = FIRST_SOURCE_IRQ + 16;

void accomplice_make_table(void)
{
	volatile uint64_t *table = (volatile uint64_t *)(uintptr_t)TABLE;

	for (uint64_t i = 0; i < 512; i++)
		table[i] = i << GIB_SHIFT | LEAF;
}

static void put(uint64_t address, uint32_t value)
{
	*(volatile uint32_t *)(uintptr_t)address = value;
}

/* Priority, enable, completion; or source mode, target, enable and pending by number. */
void accomplice_attack(unsigned int round)
{
	static const uint32_t registers[] = { 0x1edc, 0x1fdc, 0x1cdc, 0x1ddc, 0x2000 };
	const uint64_t plic = inmate_config.plic, aplic = inmate_config.aplic;

	if (intc_kind() == INTC_PLIC) {
		put(plic + VICTIM_SOURCE * 4, round);
		put(plic + 0x2000, *(volatile uint32_t *)(uintptr_t)(plic + 0x2000) | 3u << VICTIM_SOURCE);
		put(plic + 0x200004, VICTIM_SOURCE);
		return;
	}
	put(aplic + VICTIM_SOURCE * 4, round & 7);
	put(aplic + 0x3000 + VICTIM_SOURCE * 4, round);
	put(aplic + registers[round % 5], VICTIM_SOURCE);
}
