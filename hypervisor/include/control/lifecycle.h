/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Life of a cell, as the hypercalls drive it. Context of all: a root CPU that holds the control lock. Each
 * does at most one slice of work and returns BH_E_AGAIN with its progress kept in the cell.
 */
#ifndef CONTROL_LIFECYCLE_H
#define CONTROL_LIFECYCLE_H

#include <bulkhead/errors.h>
#include <bulkhead/types.h>
#include <cell/cell.h>
#include <cell/state.h>

/** @address, @size: blob in root's RAM. Return: 0 and *cell, or error code with @error filled. */
int lifecycle_create(uint64_t address, uint64_t size, struct cell **cell, struct bh_error *error);

int lifecycle_load(struct cell *cell, struct bh_error *error);
int lifecycle_start(struct cell *cell, struct bh_error *error);
int lifecycle_ask(struct cell *cell, struct bh_error *error);
int lifecycle_force(struct cell *cell, struct bh_error *error);
int lifecycle_suspend(struct cell *cell, struct bh_error *error);
int lifecycle_resume(struct cell *cell, struct bh_error *error);
int lifecycle_destroy(struct cell *cell, struct bh_error *error);

/** Look at heartbeat and reply of a cell: may stop or fail it. */
void lifecycle_watch(struct cell *cell);

/**
 * lifecycle_end() - a cell's run ends by itself (END, FAIL) or by root (FORCE): change the state, park its
 * CPUs Any CPU; the control lock is not needed. A cell that has ended already keeps its first reason.
 */
void lifecycle_end(struct cell *cell, enum cell_event event, const struct bh_record *reason);

/** The same with nothing to say but the kind (enum bh_reason). */
void lifecycle_end_because(struct cell *cell, enum cell_event event, uint32_t reason);

#endif
