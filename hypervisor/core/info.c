// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/info.h>

#include <core/image.h>
#include <core/log.h>
#include <core/pool.h>
#include <lib/addr.h>
#include <lib/string.h>

#define LINE 64 /* parts begin on cache lines: CPUs' counters must not share one */
#define CONSOLE_STRIDE align_up(sizeof(struct bh_ring) + INFO_CONSOLE_SIZE, LINE)

/* Offsets of the parts; what does not depend on the machine comes first. */
struct layout {
	uint32_t crash;
	uint32_t cells;
	uint32_t log;
	uint32_t consoles;
	uint32_t stats;
	uint32_t end;
};

static uint32_t consoles_taken; /* bit set: console ring in use; control lock */
_Static_assert(INFO_CONSOLES <= 32, "more console rings than bits");

static uint32_t take(uint32_t *end, uint64_t size)
{
	uint32_t start = *end;

	*end = (uint32_t)align_up(start + size, LINE);
	return start;
}

static void plan(struct layout *layout, unsigned int cpus)
{
	uint32_t end = 0;

	take(&end, sizeof(struct bh_info));
	layout->crash = take(&end, sizeof(struct bh_record));
	layout->cells = take(&end, sizeof(struct bh_cell_info) * BH_MAX_CELLS);
	layout->log = take(&end, sizeof(struct bh_ring) + INFO_LOG_SIZE);
	layout->consoles = take(&end, CONSOLE_STRIDE * INFO_CONSOLES);
	layout->stats = take(&end, (uint64_t)sizeof(struct bh_cpu_stats) * cpus);
	layout->end = (uint32_t)align_up(end, PAGE_SIZE);
}

static void *part(uint32_t offset)
{
	return (uint8_t *)image_info() + offset;
}

uint64_t info_needed(unsigned int cpus)
{
	struct layout layout;

	plan(&layout, cpus);
	return layout.end;
}

void info_init(unsigned int log_level)
{
	struct bh_info *info = image_info();
	struct layout layout;

	plan(&layout, image_header.cpu_count);
	memset(info, 0, layout.end);
	consoles_taken = 0;
	info->major = BH_ABI_MAJOR;
	info->minor = BH_ABI_MINOR;
	info->size = (uint32_t)image_header.info_size;
	info->generation = image_header.generation;
	info->cpu_count = image_header.cpu_count;
	info->log = layout.log;
	info->stats = layout.stats;
	info->cells = layout.cells;
	info->crash = layout.crash;
	log_init(part(layout.log), INFO_LOG_SIZE, log_level);
	/* Last: whoever sees the magic sees the rest. */
	__atomic_store_n(&info->magic, BH_INFO_MAGIC, __ATOMIC_RELEASE);
}

struct bh_cell_info *info_cell(unsigned int id)
{
	return (struct bh_cell_info *)part(image_info()->cells) + id;
}

void info_cell_begin(struct bh_cell_info *cell)
{
	__atomic_store_n(&cell->sequence, cell->sequence + 1, __ATOMIC_RELAXED);
	__sync_synchronize();
}

void info_cell_end(struct bh_cell_info *cell)
{
	__atomic_store_n(&cell->sequence, cell->sequence + 1, __ATOMIC_RELEASE);
}

struct bh_record *info_crash(void)
{
	return part(image_info()->crash);
}

static struct bh_ring *console_ring(unsigned int index)
{
	struct layout layout;

	plan(&layout, image_header.cpu_count);
	return part(layout.consoles + index * (uint32_t)CONSOLE_STRIDE);
}

static int console_size_is_good(uint32_t size)
{
	return size >= 2 * RING_STRIDE && size <= INFO_CONSOLE_SIZE && !(size & (size - 1));
}

struct bh_ring *info_alloc_ring(uint32_t data_size)
{
	if (!console_size_is_good(data_size))
		return NULL;
	for (unsigned int index = 0; index < INFO_CONSOLES; index++) {
		struct bh_ring *ring = console_ring(index);

		if (consoles_taken & 1u << index)
			continue;
		consoles_taken |= 1u << index;
		/* The next owner's reader must not find the last one's words. */
		memset(ring + 1, 0, INFO_CONSOLE_SIZE);
		ring_init(ring, data_size);
		return ring;
	}
	return NULL;
}

void info_free_ring(struct bh_ring *ring)
{
	for (unsigned int index = 0; index < INFO_CONSOLES; index++) {
		if (ring == console_ring(index))
			consoles_taken &= ~(1u << index);
	}
}

uint32_t info_offset(const void *pointer)
{
	return pointer ? (uint32_t)((const uint8_t *)pointer - (const uint8_t *)image_info()) : 0;
}

void info_refresh(void)
{
	struct bh_info *info = image_info();

	__atomic_store_n(&info->pool_free_pages, pool_free_pages(), __ATOMIC_RELAXED);
	__atomic_store_n(&info->pool_total_pages, pool_total_pages(), __ATOMIC_RELAXED);
}
