// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ACPI's PM1 control register (ACPI 6.5, 4.8.3.2.1) as far as a guest needs it to switch itself off. That the ACPI mode
 * is on is all that it reads.
 */
#include <cell/cell.h>
#include <core/component.h>
#include <device/mmio.h>
#include <lib/config.h>

#define PM1_ACPI_MODE 1u
#define PM1_SLEEP 0x2000u

static void power_access(void *device, uint64_t offset, struct mmio_access *access)
{
	const uint64_t value = access->value << offset * 8;

	(void)device;
	if (!access->is_write)
		access->value = PM1_ACPI_MODE >> offset * 8;
	else if (value & PM1_SLEEP)
		access->effect = MMIO_SYSTEM_OFF;
}

static const struct mmio_ops power_ops = { .name = "power-off", .access = power_access };

static void power_commit(struct cell *cell)
{
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, cell->config, devices);

	for (uint32_t i = 0; i < cell->config->devices.count; i++) {
		if (devices[i].type == BH_DEV_POWER_OFF)
			mmio_add_ports(cell, devices[i].gpa, devices[i].size, &power_ops, NULL);
	}
}

COMPONENT(vpc_power) = {
	.name = "vpc_power",
	.phase = COMPONENT_DEVICE,
	.cell_commit = power_commit,
};
