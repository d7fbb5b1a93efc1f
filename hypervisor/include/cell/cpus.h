/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The CPUs of a cell. */
#ifndef CELL_CPUS_H
#define CELL_CPUS_H

#include <bulkhead/errors.h>
#include <core/cpu.h>

struct cell;

/** Set request bits on all CPUs of @cell and kick them (those that never came are left out). */
void cpus_request(struct cell *cell, uint32_t bits);

/** How many are parked (or never came). */
unsigned int cpus_parked(const struct cell *cell);

/**
 * cpus_quiet() - is every CPU of a stopped cell parked, with nothing on its way to it?
 * @busy: if not NULL: slot of a CPU that is not.  Return: 1 yes, 0 no.
 */
int cpus_quiet(const struct cell *cell, unsigned int *busy);

/** Does no CPU of @cell run its guest at the moment? */
int cpus_none_running(const struct cell *cell, unsigned int *busy);

/**
 * cpus_launch() - start a parked CPU, or one that was never here
 * Context: pending_on of @cpu is held by the caller; it is cleared when the CPU has started.
 * Return: 0; or BH_E_HARDWARE: firmware refused, pending_on is free again.
 */
int cpus_launch(struct cpu *cpu, uint64_t entry, uint64_t arg);

/**
 * Take the right to switch @cpu on, or to move it to another cell. Return: 1 taken, 0 somebody else has it.
 */
int cpus_claim(struct cpu *cpu);
void cpus_release(struct cpu *cpu);

/** Owner of a CPU: changes while others look. */
static inline struct cell *cpus_owner(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->cell, __ATOMIC_ACQUIRE);
}

/** All slots to the root cell. Context: enable. */
void cpus_give_all_to_root(void);

#endif
