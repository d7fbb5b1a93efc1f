/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Components: what a cell can have (memory, interrupts, devices, communication page...) registers itself
 * with one
 * const record; control only iterates. NULL = nothing to do.
 */
#ifndef CORE_COMPONENT_H
#define CORE_COMPONENT_H

#include <bulkhead/config.h>
#include <bulkhead/errors.h>

struct cell;

enum component_phase { COMPONENT_CELL = 0, COMPONENT_DEVICE = 1, COMPONENT_CONTROL = 2, COMPONENT_PHASES };

/**
 * struct component - a component's standard interface
 * @phase: order; inside a phase the order is the link order and must not matter.
 * @init, @exit: at enable and disable; @init returns 0 or an error code.
 * @cell_check: pure; may refuse a cell (fills @error).
 * @cell_prepare: takes what may run out (memory, pages); returns 0 or an error code; undone by @cell_exit.
 * @cell_commit: cannot fail.
 * @cell_reset: before each start: power-on state.
 * @cell_exit: gives everything back; also after a prepare that another component refused.
 */
struct component {
	const char *name;
	enum component_phase phase;
	int (*init)(void);
	void (*exit)(void);
	int (*cell_check)(const struct bh_config_cell *config, struct bh_error *error);
	int (*cell_prepare)(struct cell *cell, struct bh_error *error);
	void (*cell_commit)(struct cell *cell);
	void (*cell_reset)(struct cell *cell);
	void (*cell_exit)(struct cell *cell);
};

#define COMPONENT(identifier)                                                                      \
	static const struct component component_##identifier;                                      \
	static const struct component *const component_entry_##identifier                          \
		__attribute__((used, section("bh_components"))) = &component_##identifier;         \
	static const struct component component_##identifier

/*
 * The linker makes these for a section whose name is a C identifier; weak: a test may link no component at
 * all.
 */
extern const struct component *const __start_bh_components[] __attribute__((weak));
extern const struct component *const __stop_bh_components[] __attribute__((weak));

/** All components of all phases in order: for_each_component(c, i) */
unsigned int component_count(void);
const struct component *component_get(unsigned int index); /* sorted by phase */

#endif
