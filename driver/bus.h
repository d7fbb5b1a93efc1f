/* SPDX-License-Identifier: GPL-2.0-only */
/* Cells are devices on the bus "bulkhead": /sys/bus/bulkhead/devices/NAME, with uevents for state changes. */
#ifndef DRIVER_BUS_H
#define DRIVER_BUS_H

#include <bulkhead/config.h>
#include <bulkhead/info.h>

struct cell;

int bus_init(void);
void bus_exit(void);

/** bus_new() - a cell with one reference, not visible yet; on success @blob belongs to it. */
struct cell *bus_new(struct bh_config_cell *blob);

/** bus_add() - make it visible. Return: 0 or -errno.  bus_remove() - the opposite. */
int bus_add(struct cell *cell);
void bus_remove(struct cell *cell);

/** bus_changed() - tell the world that the cell's state is now as in @info. */
void bus_changed(struct cell *cell, const struct bh_cell_info *info);

#endif
