/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control lock: one control operation at a time; it is only ever tried, and never held across calls. */
#ifndef CONTROL_LOCK_H
#define CONTROL_LOCK_H

/** Return: 1 taken, 0: answer BH_E_BUSY. */
int lock_control_try(void);

/**
 * lock_control_is_damaged() - did a CPU fail in the middle of a control operation?
 * Then nobody knows how far it came: cells may be ended, and the hypervisor disabled, and no more.
 */
int lock_control_is_damaged(void);
void lock_control_release(void);

/** Forget it. Context: enable, first CPU. */
void lock_control_init(void);

#endif
