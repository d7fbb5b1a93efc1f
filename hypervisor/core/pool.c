// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * First fit over a bit map of free pages, which stands at the start of the pool itself. The pool has some
 * thousand pages and is used while cells are made, never in an exit's fast path.
 */
#include <core/pool.h>

#include <arch/mmu.h>
#include <core/lock.h>
#include <core/log.h>
#include <lib/bitmap.h>
#include <lib/string.h>

static struct {
	struct spinlock lock;
	uint64_t base;	    /* host-physical address of bit 0 */
	uint64_t *free;	    /* bit set: free */
	unsigned int first; /* first page behind the map */
	unsigned int bits;
	unsigned int total;
	unsigned int free_count;
} pool;

static unsigned int pages_for(uint64_t bytes)
{
	return (unsigned int)(align_up(bytes, PAGE_SIZE) / PAGE_SIZE);
}

void pool_init(hpa_t base, uint64_t size)
{
	unsigned int bits = (unsigned int)(size / PAGE_SIZE);
	unsigned int map_pages = pages_for(BITMAP_WORDS(bits) * sizeof(uint64_t));

	memset(&pool, 0, sizeof(pool));
	if (bits <= map_pages)
		return; /* not even room for the map: an empty pool refuses everything */
	pool.base = base.value;
	pool.first = map_pages;
	pool.bits = bits;
	pool.total = pool.free_count = bits - map_pages;
	pool.free = arch_hv_ptr(base);
	memset(pool.free, 0, (size_t)map_pages * PAGE_SIZE);
	for (unsigned int page = map_pages; page < bits; page++)
		bit_set(pool.free, page);
}

/* Alignment is that of the physical address, not of the place in the pool. */
static unsigned int align_page(unsigned int page, unsigned int alignment)
{
	uint64_t frame = pool.base / PAGE_SIZE + page;

	return page + (unsigned int)(align_up(frame, alignment) - frame);
}

/* Return: first page at or after @from, before @end, that is not free; @end if all are. */
static unsigned int first_used(unsigned int from, unsigned int end)
{
	while (from < end && bit_test(pool.free, from))
		from++;
	return from;
}

/* Return: the first page of a free run, pool.bits if there is none. */
static unsigned int find_run(unsigned int pages, unsigned int alignment)
{
	unsigned int start = align_page(bit_next(pool.free, pool.bits, 0), alignment);

	while (start < pool.bits && pages <= pool.bits - start) {
		unsigned int used = first_used(start, start + pages);

		if (used == start + pages)
			return start;
		start = align_page(bit_next(pool.free, pool.bits, used), alignment);
	}
	return pool.bits;
}

/* Under the lock; pool_free_pages() reads it without. */
static void add_free(int pages)
{
	__atomic_fetch_add(&pool.free_count, (unsigned int)pages, __ATOMIC_RELAXED);
}

static unsigned int take_run(unsigned int pages, unsigned int alignment)
{
	unsigned int start = find_run(pages, alignment);

	if (start == pool.bits)
		return start;
	for (unsigned int page = start; page < start + pages; page++)
		bit_clear(pool.free, page);
	add_free(-(int)pages);
	return start;
}

void *pool_alloc(unsigned int pages, unsigned int alignment)
{
	unsigned int start;
	void *memory;

	if (!pages || !alignment || (alignment & (alignment - 1)))
		return NULL;
	spin_lock(&pool.lock);
	start = take_run(pages, alignment);
	spin_unlock(&pool.lock);
	if (start == pool.bits)
		return NULL;
	memory = arch_hv_ptr(hpa(pool.base + (uint64_t)start * PAGE_SIZE));
	memset(memory, 0, (size_t)pages * PAGE_SIZE);
	return memory;
}

/* All pages of the range belong to the pool and are taken? */
static int is_taken(uint64_t page, unsigned int pages)
{
	if (page < pool.first || page >= pool.bits || pages > pool.bits - page)
		return 0;
	return bit_next(pool.free, (unsigned int)page + pages, (unsigned int)page) == page + pages;
}

void pool_free(void *start, unsigned int pages)
{
	uint64_t page;
	int taken;

	if (!start || !pages)
		return;
	page = (arch_hv_hpa(start).value - pool.base) / PAGE_SIZE;
	spin_lock(&pool.lock);
	taken = is_taken(page, pages);
	for (unsigned int i = 0; taken && i < pages; i++)
		bit_set(pool.free, (unsigned int)page + i);
	add_free(taken ? (int)pages : 0);
	spin_unlock(&pool.lock);
	if (!taken) /* cannot happen; losing the pages is the safe answer */
		log_error("pool: %u pages at 0x%llx are given back that were not taken", pages,
			  (unsigned long long)arch_hv_hpa(start).value);
}

uint64_t pool_free_pages(void)
{
	return __atomic_load_n(&pool.free_count, __ATOMIC_RELAXED);
}

uint64_t pool_total_pages(void)
{
	return pool.total;
}
