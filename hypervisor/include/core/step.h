/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Step lists: run forward, undone backward; with fault injection for tests. */
#ifndef CORE_STEP_H
#define CORE_STEP_H

#include <arch/step.h>
#include <bulkhead/errors.h>
#include <bulkhead/types.h>

/**
 * steps_run() - run all steps of a table; on failure undo those that were done
 * Records the failing step's name in the info area (last_step) and says it in the log. With
 * CONFIG_FAULT_INJECTION the image header's inject_step fails here, as error or by waiting out the deadline.
 * Return: 0 or the error code.
 */
int steps_run(const struct step *steps);

/** Undo a whole table backward. */
void steps_undo(const struct step *steps);

/**
 * Is @step to be made to fail on this CPU? Return: 0 or BH_E_INJECTED or BH_E_TIMEOUT (after the deadline).
 */
int step_injected(const char *step);

/** Remember which step failed and why (info area), first one wins until steps_clear_failure(). */
void step_failed(const char *step, int code, const struct bh_error *error);

/** Forget the failure: a new operation begins. */
void steps_clear_failure(void);

#endif
