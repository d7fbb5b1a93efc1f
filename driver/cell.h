/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest cells as the driver knows them: which exist and which CPUs they took from Linux. */
#ifndef DRIVER_CELL_H
#define DRIVER_CELL_H

#include <bulkhead/config.h>
#include <bulkhead/errors.h>
#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/types.h>

/**
 * struct cell - one guest cell; lives as long as its device
 * @lock: one operation on this cell at a time. Held across CPU hot-plug: no CPU hot-plug callback takes it.
 * @handle: as the hypervisor gave it; 0: not created yet, or destroyed. Written under both locks.
 * @config: the driver's copy of the blob, checked.
 * @claimed: CPUs that Linux must not bring online.  @taken: those among them that we took offline.
 * @events: state changes that were reported (under cells_lock).
 */
struct cell {
	struct device dev;
	struct mutex lock;
	u32 handle;
	struct bh_config_cell *config;
	cpumask_t claimed;
	cpumask_t taken;
	u32 events;
};

#define to_cell(device) container_of(device, struct cell, dev)

/** cell_id() - its place in the info area. */
static inline u32 cell_id(const struct cell *cell)
{
	return cell->handle & 0xffff;
}

/* Context of all below: process; enable_lock held unless said otherwise. */

/** cell_create() - @blob: the driver's copy, becomes the callee's; @size: bytes. */
int cell_create(struct bh_config_cell *blob, u32 size, u32 *handle, struct bh_error *error);

/** cell_destroy() - the cell goes, its memory is scrubbed, its CPUs come back. */
int cell_destroy(u32 handle, struct bh_error *error);

/** cell_destroy_all() - as much as is possible; enable_lock held for writing. */
void cell_destroy_all(void);

/** cell_find() - the cell, locked, or NULL with @error filled. cell_put() unlocks it. */
struct cell *cell_find(u32 handle, struct bh_error *error);
void cell_put(struct cell *cell);

/** cell_count() - guest cells that the driver knows. */
unsigned int cell_count(void);

/** cell_scan() - report state changes that the info area shows. Context: process. */
void cell_scan(void);

/**
 * cell_watch() - let the hypervisor look at the heartbeats of cells that have a watchdog
 * It does so when it is asked for their state. Context: process.
 * Return: milliseconds until it must be asked again, 0: there is no such cell.
 */
unsigned int cell_watch(void);

/** cell_cpu_claimed() - does @cpu belong to a cell? Context: any; reads one bit. */
bool cell_cpu_claimed(unsigned int cpu);

#endif
