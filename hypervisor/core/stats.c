// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/stats.h>

#include <arch/cpu.h>
#include <core/image.h>

struct bh_cpu_stats *stats_of(unsigned int slot)
{
	struct bh_info *info = image_info();

	return (struct bh_cpu_stats *)((uint8_t *)info + info->stats) + slot;
}

void stats_count(enum bh_stat stat)
{
	uint64_t *counter = &stats_of(arch_cpu_self())->count[stat];

	/* Only this CPU writes; readers see old or new, never half of each. */
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}
