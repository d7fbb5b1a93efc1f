/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Communication page: heartbeat, shutdown request and reply. What a cell says there only ever affects itself.
 */
#ifndef DEVICE_COMM_H
#define DEVICE_COMM_H

#include <bulkhead/types.h>

struct cell;

/** Has the cell one? */
int comm_present(const struct cell *cell);

/** Current heartbeat, 0 without a page. Context: control lock (so that the page stays). */
uint64_t comm_heartbeat(const struct cell *cell);

/** Put the shutdown request into the page. Context: control lock. */
void comm_ask_shutdown(struct cell *cell);

/** The guest's reply (enum bh_comm_reply) to the request that stands; taken out of the page. */
unsigned int comm_take_reply(struct cell *cell);

/** Begin to measure anew: after start and resume. */
void comm_watch_start(struct cell *cell);

/** Has the heartbeat stood still for longer than the cell's watchdog_ms? Context: control lock. */
int comm_watch_expired(struct cell *cell);

#endif
