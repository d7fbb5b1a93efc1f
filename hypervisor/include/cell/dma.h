/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What devices reach of memory: by way of the IOMMU, where there is one, what the cell that owns them has as RAM, at
 * the cell's own addresses. The tables follow cell/memory.c.
 */
#ifndef CELL_DMA_H
#define CELL_DMA_H

#include <bulkhead/config.h>
#include <bulkhead/errors.h>

struct cell;

/** Root's table: all RAM but the hypervisor's. A step of enable. Return: 0 or error code. */
int dma_root_init(void);

/** Map @region of @cell's RAM for its devices, and prepare root's table for losing it. Return: 0 or error code. */
int dma_map(struct cell *cell, const struct bh_config_memory *region);

/** Take it from @cell's devices. */
void dma_unmap(struct cell *cell, const struct bh_config_memory *region);

/** Take it from root's devices, and give it back. Cannot fail after dma_map(). */
void dma_take_from_root(const struct bh_config_memory *region);
void dma_give_to_root(const struct bh_config_memory *region);

/** PCI functions of a cell's configuration. */
const struct bh_config_pci *dma_functions(const struct bh_config_cell *config, uint32_t *count);

/** Who owns @function (segment << 16 | requester id): root, if no guest does. */
struct cell *dma_owner(uint32_t function);

/** The devices of @cell reach nothing until it starts again. Context: control lock. */
void dma_block(struct cell *cell);

/** One of them. Any context. */
void dma_block_function(uint32_t function);

static inline uint32_t dma_id(const struct bh_config_pci *pci)
{
	return (uint32_t)pci->segment << 16 | pci->function;
}

#endif
