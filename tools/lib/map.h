/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The partition map: who owns what of the machine when a board and some cells run together. It is made of the
 * blobs, so it shows what driver and hypervisor will do, and of the device tree for what is left to root.
 *
 *	map.c       blobs and tree -> struct map
 *	map_text.c  struct map -> coloured bars in a terminal
 *	map_html.c  struct map -> one HTML file with SVG; map_svg.c: its drawings
 */
#ifndef MAP_H
#define MAP_H

#include "cfg.h"

#include <stdbool.h>

enum map_kind { MAP_ROOT, MAP_HYPERVISOR, MAP_POOL, MAP_FIRMWARE, MAP_CELL };

/* Places in struct map's @owners; cells follow in the order in which they were given. */
enum { MAP_OWNER_ROOT, MAP_OWNER_HYPERVISOR, MAP_OWNER_POOL, MAP_OWNER_FIRMWARE, MAP_OWNER_CELLS };

#define MAP_NO_OWNER UINT32_MAX

/** struct map_owner - @memory: bytes of RAM.  @cpu_count, @irq_count: what it holds of the machine. */
struct map_owner {
	enum map_kind kind;
	const char *name;
	uint64_t memory;
	uint32_t cpu_count;
	uint32_t irq_count;
	uint32_t device_count;
};

/**
 * struct map_part - a stretch of RAM with one owner
 * @name: of the region, "" if it has none.  @gpa: where its cell sees it.
 * @planned: the hypervisor chooses the place when the cell is created; shown is where it would be now.
 */
struct map_part {
	uint64_t base;
	uint64_t size;
	uint32_t owner;
	const char *name;
	bool planned;
	uint64_t gpa;
};

/** struct map_bank - RAM without a hole: @count parts from @first on, in ascending order, without gaps. */
struct map_bank {
	uint64_t base;
	uint64_t size;
	size_t first;
	size_t count;
};

/** struct map_cpu - @slot as the board counts.  @vcpu: its number in its cell.  @model: "" if not known. */
struct map_cpu {
	uint64_t hwid;
	uint32_t owner;
	uint32_t vcpu;
	const char *model;
};

/** struct map_irq - an interrupt of a wire that somebody uses. @user: whose it is. */
struct map_irq {
	uint32_t intid;
	uint32_t owner;
	const char *user;
	bool is_event;
};

/**
 * struct map_region - a range of a cell's guest-physical address space
 * @kind: "memory", "device", "virtual device", "interrupt controller", "communication page".
 * @hpa: what is behind it, if @has_hpa.  @irq: INTID that a virtual device raises in the guest, 0: none.
 * @flags: enum bh_memory_flags.  @at_ports: @gpa and @size are I/O ports.
 */
struct map_region {
	const char *kind;
	const char *name;
	uint64_t gpa;
	uint64_t size;
	uint64_t hpa;
	uint32_t owner;
	uint32_t irq;
	uint32_t flags;
	bool has_hpa, planned, console, at_ports;
};

/** struct map_device - registers of the machine and who has them: a cell, root, or the hypervisor. */
struct map_device {
	uint32_t owner;
	const char *name;
	uint64_t base;
	uint64_t size;
};

/** struct map_pci - a PCI function. @kind, @ids: "" if not known.  @unprotected: no IOMMU holds a cell's. */
struct map_pci {
	uint32_t owner;
	const char *name;
	const char *kind;
	const char *ids;
	bool unprotected;
};

struct map {
	const char *board, *compatible;
	const char *controller; /* "GICv3", "PLIC" */
	const char *irq_kind;	/* "SPI", "source" */
	uint32_t irq_base;	/* an INTID is called @irq_kind INTID - @irq_base */
	uint32_t irq_limit;	/* the INTIDs from @irq_base on and below are shown */
	bool has_tree;		/* else root's devices and interrupts are not known */
	struct map_owner *owners;
	struct map_bank *banks;
	struct map_part *parts;
	struct map_cpu *cpus;
	struct map_irq *irqs;
	struct map_region *regions;
	struct map_device *devices;
	struct map_pci *pci; /* of cells, then root's */
	size_t pci_count;
	size_t shared_count; /* pairs of cells' regions that lie on the same RAM */
	size_t owner_count, bank_count, part_count, cpu_count, irq_count, region_count, device_count;
	struct map_private *private;
};

/** struct map_files - a board and cells as loaded; start from { 0 }, free with map_files_free(). */
struct map_files {
	struct cfg_board *board;
	struct cfg_cell **cells;
	size_t count;
};

/**
 * map_load() - load @paths: a board file, and cell files; and the cells that the board file lists
 * Return: 0, or -1 after errors, also those of the files against each other.
 */
int map_load(struct map_files *files, char *const *paths, size_t count, const struct cfg_options *options,
	     struct cfg_messages *messages);
void map_files_free(struct map_files *files);

/**
 * map_make() - the map of @board with @cells, which must outlive it
 * A board without a device tree at hand gives a map without root's devices. Free with map_free().
 */
struct map *map_make(struct cfg_board *board, struct cfg_cell *const *cells, size_t count);
void map_free(struct map *map);

/** "256 MiB", "1.5 GiB": at most three digits and a part. Return: @text. */
const char *map_size_text(uint64_t size, char *text, size_t room);

/**
 * map_allot() - divide @width among @count things in proportion to @sizes, each at least @least if there is room
 */
void map_allot(const uint64_t *sizes, size_t count, unsigned int width, unsigned int least,
	       unsigned int *widths);

/** struct map_style - @width: columns.  @colour: escape sequences may be used. */
struct map_style {
	unsigned int width;
	bool colour;
};

void map_print_text(const struct map *map, FILE *out, const struct map_style *style);
void map_print_html(const struct map *map, FILE *out);

#endif
