// SPDX-License-Identifier: GPL-2.0-or-later
/* One unit, of whichever kind: its registers, and the ring of its commands. */
#include "asm/iommu_unit.h"

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <bulkhead/errors.h>
#include <core/deadline.h>
#include <core/log.h>
#include <core/pool.h>

/* The ring, what the unit stores, a page for the kind. */
#define RING_PAGES 3u

uint32_t iommu_read32(const struct iommu_unit *unit, uint32_t offset)
{
	return *(volatile uint32_t *)(unit->reg + offset);
}

void iommu_write32(const struct iommu_unit *unit, uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)(unit->reg + offset) = value;
}

uint64_t iommu_read64(const struct iommu_unit *unit, uint32_t offset)
{
	return *(volatile uint64_t *)(unit->reg + offset);
}

void iommu_write64(const struct iommu_unit *unit, uint32_t offset, uint64_t value)
{
	*(volatile uint64_t *)(unit->reg + offset) = value;
}

unsigned long long iommu_base(const struct iommu_unit *unit)
{
	return (unsigned long long)unit->config->base;
}

int iommu_is_dead(struct iommu_unit *unit, const char *what)
{
	if (!unit->is_broken)
		log_error("the IOMMU at 0x%llx does not %s: what is taken from devices may still be reached",
			  iommu_base(unit), what);
	unit->is_broken = 1;
	return BH_E_TIMEOUT;
}

int iommu_ring_init(struct iommu_unit *unit)
{
	unit->queue = pool_alloc(RING_PAGES, 1);
	if (!unit->queue)
		return BH_E_NO_MEMORY;
	unit->done = &unit->queue[IOMMU_RING_ENTRIES].low;
	unit->page = &unit->queue[2 * IOMMU_RING_ENTRIES];
	*unit->done = 0;
	unit->tail = unit->number = unit->is_broken = 0;
	return BH_E_OK;
}

void iommu_ring_exit(struct iommu_unit *unit)
{
	pool_free(unit->queue, RING_PAGES);
	unit->queue = NULL;
}

static void put(struct iommu_unit *unit, struct iommu_command command)
{
	unit->queue[unit->tail] = command;
	unit->tail = (unit->tail + 1) % IOMMU_RING_ENTRIES;
}

/* One that cannot carry a command out stops at it. */
static int wait_done(struct iommu_unit *unit)
{
	const uint64_t deadline = deadline_default();

	while (*unit->done != unit->number) {
		if (unit->kind->is_stuck(unit) || deadline_passed(deadline))
			return iommu_is_dead(unit, "answer");
		arch_cpu_relax();
	}
	return BH_E_OK;
}

int iommu_submit_locked(struct iommu_unit *unit, const struct iommu_command *command, unsigned int count)
{
	/* Nobody waits twice for one that is dead. */
	if (unit->is_broken)
		return BH_E_TIMEOUT;
	for (unsigned int i = 0; i < count; i++)
		put(unit, command[i]);
	put(unit, unit->kind->wait(++unit->number, arch_hv_hpa((const void *)unit->done).value));
	unit->kind->publish(unit);
	iommu_write64(unit, unit->kind->tail, unit->tail * sizeof(*command));
	return wait_done(unit);
}

void iommu_submit_all(const struct iommu_command *command, unsigned int count)
{
	struct iommu_unit *unit;

	for (unsigned int i = 0; (unit = iommu_unit(i)); i++) {
		spin_lock(&unit->lock);
		if (unit->is_on)
			iommu_submit_locked(unit, command, count);
		spin_unlock(&unit->lock);
	}
}
