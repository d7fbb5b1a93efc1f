// SPDX-License-Identifier: GPL-2.0-only
/* Running what raises exceptions, one CPU at a time. */
#include "attack.h"

#include <linux/irqflags.h>
#include <linux/spinlock.h>
#include <linux/string.h>

struct attack_seen attack_seen;

static DEFINE_RAW_SPINLOCK(guard_lock);

struct outcome guarded(act function, u64 a, u64 b)
{
	struct outcome outcome;
	unsigned long flags;

	raw_spin_lock_irqsave(&guard_lock, flags);
	memset(&attack_seen, 0, sizeof(attack_seen));
	outcome.value = caught(function, a, b);
	outcome.exceptions = attack_seen.count;
	outcome.syndrome = attack_seen.syndrome;
	outcome.address = attack_seen.address;
	raw_spin_unlock_irqrestore(&guard_lock, flags);
	return outcome;
}

struct outcome guarded_physical(act function, u64 a, u64 b)
{
	struct outcome outcome;
	unsigned long flags;

	local_irq_save(flags);
	outcome = with_table(function, a, b);
	local_irq_restore(flags);
	return outcome;
}
