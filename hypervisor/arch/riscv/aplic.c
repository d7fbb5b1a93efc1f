// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/aplic.h>

#include <arch/mmu.h>
#include <bulkhead/config.h>
#include <bulkhead/errors.h>
#include <core/image.h>
#include <core/log.h>

static volatile uint8_t *aplic;
static uint32_t priority_mask = APLIC_PRIORITY_MASK;

static const struct bh_config_riscv *board(void)
{
	return &image_config()->riscv;
}

uint32_t aplic_hart(uint64_t hwid)
{
	return board()->context_first + board()->context_step * (uint32_t)hwid;
}

volatile uint32_t *aplic_register(uint32_t offset)
{
	return (volatile uint32_t *)(aplic + offset);
}

uint32_t aplic_read(uint32_t offset)
{
	return *aplic_register(offset);
}

void aplic_write(uint32_t offset, uint32_t value)
{
	*aplic_register(offset) = value;
}

uint32_t aplic_priority_mask(void)
{
	return priority_mask;
}

/* How many bits a priority has, a source tells that nobody uses and that stays off. All of them, if none is free. */
static uint32_t find_priority_mask(void)
{
	uint32_t found = 0;

	for (uint32_t source = 1; source <= board()->sources && !found; source++) {
		if (aplic_read(APLIC_SOURCECFG(source)) != APLIC_INACTIVE)
			continue;
		aplic_write(APLIC_SOURCECFG(source), APLIC_DETACHED);
		aplic_write(APLIC_TARGET(source), APLIC_PRIORITY_MASK);
		found = aplic_read(APLIC_TARGET(source)) & APLIC_PRIORITY_MASK;
		aplic_write(APLIC_TARGET(source), 0);
		aplic_write(APLIC_SOURCECFG(source), APLIC_INACTIVE);
	}
	return found ? found : APLIC_PRIORITY_MASK;
}

/* The configuration check has seen to it that the IDCs of all harts lie in the window. */
int aplic_probe(void)
{
	uint32_t expected = board()->intc == BH_RISCV_IMSIC ? APLIC_DOMAINCFG_DM : 0;

	if (!board()->sources || board()->sources >= 1024)
		return BH_E_IRQ;
	aplic = arch_map_device(hpa(board()->domain.base), board()->domain.size);
	if (!aplic)
		return BH_E_NO_MEMORY;
	if ((aplic_read(APLIC_DOMAINCFG) & APLIC_DOMAINCFG_DM) == expected) {
		priority_mask = expected ? APLIC_PRIORITY_MASK : find_priority_mask();
		return BH_E_OK;
	}
	log_error("enable: the APLIC at 0x%llx delivers %s, unlike the configuration says (domaincfg 0x%x)",
		  (unsigned long long)board()->domain.base, expected ? "directly" : "by messages",
		  aplic_read(APLIC_DOMAINCFG));
	return BH_E_HARDWARE;
}

void aplic_unprobe(void)
{
	aplic = NULL;
}
