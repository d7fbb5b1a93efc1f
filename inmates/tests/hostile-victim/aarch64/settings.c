// SPDX-License-Identifier: GPL-2.0-or-later
/* Edge or level of an SPI, and all that is pending or active in its word. */
#include "../victim.h"

const uint64_t victim_sentinels = 0x40100000;
const unsigned int victim_first_irq = 46;

static uint32_t word_of(unsigned int offset, unsigned int irq, unsigned int bits)
{
	uint64_t at = inmate_config.gicd + offset + irq * bits / 32 * 4;

	return *(volatile uint32_t *)(uintptr_t)at;
}

uint64_t victim_settings(unsigned int irq)
{
	const uint64_t kind = word_of(0xc00, irq, 2) >> irq % 16 * 2 & 3;

	return kind << 16 | (uint64_t)(word_of(0x200, irq, 1) | word_of(0x300, irq, 1)) << 32;
}
