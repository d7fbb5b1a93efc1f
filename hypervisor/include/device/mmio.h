/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Emulated device registers of a cell: who answers where, in memory and at I/O ports. */
#ifndef DEVICE_MMIO_H
#define DEVICE_MMIO_H

#include <arch/upcall.h>
#include <bulkhead/types.h>

struct cell;

#define MMIO_MAX_REGIONS 8u

/**
 * struct mmio_ops - a kind of device
 * @access: @offset is relative to the region; reads put their value into access->value. Always succeeds: what
 * a register does not know reads as zero and ignores writes.
 */
struct mmio_ops {
	const char *name;
	void (*access)(void *device, uint64_t offset, struct mmio_access *access);
};

/**
 * mmio_add() - let @ops answer in [@base, @base + @size) of @cell
 * Context: commit of a device; the cell stands. Regions do not overlap (configuration check).
 */
void mmio_add(struct cell *cell, uint64_t base, uint64_t size, const struct mmio_ops *ops, void *device);

/** mmio_add_ports() - the same for I/O ports @first to @first + @count - 1. */
void mmio_add_ports(struct cell *cell, uint64_t first, uint64_t count, const struct mmio_ops *ops, void *device);

#endif
