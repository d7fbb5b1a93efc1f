// SPDX-License-Identifier: GPL-2.0-or-later
/* From when the last CPU of a cell stopped to when the first goes on, its time stands still. */
#include <core/vtime.h>

void vtime_stop(struct vtime *time, uint64_t now)
{
	spin_lock(&time->lock);
	if (time->stopped_at < now)
		time->stopped_at = now;
	spin_unlock(&time->lock);
}

uint64_t vtime_go(struct vtime *time, uint64_t now)
{
	uint64_t offset;

	spin_lock(&time->lock);
	if (time->stopped_at)
		__atomic_store_n(&time->offset, time->offset + now - time->stopped_at, __ATOMIC_RELAXED);
	time->stopped_at = 0;
	offset = time->offset;
	spin_unlock(&time->lock);
	return offset;
}

void vtime_reset(struct vtime *time)
{
	time->offset = 0;
	time->stopped_at = 0;
}
