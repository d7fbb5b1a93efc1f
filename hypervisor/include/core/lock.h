/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Locks. Order: control lock, cell lock, cell irq lock (arch), table lock, pool lock, log. A CPU in the hypervisor
 * holds a spin lock only over bounded work and never waits for another CPU's action while it holds one; the control
 * lock is only tried.
 *
 * A CPU that takes an exception in the hypervisor itself never comes back to what it was at: it gives up all that it
 * holds (lock_abandon()). Who wants such a lock takes it over. What it guards may be half changed then: tables and maps
 * are written in an order in which that means 'too little'; what needs more than that asks lock_take_over().
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include <arch/cpu.h>
#include <bulkhead/types.h>

/**
 * struct spinlock - a ticket lock
 * @next, @owner: tickets.  @holder: lock_holder() of the CPU that has it, 0: none, or in the first moment.
 */
struct spinlock {
	uint32_t next;
	uint32_t owner;
	uint32_t holder;
};

/** By slot: how often this CPU has given up what it held. */
extern uint32_t lock_abandoned[];

/** This CPU, until it gives up what it holds. */
static inline uint32_t lock_holder(void)
{
	unsigned int slot = arch_cpu_self();

	return lock_abandoned[slot] << 16 | (slot + 1);
}

/** lock_wait() - until it is @ticket's turn: each holder is quick, or gone. */
void lock_wait(struct spinlock *lock, uint32_t ticket);

/** lock_take_over() - release @lock if its holder is gone. Return: 1 if it was released here. */
int lock_take_over(struct spinlock *lock);

/** This CPU had an exception in the hypervisor: whatever it holds is given up, and it never releases it. */
void lock_abandon(void);

/** Ticket lock: first come, first served. */
static inline void spin_lock(struct spinlock *lock)
{
	uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	if (__builtin_expect(__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket, 0))
		lock_wait(lock, ticket);
	__atomic_store_n(&lock->holder, lock_holder(), __ATOMIC_RELAXED);
}

static inline void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->holder, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&lock->owner, lock->owner + 1, __ATOMIC_RELEASE);
}

/** Return: 1 if the lock was taken. */
static inline int spin_trylock(struct spinlock *lock)
{
	uint32_t owner = __atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE);
	uint32_t expected = owner;

	if (!__atomic_compare_exchange_n(&lock->next, &expected, owner + 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return 0;
	__atomic_store_n(&lock->holder, lock_holder(), __ATOMIC_RELAXED);
	return 1;
}

#endif
