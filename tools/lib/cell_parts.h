/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cell file becomes a blob in these steps, each of which adds all errors that it finds:
 *
 *	cell.c          the file, names and times, the blob
 *	cell_cpus.c     CPUs
 *	cell_memory.c   RAM
 *	cell_devices.c  interrupts, passed-through nodes, virtual devices
 *	cell_check.c    all of them against each other and against the board
 */
#ifndef CFG_CELL_PARTS_H
#define CFG_CELL_PARTS_H

#include "isa.h"

void cell_read_cpus(struct cell_load *load);
void cell_read_memory(struct cell_load *load);
void cell_read_interrupts(struct cell_load *load);
void cell_read_devices(struct cell_load *load);
void cell_check(struct cell_load *load);

/** A new region at the end of the cell's memory. */
struct cell_memory *cell_add_memory(struct cell_load *load, const char *name, struct place place);

#endif
