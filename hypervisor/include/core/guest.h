/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every architecture's part of a cell begins with: who its vCPUs are, its time, and an empty stage 2. For that
 * struct cell_arch has the same members everywhere: @id, @is_root, @vcpu_count, @stage2, @time, and by vCPU @slot and
 * @hwid, which is its name in the guest.
 */
#ifndef CORE_GUEST_H
#define CORE_GUEST_H

#include <arch/types.h>
#include <bulkhead/config.h>
#include <bulkhead/errors.h>

/** guest_check() - are there not more vCPUs than there can be? Pure. Fills @error. Return: 0 or error code. */
int guest_check(const struct bh_config_cell *config, struct bh_error *error);

/**
 * struct guest_part - something that a cell has of the architecture; a table of them ends with one without @init
 * @init: @config: NULL for root. Return: 0 or error code, with everything undone.  @exit: may be NULL.
 */
struct guest_part {
	int (*init)(struct cell_arch *cell, const struct bh_config_cell *config);
	void (*exit)(struct cell_arch *cell);
};

/**
 * guest_init() - arch_cell_init(): what all architectures have, then the @parts
 * Root's vCPUs have the names of the machine's CPUs and their slots; guests count theirs from 0.
 * @config: NULL for root, which guest_root() gives from then on.  Return: 0 or error code, with everything undone.
 */
int guest_init(struct cell_arch *cell, const struct bh_config_cell *config, unsigned int id,
	       const struct guest_part *parts, struct bh_error *error);

/** Undo it, backward. No CPU of the cell runs; stage 2 is empty but for tables. */
void guest_exit(struct cell_arch *cell, const struct guest_part *parts);

/** The root cell, NULL before it exists. */
struct cell_arch *guest_root(void);

/** guest_find_vcpu() - the vCPU of that name; vcpu_count if there is none. */
unsigned int guest_find_vcpu(const struct cell_arch *cell, uint64_t hwid);

#endif
