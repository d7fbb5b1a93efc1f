// SPDX-License-Identifier: GPL-2.0-or-later
/* The partition map's PCI functions (x86-64): those of the cells by their blobs, root's as the machine shows them. */
#include "map_pci.h"

#include "pc.h"

#include <lib/config.h>

#include <string.h>

struct pci_maker {
	struct map *map;
	struct arena *arena;
	const struct pc *pc; /* NULL: root's are not known */
};

static void add(struct pci_maker *maker, const struct map_pci *entry)
{
	struct map *map = maker->map;

	map->pci = arena_grow(maker->arena, map->pci, map->pci_count, sizeof(*map->pci));
	map->pci[map->pci_count++] = *entry;
}

static void describe(const struct pci_maker *maker, const struct pci_function *function,
		     struct map_pci *entry)
{
	entry->kind = function ? pci_kind(function) : "";
	if (function)
		entry->ids = arena_printf(maker->arena, "%04x:%04x", function->vendor, function->device);
}

static int is_taken(const struct map *map, const char *name)
{
	for (size_t i = 0; i < map->pci_count; i++) {
		if (!strcmp(map->pci[i].name, name))
			return 1;
	}
	return 0;
}

static void add_cell(struct pci_maker *maker, const struct bh_config_cell *cell, uint32_t owner)
{
	const struct bh_config_pci *list = CONFIG_ARRAY(struct bh_config_pci, cell, x86.pci);

	for (uint32_t i = 0; i < cell->x86.pci.count; i++) {
		struct map_pci entry = { owner, pci_text(maker->arena, list[i].segment, list[i].function), "",
					 "", !!(list[i].flags & BH_PCI_DMA_UNPROTECTED) };

		describe(maker, maker->pc ? pci_find(maker->pc, list[i].segment, list[i].function) : NULL,
			 &entry);
		add(maker, &entry);
	}
}

void map_make_pci(struct map *map, struct arena *arena, struct cfg_board *board,
		  struct cfg_cell *const *cells, size_t count)
{
	struct cfg_messages ignored = { 0 };
	struct pci_maker maker = { map, arena, NULL };

	if (cfg_board_blob(board, NULL)->header.arch != BH_ARCH_X86_64)
		return;
	maker.pc = board_pc(board, &ignored);
	cfg_messages_free(&ignored);
	for (size_t i = 0; i < count; i++)
		add_cell(&maker, cfg_cell_blob(cells[i], NULL), MAP_OWNER_CELLS + (uint32_t)i);
	for (uint32_t i = 0; maker.pc && i < maker.pc->pci_count; i++) {
		struct map_pci entry = { MAP_OWNER_ROOT, maker.pc->pci[i].name, "", "", false };

		describe(&maker, &maker.pc->pci[i], &entry);
		if (!is_taken(map, entry.name))
			add(&maker, &entry);
	}
}
