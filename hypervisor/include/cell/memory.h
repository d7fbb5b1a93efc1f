/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of cells. RAM comes from the pool in whole 2 MiB blocks, each of which has one owner; what no guest
 * owns is root's. MMIO is taken from root page by page. Root's stage 2 is prepared before anything is taken
 * away.
 */
#ifndef CELL_MEMORY_H
#define CELL_MEMORY_H

#include <bulkhead/config.h>
#include <bulkhead/errors.h>
#include <lib/addr.h>

struct cell;

/** Bytes of RAM of a cell's configuration. */
uint64_t memory_ram_size(const struct bh_config_cell *config);

/** 2 MiB blocks of RAM of @cell. */
uint64_t memory_blocks(const struct cell *cell);

/** Host address of block @index (< memory_blocks()). */
hpa_t memory_block(const struct cell *cell, uint64_t index);

/**
 * Map the loadable regions into root, writable, and take them away again. Context: control lock, cell stands.
 */
void memory_load(struct cell *cell);
void memory_unload(struct cell *cell);

/** Make what root wrote into block @index visible to a guest whose caches are off. */
void memory_flush_block(const struct cell *cell, uint64_t index);

/** Zero block @index. */
void memory_scrub_block(const struct cell *cell, uint64_t index);

/**
 * memory_read_root() - copy from RAM of the root cell
 * @address: guest-physical, any alignment. Context: control lock (so that nobody takes it away meanwhile).
 * Return: 0, or BH_E_FAULT when a part of it is not root's RAM.
 */
int memory_read_root(uint64_t address, void *to, uint64_t size, struct bh_error *error);

/** Is [@base, @base + @size) (no wrap) disjoint from [@other, @other + @other_size)? */
static inline int memory_disjoint(uint64_t base, uint64_t size, uint64_t other, uint64_t other_size)
{
	return !size || !other_size || base > other + (other_size - 1) || other > base + (size - 1);
}

/** Owner (cell id) of the pool block that holds @address: for tests and checks; -1 outside the pool. */
int memory_block_owner(uint64_t address);

#endif
