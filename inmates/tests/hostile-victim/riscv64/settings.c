// SPDX-License-Identifier: GPL-2.0-or-later
/* Of a source: priority and all that is pending in its word, or mode, target and what is pending. */
#include "../victim.h"

#include <intc.h>

#define FIRST_SOURCE_IRQ 32u
#define PLIC_PENDING 0x1000u
#define APLIC_SOURCECFG 0u
#define APLIC_SETIP 0x1c00u
#define APLIC_TARGET 0x3000u

const uint64_t victim_sentinels = 0x80100000;
const unsigned int victim_first_irq = FIRST_SOURCE_IRQ + 14;

static uint64_t word(uint64_t address)
{
	return *(volatile uint32_t *)(uintptr_t)address;
}

uint64_t victim_settings(unsigned int irq)
{
	const uint64_t source = irq - FIRST_SOURCE_IRQ, plic = inmate_config.plic,
		       aplic = inmate_config.aplic;

	if (intc_kind() == INTC_PLIC)
		return word(plic + source * 4) << 16 | word(plic + PLIC_PENDING + source / 32 * 4) << 32;
	return (word(aplic + APLIC_SOURCECFG + source * 4) ^ word(aplic + APLIC_TARGET + source * 4)) << 16 ^
	       word(aplic + APLIC_SETIP + source / 32 * 4) << 32;
}
