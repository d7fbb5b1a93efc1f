/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state machine of a cell. */
#ifndef CELL_STATE_H
#define CELL_STATE_H

#include <bulkhead/errors.h>
#include <bulkhead/hypercall.h>
#include <bulkhead/info.h>

struct cell;

/* X(NAME, "as the log says it") */
#define CELL_EVENTS(X)             \
	X(CREATE, "create")        \
	X(LOAD, "load")            \
	X(START, "start")          \
	X(SUSPEND, "suspend")      \
	X(RESUME, "resume")        \
	X(ASK, "shutdown request") \
	X(DENY, "shutdown denied") \
	X(FORCE, "forced stop")    \
	X(END, "guest's own end")  \
	X(FAIL, "failure")         \
	X(DESTROY, "destroy")      \
	X(GONE, "end of destroy")

enum cell_event {
#define CELL_EVENT_ENUM(name, text) CELL_EVENT_##name,
	CELL_EVENTS(CELL_EVENT_ENUM)
#undef CELL_EVENT_ENUM
		CELL_EVENT_COUNT
};

#define STATE_REFUSED (-1)

/** Next state after @event in @state, STATE_REFUSED if the event is not possible there. Pure. */
int state_next(unsigned int state, unsigned int event);

const char *state_name(unsigned int state);
const char *state_event_name(unsigned int event);

/**
 * state_change() - let @event happen to @cell
 * Updates the info area and tells root. Its CPUs are not touched: that is the caller's part.
 * @reason: recorded with the change if not NULL.
 * @error: may be NULL; on refusal index is the cell, low the state, high the event.
 * Return: 0 (also if @event leaves the state as it is), or BH_E_STATE. Any CPU, any context.
 */
int state_change(struct cell *cell, enum cell_event event, const struct bh_record *reason,
		 struct bh_error *error);

#endif
