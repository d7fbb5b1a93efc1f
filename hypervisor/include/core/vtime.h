/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's time: stands still while the cell is suspended. */
#ifndef CORE_VTIME_H
#define CORE_VTIME_H

#include <bulkhead/types.h>
#include <core/lock.h>

/**
 * struct vtime - what the guest's clock is behind the machine's
 * @offset: ticks that the cell was suspended.
 * @stopped_at: when the last of its CPUs was suspended, 0: it runs.  @lock: guards both.
 */
struct vtime {
	uint64_t offset;
	uint64_t stopped_at;
	struct spinlock lock;
};

/** A CPU of the cell is suspended from @now on. */
void vtime_stop(struct vtime *time, uint64_t now);

/**
 * vtime_go() - a CPU of the cell goes on at @now
 * The offset is the cell's, so that its CPUs never disagree: whoever comes second waits until the first has
 * added to it.  Return: the offset.
 */
uint64_t vtime_go(struct vtime *time, uint64_t now);

/** The offset of a cell that runs. */
static inline uint64_t vtime_offset(const struct vtime *time)
{
	return __atomic_load_n(&time->offset, __ATOMIC_RELAXED);
}

/** Power-on: no time has been lost. */
void vtime_reset(struct vtime *time);

#endif
