// SPDX-License-Identifier: GPL-2.0-only
/* What machine this is, by DMI and by the firmware's map of memory. */
#include "platform.h"

#include "preflight.h"

#include <asm/e820/api.h>
#include <asm/processor.h>
#include <bulkhead/config.h>
#include <lib/config.h>
#include <linux/dmi.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

/* The map as the firmware gave it: memmap= on the command line takes nothing from it. */
bool platform_in_ram(const struct bh_config_range *range)
{
	static const enum e820_type others[] = {
		E820_TYPE_RESERVED, E820_TYPE_ACPI, E820_TYPE_NVS, E820_TYPE_UNUSABLE, E820_TYPE_PMEM,
	};
	u64 end = range->base + range->size;

	for (int i = 0; i < ARRAY_SIZE(others); i++)
		if (e820__mapped_raw_any(range->base, end, others[i]))
			return false;
	/* It says only whether anything of a range is RAM: so in small ones, or a hole would not be seen. */
	for (u64 at = range->base; at < end; at += BH_RAM_ALIGN)
		if (!e820__mapped_raw_any(at, at + 1, E820_TYPE_RAM) ||
		    !e820__mapped_raw_any(at + BH_RAM_ALIGN - 1, at + BH_RAM_ALIGN, E820_TYPE_RAM))
			return false;
	return true;
}

static int ram_in(u64 start, u64 size)
{
	return region_intersects(start, size, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE);
}

/* Firmware's RAM may end within a page, which nobody then uses: such a page beside a bank does not count. */
static bool linux_has_ram(u64 start, u64 end)
{
	if (start >= end)
		return false;
	if (ram_in(start, PAGE_SIZE) == REGION_INTERSECTS ||
	    ram_in(end - PAGE_SIZE, PAGE_SIZE) == REGION_INTERSECTS)
		return true;
	return end - start > 2 * PAGE_SIZE &&
	       ram_in(start + PAGE_SIZE, end - start - 2 * PAGE_SIZE) != REGION_DISJOINT;
}

/* RAM of the kernel outside of the banks, which are in ascending order, is found between them. */
static void check_dram(struct preflight *preflight, const struct bh_config_system *system)
{
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, system, dram);
	u64 start = 0;

	for (u32 i = 0; i <= system->dram.count; i++) {
		u64 end = i < system->dram.count ? dram[i].base : 1ull << boot_cpu_data.x86_phys_bits;

		if (linux_has_ram(start, end))
			preflight_add(preflight, BH_PRE_BOARD, start);
		if (i < system->dram.count)
			start = dram[i].base + dram[i].size;
	}
}

void platform_check(struct preflight *preflight, const struct bh_config_system *system)
{
	const char *vendor = dmi_get_system_info(DMI_SYS_VENDOR),
		   *product = dmi_get_system_info(DMI_PRODUCT_NAME);
	char *found = preflight->ioc->found;

	snprintf(found, sizeof(preflight->ioc->found), "%s %s", vendor ?: "unknown", product ?: "unknown");
	if (strcmp(found, system->compatible))
		preflight_add(preflight, BH_PRE_BOARD, 0);
	check_dram(preflight, system);
}
