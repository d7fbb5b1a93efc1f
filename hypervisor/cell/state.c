// SPDX-License-Identifier: GPL-2.0-or-later
#include <cell/state.h>

#include <cell/cell.h>
#include <cell/event.h>
#include <lib/errors.h>

/* Entries are state + 1, so that what is not mentioned is refused. */
#define TO(state) (BH_CELL_##state + 1)
#define IN(state) [BH_CELL_##state]
#define ON(event) [CELL_EVENT_##event]

/*
 * A cell's own CPUs bring END and FAIL at any moment, also when root has just stopped or suspended it; what
 * is already over stays as it is. FORCE and SUSPEND are repeated by the caller until the CPUs obey, so they
 * are possible again in the state that they lead to.
 */
/* clang-format off */
static const uint8_t next_state[BH_CELL_STATE_COUNT][CELL_EVENT_COUNT] = {
	IN(NONE) = { ON(CREATE) = TO(CREATED) },
	IN(CREATED) = { ON(LOAD) = TO(LOADING), ON(START) = TO(RUNNING), ON(DESTROY) = TO(DESTROYING) },
	IN(LOADING) = { ON(LOAD) = TO(LOADING), ON(START) = TO(RUNNING), ON(DESTROY) = TO(DESTROYING) },
	IN(RUNNING) = { ON(SUSPEND) = TO(SUSPENDED), ON(RESUME) = TO(RUNNING), ON(ASK) = TO(STOPPING),
			ON(FORCE) = TO(STOPPED), ON(END) = TO(STOPPED), ON(FAIL) = TO(FAILED),
			ON(DESTROY) = TO(DESTROYING) },
	IN(SUSPENDED) = { ON(SUSPEND) = TO(SUSPENDED), ON(RESUME) = TO(RUNNING), ON(FORCE) = TO(STOPPED),
			  ON(END) = TO(STOPPED), ON(FAIL) = TO(FAILED), ON(DESTROY) = TO(DESTROYING) },
	IN(STOPPING) = { ON(ASK) = TO(STOPPING), ON(DENY) = TO(RUNNING), ON(FORCE) = TO(STOPPED),
			 ON(END) = TO(STOPPED), ON(FAIL) = TO(FAILED), ON(DESTROY) = TO(DESTROYING) },
	IN(STOPPED) = { ON(LOAD) = TO(LOADING), ON(START) = TO(RUNNING), ON(FORCE) = TO(STOPPED),
			ON(DESTROY) = TO(DESTROYING) },
	IN(FAILED) = { ON(LOAD) = TO(LOADING), ON(START) = TO(RUNNING), ON(FORCE) = TO(FAILED),
		       ON(DESTROY) = TO(DESTROYING) },
	IN(DESTROYING) = { ON(DESTROY) = TO(DESTROYING), ON(GONE) = TO(NONE) },
};
/* clang-format on */

static const char *const event_names[CELL_EVENT_COUNT] = {
#define EVENT_NAME(name, text) [CELL_EVENT_##name] = text,
	CELL_EVENTS(EVENT_NAME)
#undef EVENT_NAME
};

static const char *const state_names[BH_CELL_STATE_COUNT] = {
#define STATE_NAME(name, number, text) [number] = text,
	BH_CELL_STATES(STATE_NAME)
#undef STATE_NAME
};

int state_next(unsigned int state, unsigned int event)
{
	if (state >= BH_CELL_STATE_COUNT || event >= CELL_EVENT_COUNT)
		return STATE_REFUSED;
	return (int)next_state[state][event] - 1;
}

const char *state_name(unsigned int state)
{
	return state < BH_CELL_STATE_COUNT ? state_names[state] : "?";
}

const char *state_event_name(unsigned int event)
{
	return event < CELL_EVENT_COUNT ? event_names[event] : "?";
}

/* A cell that starts anew has no reason yet for having stopped. */
static void note_reason(struct cell *cell, enum cell_event event, const struct bh_record *reason)
{
	if (reason)
		cell->reason = *reason;
	else if (event == CELL_EVENT_START)
		cell->reason = (struct bh_record){ .kind = BH_REASON_NONE };
}

static void enter_locked(struct cell *cell, unsigned int to, enum cell_event event,
			 const struct bh_record *reason)
{
	note_reason(cell, event, reason);
	cell->events++;
	if (event == CELL_EVENT_START)
		cell->starts++;
	__atomic_store_n(&cell->state, to, __ATOMIC_SEQ_CST);
	cell_publish_locked(cell);
}

int state_change(struct cell *cell, enum cell_event event, const struct bh_record *reason,
		 struct bh_error *error)
{
	unsigned int from;
	int to;

	spin_lock(&cell->lock);
	from = cell_state(cell);
	to = state_next(from, event);
	if (to != STATE_REFUSED && (unsigned int)to != from)
		enter_locked(cell, (unsigned int)to, event, reason);
	spin_unlock(&cell->lock);

	if (to == STATE_REFUSED)
		return error_set(error, BH_E_STATE, BH_OBJ_CELL, cell->id, from, event);
	if ((unsigned int)to != from) {
		log_debug("cell %u: %s, now %s", cell->id, event_names[event], state_names[to]);
		event_raise();
	}
	return BH_E_OK;
}
