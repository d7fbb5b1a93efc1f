/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hypervisor's own pages: a bit map over the tail of its memory. */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include <lib/addr.h>

/**
 * pool_init() - @base, @size: page aligned, linear-mapped hypervisor memory. Context: first CPU, at enable.
 */
void pool_init(hpa_t base, uint64_t size);

/**
 * pool_alloc() - @pages contiguous zeroed pages, aligned to @alignment pages (power of two)
 * Any CPU; takes a lock for a bounded time. Return: linear address, NULL if there is no such run.
 */
void *pool_alloc(unsigned int pages, unsigned int alignment);
void pool_free(void *start, unsigned int pages);

uint64_t pool_free_pages(void);
uint64_t pool_total_pages(void);

#endif
