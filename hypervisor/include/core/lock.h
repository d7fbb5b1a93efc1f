/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks. Order: control lock, cell irq lock (arch), pool lock, log. A CPU in the hypervisor holds a spin
 * lock only
 * over bounded work and never waits for another CPU's action while it holds one; the control lock is only
 * tried.
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include <arch/cpu.h>
#include <bulkhead/types.h>

struct spinlock {
	uint32_t next;
	uint32_t owner;
};

/** Ticket lock: first come, first served. */
static inline void spin_lock(struct spinlock *lock)
{
	uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
		arch_cpu_relax();
}

static inline void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->owner, lock->owner + 1, __ATOMIC_RELEASE);
}

/** Return: 1 if the lock was taken. */
static inline int spin_trylock(struct spinlock *lock)
{
	uint32_t owner = __atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE);
	uint32_t expected = owner;

	return __atomic_compare_exchange_n(&lock->next, &expected, owner + 1, 0, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

#endif
