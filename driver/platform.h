/* SPDX-License-Identifier: GPL-2.0-only */
/* What machine this is. Each architecture has one file for it: by device tree, or by ACPI and the like. */
#ifndef DRIVER_PLATFORM_H
#define DRIVER_PLATFORM_H

#include <bulkhead/config.h>
#include <linux/types.h>

struct preflight;

/** platform_in_ram() - is @range wholly in one bank of RAM, as far as the firmware says? */
bool platform_in_ram(const struct bh_config_range *range);

/**
 * platform_check() - is this the machine that @system describes?
 * RAM that the board file does not list would be no RAM any more for root: that is another machine.
 */
void platform_check(struct preflight *preflight, const struct bh_config_system *system);

#endif
