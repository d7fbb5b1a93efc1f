/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hypervisor's own address space, as far as it is the same on all architectures: what all CPUs share (image,
 * pool, device registers), and where the private area of each lies. Changing over to it is the architecture's.
 */
#ifndef CORE_SPACE_H
#define CORE_SPACE_H

#include <bulkhead/errors.h>
#include <lib/addr.h>

struct page_table;

/**
 * space_init() - the tables that all CPUs share: image and pool, each with its protection; no private areas
 * Where things lie is told by arch_space. Context: the first system step. Return: 0, BH_E_RANGE (the hypervisor
 * has more memory than is mapped; said in the log) or BH_E_NO_MEMORY.
 */
int space_init(void);

/** Give the tables back. No CPU uses them. */
void space_exit(void);

/** The tables that all CPUs share, for what an architecture wants mapped besides. Context: system steps. */
struct page_table *space_table(void);

/** Physical address of the private area of CPU @slot. */
hpa_t space_percpu(unsigned int slot);

/** Physical address of what lies at @offset of this CPU's private area. */
uint64_t space_private(uint64_t offset);

/**
 * space_fill_root() - make a CPU's root table: what all share, and in entry @index the table of its private part
 * Entries of the shared root are only ever added, so this may be done again for the live root.
 * @root: its 512 entries. @private_table: physical address of the table below it that is the CPU's alone.
 * Context: that CPU. It sees to its own TLB, where that remembers what was not mapped.
 */
void space_fill_root(uint64_t *root, unsigned int index, hpa_t private_table);

/**
 * space_map_device() - map device registers (no execute) into the tables that all CPUs share
 * @base, @size: any bytes; the pages around them are mapped. The caller renews its CPU's root afterwards.
 * Context: system steps, on the first CPU. Return: NULL if out of pages or addresses.
 */
volatile void *space_map_device(hpa_t base, uint64_t size);

/**
 * space_window_open() - map the 2 MiB around @address as RAM, to read and write, by @entry of a table
 * The caller sees to what its table walkers need. Return: where it is, with what @entry maps at @base.
 */
void *space_window_open(uint64_t *entry, uintptr_t base, hpa_t address);

#endif
