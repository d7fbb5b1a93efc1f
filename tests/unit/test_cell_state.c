// SPDX-License-Identifier: GPL-2.0-or-later
/* Every state and every event: what the table says, and that state_change() does exactly that. */
#include "machine.h"

#include <cell/state.h>

#define NO STATE_REFUSED

/* Written down a second time, by hand: rows are states, columns the events in their order. */
/* clang-format off */
static const int expected[BH_CELL_STATE_COUNT][CELL_EVENT_COUNT] = {
	/*                CREATE LOAD START SUSPEND RESUME ASK DENY FORCE END FAIL DESTROY GONE */
	/* none */       { 1, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO },
	/* created */    { NO, 2, 3, NO, NO, NO, NO, NO, NO, NO, 8, NO },
	/* loading */    { NO, 2, 3, NO, NO, NO, NO, NO, NO, NO, 8, NO },
	/* running */    { NO, NO, NO, 4, 3, 5, NO, 6, 6, 7, 8, NO },
	/* suspended */  { NO, NO, NO, 4, 3, NO, NO, 6, 6, 7, 8, NO },
	/* stopping */   { NO, NO, NO, NO, NO, 5, 3, 6, 6, 7, 8, NO },
	/* stopped */    { NO, 2, 3, NO, NO, NO, NO, 6, NO, NO, 8, NO },
	/* failed */     { NO, 2, 3, NO, NO, NO, NO, 7, NO, NO, 8, NO },
	/* destroying */ { NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 8, 0 },
};
/* clang-format on */

static void test_table(void **unused)
{
	for (unsigned int state = 0; state < BH_CELL_STATE_COUNT; state++) {
		for (unsigned int event = 0; event < CELL_EVENT_COUNT; event++)
			assert_int_equal(state_next(state, event), expected[state][event]);
	}
	assert_int_equal(state_next(BH_CELL_STATE_COUNT, 0), STATE_REFUSED);
	assert_int_equal(state_next(0, CELL_EVENT_COUNT), STATE_REFUSED);
	assert_int_equal(state_next(~0u, ~0u), STATE_REFUSED);
}

static void test_names(void **unused)
{
	for (unsigned int state = 0; state < BH_CELL_STATE_COUNT; state++)
		assert_true(strlen(state_name(state)) > 1);
	for (unsigned int event = 0; event < CELL_EVENT_COUNT; event++)
		assert_true(strlen(state_event_name(event)) > 1);
	assert_string_equal(state_name(99), "?");
	assert_string_equal(state_event_name(99), "?");
}

/* Every state leads to none: nothing that a cell can become stays for ever. */
static void test_every_state_ends(void **unused)
{
	for (unsigned int state = 1; state < BH_CELL_STATE_COUNT; state++) {
		assert_int_equal(state_next(state, CELL_EVENT_DESTROY), BH_CELL_DESTROYING);
		assert_int_equal(state_next(BH_CELL_DESTROYING, CELL_EVENT_GONE), BH_CELL_NONE);
	}
}

static void try_event(struct cell *cell, unsigned int from, unsigned int event)
{
	struct bh_record reason = { .kind = BH_REASON_RESET };
	struct bh_error error = { 0 };
	uint32_t events = cell->events, edges = fake_irq_edges(&cell_root()->arch, FAKE_EVENT_IRQ);
	int code, to = expected[from][event], changes = to != STATE_REFUSED && to != (int)from;

	cell->state = from;
	code = state_change(cell, event, &reason, &error);
	assert_int_equal(code, to == STATE_REFUSED ? BH_E_STATE : BH_E_OK);
	assert_int_equal(cell->state, to == STATE_REFUSED ? from : (unsigned int)to);
	assert_int_equal(cell->events, events + (unsigned int)changes);
	assert_int_equal(fake_irq_edges(&cell_root()->arch, FAKE_EVENT_IRQ), edges + (unsigned int)changes);
	assert_int_equal(info_cell(cell->id)->sequence & 1, 0);
	if (changes)
		assert_int_equal(info_cell(cell->id)->state, to);
	if (to != STATE_REFUSED)
		return;
	assert_int_equal(error.code, BH_E_STATE);
	assert_int_equal(error.object, BH_OBJ_CELL);
	assert_int_equal(error.index, cell->id);
	assert_int_equal(error.low, from);
	assert_int_equal(error.high, event);
}

static void test_changes(void **unused)
{
	struct cell *cell;

	machine_enable(1, 1);
	fake_become(0);
	cell = cell_alloc();
	assert_non_null(cell);
	for (unsigned int state = 0; state < BH_CELL_STATE_COUNT; state++) {
		for (unsigned int event = 0; event < CELL_EVENT_COUNT; event++)
			try_event(cell, state, event);
	}
	cell->state = BH_CELL_NONE;
	fake_power_off();
}

/* A reason stays until the next start; starts beyond the first are counted as restarts. */
static void test_reason(void **unused)
{
	struct bh_record reason = { .kind = BH_REASON_MEMORY_ACCESS, .address = 0x1234, .what = "there" };
	struct cell *cell;

	machine_enable(1, 1);
	fake_become(0);
	cell = cell_alloc();
	cell->state = BH_CELL_CREATED;
	assert_int_equal(state_change(cell, CELL_EVENT_START, NULL, NULL), 0);
	assert_int_equal(info_cell(1)->restarts, 0);
	assert_int_equal(state_change(cell, CELL_EVENT_FAIL, &reason, NULL), 0);
	assert_int_equal(info_cell(1)->reason.kind, BH_REASON_MEMORY_ACCESS);
	reason.kind = BH_REASON_FORCED;
	assert_int_equal(state_change(cell, CELL_EVENT_FORCE, &reason, NULL), 0);
	assert_int_equal(info_cell(1)->reason.kind, BH_REASON_MEMORY_ACCESS);
	assert_int_equal(info_cell(1)->reason.address, 0x1234);
	assert_int_equal(state_change(cell, CELL_EVENT_START, NULL, NULL), 0);
	assert_int_equal(info_cell(1)->reason.kind, BH_REASON_NONE);
	assert_int_equal(info_cell(1)->restarts, 1);
	cell->state = BH_CELL_NONE;
	fake_power_off();
}

static void test_handles(void **unused)
{
	struct cell *cell;
	uint32_t old;

	machine_enable(1, 1);
	fake_become(0);
	cell = cell_alloc();
	old = cell_handle(cell);
	assert_null(cell_find(old)); /* not created yet */
	cell->state = BH_CELL_CREATED;
	assert_ptr_equal(cell_find(old), cell);
	assert_null(cell_find(old | 1ull << 32));
	assert_null(cell_find(old ^ 0x10000));
	assert_null(cell_find(BH_MAX_CELLS | 0x10000));
	assert_null(cell_find(0));
	assert_null(cell_find(~0ull));
	for (unsigned int turn = 0; turn < 0x20000; turn++) {
		cell->state = BH_CELL_NONE;
		cell_free(cell);
		assert_ptr_equal(cell_alloc(), cell);
		assert_int_not_equal(cell_handle(cell) >> 16, 0);
		cell->state = BH_CELL_CREATED;
		if (turn == 0)
			assert_null(cell_find(old));
		assert_ptr_equal(cell_find(cell_handle(cell)), cell);
	}
	for (unsigned int id = 2; id < BH_MAX_CELLS; id++)
		assert_int_equal(cell_alloc()->id, id);
	assert_null(cell_alloc());
	fake_power_off();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_every_state_ends),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_reason),
		cmocka_unit_test(test_handles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
