/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exit counters: one page for each CPU in the info area, written by that CPU alone. */
#ifndef CORE_STATS_H
#define CORE_STATS_H

#include <bulkhead/info.h>

/** Counters of CPU @slot. */
struct bh_cpu_stats *stats_of(unsigned int slot);

/** Count on the executing CPU. (The hottest exits count in arch's private cache line instead.) */
void stats_count(enum bh_stat stat);

#endif
