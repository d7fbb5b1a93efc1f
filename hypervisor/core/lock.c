// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/lock.h>

#include <core/cpu.h>
#include <core/log.h>

uint32_t lock_abandoned[CONFIG_MAX_CPUS];

void lock_abandon(void)
{
	__atomic_fetch_add(&lock_abandoned[arch_cpu_self()], 1, __ATOMIC_RELEASE);
}

static int is_gone(uint32_t holder)
{
	unsigned int slot = (holder & 0xffff) - 1;

	return holder && slot < CONFIG_MAX_CPUS &&
	       (uint16_t)__atomic_load_n(&lock_abandoned[slot], __ATOMIC_ACQUIRE) != holder >> 16;
}

/* Whoever takes the holder's name away is the one that passes the lock on: nobody does so twice. */
int lock_take_over(struct spinlock *lock)
{
	uint32_t holder = __atomic_load_n(&lock->holder, __ATOMIC_RELAXED);

	if (!is_gone(holder) ||
	    !__atomic_compare_exchange_n(&lock->holder, &holder, 0, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return 0;
	__atomic_fetch_add(&lock->owner, 1, __ATOMIC_RELEASE);
	return 1;
}

void lock_wait(struct spinlock *lock, uint32_t ticket)
{
	int taken_over = 0;

	while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket) {
		taken_over |= lock_take_over(lock);
		arch_cpu_relax();
	}
	if (taken_over)
		log_error("a lock was taken over from a CPU that had failed: what it guards may be half changed");
}
