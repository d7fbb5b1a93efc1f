/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guests' memory as stage 2 has it: what the hypervisor reads and writes of it, and words for what it refuses. */
#ifndef CORE_STAGE2_H
#define CORE_STAGE2_H

#include <arch/upcall.h>
#include <bulkhead/types.h>

struct page_table;

enum stage2_result {
	STAGE2_OK = 0,
	STAGE2_NONE = 1, /* not mapped, or not the cell's RAM */
	STAGE2_RETRY = 2 /* being changed: run the instruction again */
};

/**
 * stage2_open() - a window onto the cell's RAM at guest-physical @address
 * @size: bytes, inside one page.  @right: PT_READ, PT_WRITE.
 * Context: nobody takes the page away meanwhile (upcall_map_hold()). The caller closes: arch_window_close().
 * Return: NULL if that is no RAM of the cell with this right.
 */
void *stage2_open(const struct page_table *table, uint64_t address, size_t size, unsigned int right);

/**
 * stage2_read() - copy @size bytes of one page at guest-physical @address
 * They are looked up again afterwards: of a page that changed hands meanwhile, nothing is used. Context: any.
 */
enum stage2_result stage2_read(const struct page_table *table, uint64_t address, void *to, size_t size);

/**
 * stage2_write() - copy @size bytes into one page at guest-physical @address
 * Context: as stage2_open().  Return: STAGE2_OK, or STAGE2_NONE: not all of it is RAM that the cell may write.
 */
enum stage2_result stage2_write(const struct page_table *table, uint64_t address, const void *from, size_t size);

/** stage2_copy_root() - read what root keeps (image_root_keeps()), page by page. Context: no window is open. */
void stage2_copy_root(uint64_t address, void *to, size_t size);

/**
 * stage2_kind() - enum bh_reason of an access that stage 2 refuses
 * Where boards have RAM, guests have it mostly, too: good enough to name the offence.
 */
unsigned int stage2_kind(uint64_t address);

/** stage2_name() - "write of 4 bytes". @size: 1, 2, 4, 8. */
const char *stage2_name(unsigned int size, int is_write);

#endif
