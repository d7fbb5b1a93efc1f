/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cells: a fixed table, id 0 is the root cell. A handle is id and generation, so that a stale one is
 * harmless.
 */
#ifndef CELL_CELL_H
#define CELL_CELL_H

#include <arch/types.h>
#include <bulkhead/config.h>
#include <bulkhead/errors.h>
#include <bulkhead/hypercall.h>
#include <bulkhead/info.h>
#include <core/cpu.h>
#include <core/lock.h>
#include <core/log.h>

#define CELL_ROOT 0u

/**
 * struct cell - a cell
 * @arch: stage 2, virtual interrupt controller.  @id: place in the table.
 * @generation: counts uses of this place; upper half of the handle.
 * @used: the place is taken (control lock); visible to handles when @state is not NONE.
 * @state: enum bh_cell_state (atomic; changed by cell_transition() alone).
 * @lock: serialises changes of @state, @reason and the info entry: bounded work.
 * @events, @starts: count state changes and starts (under @lock).
 * @reason: why it stopped last (under @lock).
 * @config: copy of its blob in the hypervisor's pages, host addresses filled in; NULL for root.
 * @cpu_count, @slots: its CPUs by vCPU number.
 * @memory: bytes of RAM that it owns (atomic; changed under the control lock).
 * @committed: root has given its resources up.
 * @loaded: loadable regions are mapped into root.
 * @flush_next: next 2 MiB block to flush before a start.
 * @scrub_started: its CPUs are parked and the scrub list is open.
 * @scrub_next, @scrub_done: next block to scrub, and how many are (atomic: several CPUs take part).
 * @scrubbers: CPUs that still look at the scrub list (atomic).
 * @park_deadline: when its CPUs must be parked after a stop.
 * @log_limit: budget for messages that it provokes.
 */
struct cell {
	struct cell_arch arch;
	uint32_t id;
	uint32_t generation;
	uint32_t used;
	uint32_t state;
	struct spinlock lock;
	uint32_t events;
	uint32_t starts;
	struct bh_record reason;
	struct bh_config_cell *config;
	uint32_t config_pages;
	uint32_t cpu_count;
	uint16_t slots[CONFIG_MAX_CPUS];
	uint64_t memory;
	uint32_t committed;
	uint32_t loaded;
	uint64_t flush_next;
	uint32_t scrub_started;
	uint64_t scrub_next;
	uint64_t scrub_done;
	uint32_t scrubbers;
	uint64_t park_deadline;
	struct log_limit log_limit;
};

/** Forget all cells. Context: enable, first CPU. */
void cell_table_init(void);

/** @id < BH_MAX_CELLS. */
struct cell *cell_get(unsigned int id);
struct cell *cell_root(void);

/** The cell that owns the executing CPU. */
struct cell *cell_self(void);

/** Take a free place in the table. Context: control lock. Return: NULL if there is none. */
struct cell *cell_alloc(void);

/** Give the place back; handles of it become stale. Context: control lock, state NONE. */
void cell_free(struct cell *cell);

uint32_t cell_handle(const struct cell *cell);

/** cell_find() - the cell of a handle. Return: NULL if there is no such cell. */
struct cell *cell_find(uint64_t handle);

/** Does a guest cell with this name exist? @name: BH_NAME_SIZE bytes. */
int cell_name_taken(const char *name);

/** Guest cells that exist. */
unsigned int cell_guest_count(void);

/** Guest cells that run, are suspended or stop at the moment. */
unsigned int cell_live_count(void);

static inline uint32_t cell_state(const struct cell *cell)
{
	return __atomic_load_n(&cell->state, __ATOMIC_ACQUIRE);
}

static inline int cell_is_root(const struct cell *cell)
{
	return cell->id == CELL_ROOT;
}

/** Bring the cell's entry in the info area up to date. Context: cell->lock. */
void cell_publish_locked(struct cell *cell);

/** The same with the lock taken. */
void cell_publish(struct cell *cell);

#endif
