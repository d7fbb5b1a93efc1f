/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the board's device tree says, as the machine sees it:
 *
 *	devtree.c    loading; GIC; neighbours
 *	dt_memory.c  RAM and reserved ranges
 *	dt_cpus.c    CPUs and what they share
 *	dt_index.c   tables over all nodes
 *	dt_find.c    a node by path, alias, label or the way that people spell it
 *	dt_ranges.c  registers through the buses above
 *	dt_irq.c     interrupts at the machine's controller
 *	dt_riscv.c   PLIC, APLIC and IMSIC
 *	dt_deps.c    what else a node needs: clocks, power domains, stream ids ...
 *
 * A node is its offset in the blob, which is checked once, when it is loaded, and never changes.
 */
#ifndef CFG_DEVTREE_H
#define CFG_DEVTREE_H

#include "internal.h"

enum dt_dep_kind {
	DT_CLOCK,
	DT_POWER,
	DT_RESET,
	DT_IOMMU,
	DT_DMA,
	DT_PINS,
	DT_SUPPLY,
	DT_GPIO,
	DT_PHY,
	DT_MSI,
	DT_OTHER,
	DT_DEP_KINDS
};

/* Entries of the tables below. Only nodes that are not disabled have lines and uses. */
struct dt_node {
	int node;
	int parent;
	int usable; /* neither it nor one above it is disabled */
};

struct dt_phandle {
	uint32_t phandle;
	int node;
};

struct dt_window {
	struct bh_config_range range;
	int node;
};

struct dt_line {
	uint32_t irq;
	int node;
};

struct dt_use {
	int node;
	int provider;
	enum dt_dep_kind kind;
};

/**
 * struct devtree - a checked blob
 * @intc: node of the interrupt controller that wired interrupts of devices go to, < 0: none known.
 * @nodes: all nodes, in the blob's order.  @phandles: sorted.  @windows: registers of all nodes.
 * @lines: interrupts of nodes.  @uses: which node refers to which.
 */
struct devtree {
	const void *fdt;
	const char *path;
	int intc;
	struct dt_node *nodes;
	struct dt_phandle *phandles;
	struct dt_window *windows;
	struct dt_line *lines;
	struct dt_use *uses;
	size_t node_count, phandle_count, window_count, line_count, use_count;
};

/** Fill in the tables of a tree that has nothing but @fdt. */
void dt_index(struct arena *arena, struct devtree *tree);
/** Return: offset, < 0 if there is none. */
int dt_parent(const struct devtree *tree, int node);
int dt_by_phandle(const struct devtree *tree, uint32_t phandle);
int dt_is_usable(const struct devtree *tree, int node);

/* ---- properties ---- */

uint32_t dt_cell(const void *cells, int index);
/** @count cells from @index on as a number, of which the last two count. */
uint64_t dt_cells(const void *cells, int index, int count);
uint32_t dt_u32(const void *fdt, int node, const char *name, uint32_t otherwise);
int dt_is_enabled(const void *fdt, int node);

/** The controller that wired interrupts of devices go to, dt_irq.c. Return: < 0: none that we know. */
int dt_find_intc(const void *fdt);
int devtree_has_gic(const struct devtree *tree);

/* ---- finding nodes, dt_find.c ---- */

#define DT_AMBIGUOUS (-1000) /* several nodes are called so */

/**
 * devtree_node() - a node by the user's name for it
 * @name: a path, an alias ("serial2"), a label of __symbols__ ("uart2"), each also with a path behind it;
 * or the last part of a path if it is the only one ("serial@feb60000"). Unit addresses may be written with
 * 0x, leading zeros, capitals, or be left out where there is one such node.
 * Return: offset, DT_AMBIGUOUS, or another value < 0.
 */
int devtree_node(const struct devtree *tree, const char *name);
/** The nearest name that there is, for a message; NULL if none is near. */
const char *devtree_nearest(struct arena *arena, const struct devtree *tree, const char *name);
/** The next node that has registers and 'compatible', after @node (start: 0). Return: < 0 at the end. */
int devtree_next_device(const struct devtree *tree, int node);

/* ---- reserved memory ---- */

/** @ours: set aside for the hypervisor or its cells: a node 'bulkhead...', or compatible 'bulkhead,...'. */
struct dt_reserved {
	struct bh_config_range range;
	const char *name;
	int ours;
};

/** Ranges of /memreserve/ and /reserved-memory. Return: count. */
uint32_t devtree_reserved(struct arena *arena, const struct devtree *tree, struct dt_reserved **list);

/* ---- CPUs ---- */

/**
 * struct dt_cpu - what ties CPUs together
 * @core: CPUs of one number are threads of one core.  @clock: CPUs of one number get their clock from one
 * place; both 0 if not known.
 */
struct dt_cpu {
	uint64_t hwid;
	int node;
	uint32_t core;
	uint32_t clock;
};

/** All enabled CPUs in the tree's order, as devtree_cpus(). Return: count. */
uint32_t devtree_cpu_list(struct arena *arena, const struct devtree *tree, struct dt_cpu **list);

/* ---- dependencies, dt_deps.c ---- */

/**
 * struct dt_dep - one reference from a node to another
 * @property: its name.  @node: the provider.  @cell: place of the phandle in the property, in cells.
 * @args, @count: cells behind the phandle.
 */
struct dt_dep {
	enum dt_dep_kind kind;
	const char *property;
	int node;
	int cell;
	const void *args;
	int count;
};

/**
 * devtree_deps() - what @node refers to
 * Properties whose meaning is not known are left out. Return: count.
 */
size_t devtree_deps(struct arena *arena, const struct devtree *tree, int node, struct dt_dep **deps);
/** "clocks", "a power domain"... */
const char *dt_dep_name(enum dt_dep_kind kind);
/** How references by property @name are written. Return: 1, 0 if @name is none that we know. */
int dt_dep_property(const char *name, enum dt_dep_kind *kind, const char **cells);

/**
 * struct dt_stream - DMA of a device as its IOMMU tells it apart
 * @iommu: node.  @first, @count: stream ids; PCI hosts have many.
 */
struct dt_stream {
	int iommu;
	uint32_t first, count;
};

/** 'iommus' and 'iommu-map' of @node. Return: count. */
size_t devtree_streams(struct arena *arena, const struct devtree *tree, int node, struct dt_stream **list);

/** Rate of the @index-th clock of @node if the tree says it, else 0. */
uint32_t devtree_clock_rate(const struct devtree *tree, int node, unsigned int index);

/** Can the device write memory by itself? Only known kinds are said not to. */
int devtree_may_dma(const struct devtree *tree, int node);

/**
 * devtree_riscv() - the PLIC, APLIC or IMSIC that serves S-mode of @cpus, dt_riscv.c
 * Return: 1, 0 if there is none, or not in the form of the blob.
 */
int devtree_riscv(const struct devtree *tree, const struct bh_config_cpu *cpus, uint32_t count,
		  struct bh_config_riscv *riscv);

/** Frames of the interrupt controller that a cell must not reach: ITS, MBI, v2m. Return: 1, 0 no more. */
int devtree_msi_frame(const struct devtree *tree, unsigned int index, struct bh_config_range *range);

#endif
