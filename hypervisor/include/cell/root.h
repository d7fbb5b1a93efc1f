/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The root cell: what was the whole machine, minus what is taken away. Steps of enable. */
#ifndef CELL_ROOT_H
#define CELL_ROOT_H

#include <core/pagetable.h>

#define ROOT_PROT (PT_READ | PT_WRITE | PT_EXEC)

/** Table of cells, root's entry, its architecture part, its CPUs. Return: 0 or error code. */
int root_cell_init(void);
void root_cell_exit(void);

/** Root's stage 2. Return: 0 or error code. */
int root_memory_init(void);
void root_memory_exit(void);

#endif
