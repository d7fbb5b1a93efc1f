// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/stage2.h>

#include <arch/mmu.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <lib/string.h>

static int has_right(const struct page_table *table, uint64_t address, unsigned int right, hpa_t *page)
{
	unsigned int prot;

	return pt_lookup(table, address, page, &prot) && prot & right;
}

void *stage2_open(const struct page_table *table, uint64_t address, size_t size, unsigned int right)
{
	hpa_t page;

	if (!has_right(table, address, right, &page) || !image_is_ram(page.value))
		return NULL;
	return arch_window_open(page, size);
}

enum stage2_result stage2_read(const struct page_table *table, uint64_t address, void *to, size_t size)
{
	hpa_t before, after;

	if (!has_right(table, address, PT_READ, &before))
		return pt_retry(table, address, PT_READ) ? STAGE2_RETRY : STAGE2_NONE;
	if (!image_is_ram(before.value))
		return STAGE2_NONE;
	memcpy(to, arch_window_open(before, size), size);
	arch_window_close();
	return has_right(table, address, PT_READ, &after) && after.value == before.value ? STAGE2_OK : STAGE2_RETRY;
}

enum stage2_result stage2_write(const struct page_table *table, uint64_t address, const void *from, size_t size)
{
	void *to = (address & (PAGE_SIZE - 1)) <= PAGE_SIZE - size ? stage2_open(table, address, size, PT_WRITE) : NULL;

	if (!to)
		return STAGE2_NONE;
	memcpy(to, from, size);
	arch_window_close();
	return STAGE2_OK;
}

void stage2_copy_root(uint64_t address, void *to, size_t size)
{
	uint8_t *at = to;

	while (size) {
		const size_t left = PAGE_SIZE - (size_t)(address & (PAGE_SIZE - 1));
		const size_t part = left < size ? left : size;

		memcpy(at, arch_window_open(hpa(address), part), part);
		arch_window_close();
		address += part;
		at += part;
		size -= part;
	}
}

unsigned int stage2_kind(uint64_t address)
{
	return image_is_ram(address) ? BH_REASON_MEMORY_ACCESS : BH_REASON_MMIO_ACCESS;
}

const char *stage2_name(unsigned int size, int is_write)
{
	static const char *const names[2][4] = {
		{ "read of 1 byte", "read of 2 bytes", "read of 4 bytes", "read of 8 bytes" },
		{ "write of 1 byte", "write of 2 bytes", "write of 4 bytes", "write of 8 bytes" },
	};

	return names[is_write][__builtin_ctz(size)];
}
