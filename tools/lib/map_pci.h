/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI functions of the partition map. */
#ifndef MAP_PCI_H
#define MAP_PCI_H

#include "internal.h"
#include "map.h"

/** Fill in @map's PCI functions: the cells' first, then root's, if the machine is known. */
void map_make_pci(struct map *map, struct arena *arena, struct cfg_board *board,
		  struct cfg_cell *const *cells, size_t count);

#endif
