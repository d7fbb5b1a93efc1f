// SPDX-License-Identifier: GPL-2.0-or-later
#include <control/lock.h>

#include <arch/upcall.h>
#include <cell/cell.h>
#include <core/lock.h>
#include <core/log.h>

static struct spinlock control;
static uint32_t damaged; /* atomic */

int lock_control_try(void)
{
	if (spin_trylock(&control))
		return 1;
	if (lock_take_over(&control)) {
		__atomic_store_n(&damaged, 1, __ATOMIC_RELAXED);
		log_error("a control operation was cut short by an error of the hypervisor: cells can only be ended");
	}
	return spin_trylock(&control);
}

int lock_control_is_damaged(void)
{
	return (int)__atomic_load_n(&damaged, __ATOMIC_RELAXED);
}

void lock_control_release(void)
{
	spin_unlock(&control);
}

void lock_control_init(void)
{
	control = (struct spinlock){ 0 };
	damaged = 0;
}

int upcall_map_hold(void)
{
	return !cell_is_root(cell_self()) || lock_control_try();
}

void upcall_map_release(void)
{
	if (cell_is_root(cell_self()))
		lock_control_release();
}
