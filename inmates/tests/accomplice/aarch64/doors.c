// SPDX-License-Identifier: GPL-2.0-or-later
#include "../accomplice.h"

#define TABLE 0x40100000ull
#define BLOCK_NORMAL 0x705u
#define VICTIM_SPI 46u

const unsigned int accomplice_first_irq = 42;

void accomplice_make_table(void)
{
	volatile uint64_t *table = (volatile uint64_t *)(uintptr_t)TABLE;

	for (uint64_t i = 0; i < 512; i++)
		table[i] = i << 30 | BLOCK_NORMAL;
}

void accomplice_attack(unsigned int round)
{
	static const uint32_t offsets[] = { 0x100, 0x180, 0x200, 0x280, 0x300, 0x380 };
	uint64_t reg = inmate_config.gicd + offsets[round % 6] + VICTIM_SPI / 32 * 4;

	*(volatile uint32_t *)(uintptr_t)reg = 3u << VICTIM_SPI % 32;
}
