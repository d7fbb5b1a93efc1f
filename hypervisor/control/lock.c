// SPDX-License-Identifier: GPL-2.0-or-later
#include <control/lock.h>

#include <core/lock.h>

static struct spinlock control;

int lock_control_try(void)
{
	return spin_trylock(&control);
}

void lock_control_release(void)
{
	spin_unlock(&control);
}

void lock_control_init(void)
{
	control = (struct spinlock){ 0 };
}
