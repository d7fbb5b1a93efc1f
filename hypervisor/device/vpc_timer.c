// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters that PCs measure time by: ACPI's power management timer (ACPI 6.5, 4.8.2.1) and the HPET (IA-PC HPET 1.0a).
 * Guests calibrate with them; the HPET's comparators can be set and never fire.
 */
#include <arch/cpu.h>
#include <cell/cell.h>
#include <core/component.h>
#include <core/lock.h>
#include <device/mmio.h>
#include <lib/config.h>
#include <lib/string.h>

#define PM_TIMER_HZ 3579545u

#define HPET_HZ 10000000u
#define HPET_PERIOD 100000000ull /* femtoseconds */
#define HPET_COMPARATORS 3u
#define HPET_CAPABILITIES 0x000u
#define HPET_CONFIG 0x010u
#define HPET_COUNTER 0x0f0u
#define HPET_COMPARATOR 0x100u
#define HPET_COMPARATOR_SIZE 0x20u
#define HPET_ENABLE 1u
#define HPET_CONFIG_ALL 1u /* no legacy replacement: no interrupts at all */
#define HPET_VENDOR 0x8086ull
#define HPET_WIDE (1ull << 13)
#define HPET_REVISION 1u

/**
 * struct hpet - @lock guards all
 * @config: HPET_ENABLE.  @value: the counter while it stands still; else what it had at @since.
 * @comparator: as written, without effect.
 */
struct hpet {
	struct spinlock lock;
	uint64_t config;
	uint64_t value;
	uint64_t since;
	uint64_t comparator[HPET_COMPARATORS];
};

static struct hpet hpets[BH_MAX_CELLS];

/* Time in ticks of @hz, without a product that overflows. */
static uint64_t ticks(uint64_t time, uint64_t hz)
{
	const uint64_t own = arch_time_hz();

	return time / own * hz + time % own * hz / own;
}

static uint64_t counter(const struct hpet *hpet)
{
	if (!(hpet->config & HPET_ENABLE))
		return hpet->value;
	return hpet->value + ticks(arch_time_now() - hpet->since, HPET_HZ);
}

static void write_config(struct hpet *hpet, uint64_t value)
{
	hpet->value = counter(hpet);
	hpet->since = arch_time_now();
	hpet->config = value & HPET_CONFIG_ALL;
}

static uint64_t *comparator_at(struct hpet *hpet, uint64_t offset)
{
	const uint64_t index = (offset - HPET_COMPARATOR) / HPET_COMPARATOR_SIZE;

	if (offset < HPET_COMPARATOR || index >= HPET_COMPARATORS || offset % HPET_COMPARATOR_SIZE != 8)
		return NULL;
	return &hpet->comparator[index];
}

static uint64_t hpet_read(struct hpet *hpet, uint64_t offset)
{
	const uint64_t *comparator = comparator_at(hpet, offset);

	switch (offset) {
	case HPET_CAPABILITIES:
		return HPET_PERIOD << 32 | HPET_VENDOR << 16 | HPET_WIDE | (HPET_COMPARATORS - 1) << 8 |
		       HPET_REVISION;
	case HPET_CONFIG:
		return hpet->config;
	case HPET_COUNTER:
		return counter(hpet);
	default:
		return comparator ? *comparator : 0;
	}
}

static void hpet_write(struct hpet *hpet, uint64_t offset, uint64_t value)
{
	uint64_t *comparator = comparator_at(hpet, offset);

	if (offset == HPET_CONFIG) {
		write_config(hpet, value);
	} else if (offset == HPET_COUNTER) {
		hpet->value = value;
		hpet->since = arch_time_now();
	} else if (comparator) {
		*comparator = value;
	}
}

/* Registers have 64 bits, and either half can be accessed alone. */
static void hpet_access(void *device, uint64_t offset, struct mmio_access *access)
{
	struct hpet *hpet = device;
	const uint64_t reg = offset & ~7ull;
	const unsigned int shift = (offset & 4) * 8;
	uint64_t value;

	spin_lock(&hpet->lock);
	value = hpet_read(hpet, reg);
	if (!access->is_write) {
		access->value = access->size < 4 || offset & 3 ? 0 : value >> shift;
	} else if (access->size == 8 && !(offset & 7)) {
		hpet_write(hpet, reg, access->value);
	} else if (access->size == 4 && !(offset & 3)) {
		value &= ~(0xffffffffull << shift);
		hpet_write(hpet, reg, value | (access->value & 0xffffffff) << shift);
	}
	spin_unlock(&hpet->lock);
}

static void pm_timer_access(void *device, uint64_t offset, struct mmio_access *access)
{
	(void)device;
	if (!access->is_write)
		access->value = (uint32_t)ticks(arch_time_now(), PM_TIMER_HZ) >> offset * 8;
}

static const struct mmio_ops hpet_ops = { .name = "HPET", .access = hpet_access };
static const struct mmio_ops pm_timer_ops = { .name = "PM timer", .access = pm_timer_access };

static void timer_commit(struct cell *cell)
{
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, cell->config, devices);

	for (uint32_t i = 0; i < cell->config->devices.count; i++) {
		if (devices[i].type == BH_DEV_HPET)
			mmio_add(cell, devices[i].gpa, devices[i].size, &hpet_ops, &hpets[cell->id]);
		else if (devices[i].type == BH_DEV_PM_TIMER)
			mmio_add_ports(cell, devices[i].gpa, devices[i].size, &pm_timer_ops, NULL);
	}
}

static void timer_reset(struct cell *cell)
{
	struct hpet *hpet = &hpets[cell->id];

	spin_lock(&hpet->lock);
	hpet->config = hpet->value = hpet->since = 0;
	memset(hpet->comparator, 0, sizeof(hpet->comparator));
	spin_unlock(&hpet->lock);
}

COMPONENT(vpc_timer) = {
	.name = "vpc_timer",
	.phase = COMPONENT_DEVICE,
	.cell_commit = timer_commit,
	.cell_reset = timer_reset,
};
