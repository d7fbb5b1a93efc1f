/* SPDX-License-Identifier: GPL-2.0-only */
/* State changes of cells: the hypervisor's interrupt becomes uevents and wake-ups. */
#ifndef DRIVER_EVENT_H
#define DRIVER_EVENT_H

#include <linux/types.h>
#include <linux/wait.h>

/** event_start() - listen on the board file's interrupt @number; 0: look now and then. Return: 0, -errno. */
int event_start(u32 number);
void event_stop(void);

/** event_scan() - look for changes now. Context: process; no lock of ours but the outermost. */
void event_scan(void);

/** event_note() - @count state changes were seen: wake everybody. */
void event_note(u64 count);

/** event_count() - state changes so far. */
u64 event_count(void);

/** event_queue() - woken at each state change. */
wait_queue_head_t *event_queue(void);

#endif
