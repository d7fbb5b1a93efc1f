// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The clock and the memory with the battery (MC146818), at ports 0x70 and 0x71. The hypervisor does not know the date:
 * the clock starts with the cell, at midnight of the first of January 2000. No alarm, no interrupts.
 */
#include <arch/cpu.h>
#include <cell/cell.h>
#include <core/component.h>
#include <core/lock.h>
#include <device/mmio.h>
#include <lib/config.h>
#include <lib/string.h>

#define CMOS_SIZE 128u
#define INDEX_MASK 0x7fu /* bit 7 switches NMIs */

#define SECONDS 0x00u
#define MINUTES 0x02u
#define HOURS 0x04u
#define WEEKDAY 0x06u
#define DAY 0x07u
#define MONTH 0x08u
#define YEAR 0x09u
#define REG_A 0x0au
#define REG_B 0x0bu
#define REG_C 0x0cu
#define REG_D 0x0du
#define CENTURY 0x32u

#define REG_A_RUNS 0x26u /* 32768 Hz; no update is ever under way */
#define REG_B_24H 0x02u
#define REG_D_VALID 0x80u

#define DAY_SECONDS 86400u
#define FIRST_WEEKDAY 6u /* Saturday; Sunday is 0 here */

/** struct cmos - @lock guards all. @start: when the clock began.  @index: register that is chosen. */
struct cmos {
	struct spinlock lock;
	uint64_t start;
	uint8_t index;
	uint8_t bytes[CMOS_SIZE];
};

static struct cmos all[BH_MAX_CELLS];

static uint8_t bcd(uint64_t value)
{
	return (uint8_t)(value / 10 % 10 << 4 | value % 10);
}

struct date {
	uint32_t year, month, day;
};

static uint32_t month_days(uint32_t year, uint32_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month] + (month == 1 && year % 4 == 0);
}

/* Good until 2099, as the two digits of the year are. */
static struct date date_of(uint32_t days)
{
	struct date date = { 0, 0, 0 };

	while (date.year < 99 && days >= (date.year % 4 ? 365u : 366u))
		days -= date.year++ % 4 ? 365 : 366;
	while (date.month < 11 && days >= month_days(date.year, date.month))
		days -= month_days(date.year, date.month++);
	date.day = days;
	return date;
}

static uint8_t read_clock(const struct cmos *cmos, unsigned int reg)
{
	const uint64_t now = (arch_time_now() - cmos->start) / arch_time_hz();
	const struct date date = date_of((uint32_t)(now / DAY_SECONDS));

	switch (reg) {
	case SECONDS:
		return bcd(now % 60);
	case MINUTES:
		return bcd(now / 60 % 60);
	case HOURS:
		return bcd(now / 3600 % 24);
	case WEEKDAY:
		return bcd((now / DAY_SECONDS + FIRST_WEEKDAY) % 7 + 1);
	case DAY:
		return bcd(date.day + 1);
	case MONTH:
		return bcd(date.month + 1);
	default:
		return bcd(date.year);
	}
}

static uint8_t read_byte(const struct cmos *cmos)
{
	switch (cmos->index) {
	case SECONDS:
	case MINUTES:
	case HOURS:
	case WEEKDAY:
	case DAY:
	case MONTH:
	case YEAR:
		return read_clock(cmos, cmos->index);
	case CENTURY:
		return bcd(20);
	case REG_A:
		return REG_A_RUNS;
	case REG_B:
		return REG_B_24H;
	case REG_C:
		return 0;
	case REG_D:
		return REG_D_VALID;
	default:
		return cmos->bytes[cmos->index];
	}
}

static void cmos_access(void *device, uint64_t offset, struct mmio_access *access)
{
	struct cmos *cmos = device;

	spin_lock(&cmos->lock);
	if (!access->is_write)
		access->value = offset ? read_byte(cmos) : cmos->index;
	else if (offset)
		cmos->bytes[cmos->index] = (uint8_t)access->value;
	else
		cmos->index = access->value & INDEX_MASK;
	spin_unlock(&cmos->lock);
}

static const struct mmio_ops cmos_ops = { .name = "CMOS", .access = cmos_access };

static void cmos_commit(struct cell *cell)
{
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, cell->config, devices);

	for (uint32_t i = 0; i < cell->config->devices.count; i++) {
		if (devices[i].type == BH_DEV_CMOS)
			mmio_add_ports(cell, devices[i].gpa, devices[i].size, &cmos_ops, &all[cell->id]);
	}
}

static void cmos_reset(struct cell *cell)
{
	struct cmos *cmos = &all[cell->id];

	spin_lock(&cmos->lock);
	cmos->start = arch_time_now();
	cmos->index = 0;
	memset(cmos->bytes, 0, sizeof(cmos->bytes));
	spin_unlock(&cmos->lock);
}

COMPONENT(vpc_cmos) = {
	.name = "vpc_cmos",
	.phase = COMPONENT_DEVICE,
	.cell_commit = cmos_commit,
	.cell_reset = cmos_reset,
};
