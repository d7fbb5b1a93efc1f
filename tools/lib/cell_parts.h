/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cell file becomes a blob in these steps, each of which adds all errors that it finds:
 *
 *	cell.c          the file, names and times, the blob
 *	cell_cpus.c     CPUs
 *	cell_memory.c   RAM
 *	cell_devices.c  interrupts, virtual devices
 *	cell_passed.c   passed-through nodes; cell_registers.c: the same without a device tree
 *	cell_pci.c      PCI functions
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

/** One entry of 'devices'; cell_check_passed() when all are read. */
void cell_read_passthrough(struct cell_load *load, const struct node *source);
/** Registers by their address. */
void cell_read_registers(struct cell_load *load, const struct node *source);
void cell_check_passed(struct cell_load *load);
/** A PCI function, x86-64; cell_check_pci() when all are read. */
void cell_read_pci(struct cell_load *load, const struct node *source);
void cell_check_pci(struct cell_load *load);

/** @node: the device's in the board's tree, < 0: given by number. */
void cell_add_irq(struct cell_load *load, uint64_t intid, const char *name, struct place place, int node);
int cell_has_passed_irq(const struct cfg_cell *cell, uint32_t irq);
/** '40 (spi 8)' */
const char *irq_text(const struct cell_load *load, uint32_t irq);

/** A new region at the end of the cell's memory. */
struct cell_memory *cell_add_memory(struct cell_load *load, const char *name, struct place place);

#endif
