// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's own address space: one tree that all CPUs share, under a root of each CPU's own. */
#include <core/space.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <core/image.h>
#include <core/log.h>
#include <core/pagetable.h>

#define ROOT_ENTRIES 512u

static struct page_table shared;
static uint64_t device_next; /* bytes of the device area that are in use */

struct page_table *space_table(void)
{
	return &shared;
}

hpa_t space_percpu(unsigned int slot)
{
	return hpa(image_header.hv_base + image_header.core_size + image_header.percpu_size * slot);
}

uint64_t space_private(uint64_t offset)
{
	return space_percpu(arch_cpu_self()).value + offset;
}

/* Image, configuration, info area and pool; between them the private areas, which are left out. */
static int map_linear(void)
{
	const uint64_t core = image_header.core_size;
	const uint64_t rest = core + image_header.percpu_size * image_header.cpu_count;
	const struct {
		uint64_t start, end;
		unsigned int prot;
	} parts[] = {
		{ 0, arch_space.text_size, PT_READ | PT_EXEC },
		{ arch_space.text_size, arch_space.rodata_end, PT_READ },
		{ arch_space.rodata_end, core, PT_READ | PT_WRITE },
		{ rest, image_header.hv_size, PT_READ | PT_WRITE },
	};

	for (unsigned int i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int code = pt_map(&shared, arch_space.hv_base + parts[i].start,
				  hpa(image_header.hv_base + parts[i].start), parts[i].end - parts[i].start,
				  parts[i].prot, PT_NORMAL);

		if (code)
			return code;
	}
	return 0;
}

int space_init(void)
{
	int code;

	device_next = 0;
	if (image_header.hv_size > arch_space.hv_size_max) {
		log_error(
			"enable: the hypervisor has 0x%llx bytes of memory, at most 0x%llx are mapped: make it smaller",
			(unsigned long long)image_header.hv_size, (unsigned long long)arch_space.hv_size_max);
		return BH_E_RANGE;
	}
	code = pt_init(&shared, arch_pt_hypervisor(), 0);
	if (code)
		return code;
	code = map_linear();
	if (code)
		pt_exit(&shared);
	return code;
}

void space_exit(void)
{
	pt_exit(&shared);
}

void space_fill_root(uint64_t *root, unsigned int index, hpa_t private_table)
{
	const struct pt_format *format = shared.format;

	for (unsigned int i = 0; i < ROOT_ENTRIES; i++) {
		if (i == index)
			root[i] = private_table.value >> format->addr_shift | format->table_bits;
		else
			root[i] = shared.root[i];
	}
	arch_pt_publish();
}

volatile void *space_map_device(hpa_t base, uint64_t size)
{
	uint64_t offset = base.value & (PAGE_SIZE - 1);
	uint64_t bytes = align_up(offset + size, PAGE_SIZE);
	/* Same place in a 2 MiB block: large frames get block mappings. */
	uint64_t start =
		align_up(device_next, ARCH_WINDOW_SIZE) + ((base.value - offset) & (ARCH_WINDOW_SIZE - 1));

	if (bytes < size || bytes > arch_space.device_size || start > arch_space.device_size - bytes)
		return NULL;
	if (pt_map(&shared, arch_space.device_base + start, hpa(base.value - offset), bytes, PT_READ | PT_WRITE,
		   PT_DEVICE))
		return NULL;
	device_next = start + bytes;
	return (volatile void *)(uintptr_t)(arch_space.device_base + start + offset);
}

static uint64_t window_entry(hpa_t block)
{
	const struct pt_format *format = shared.format;

	return block.value >> format->addr_shift | format->leaf_bits[format->levels - 2u] |
	       format->prot_bits[PT_READ | PT_WRITE] | format->type_bits[PT_NORMAL];
}

void *space_window_open(uint64_t *entry, uintptr_t base, hpa_t address)
{
	const uint64_t block = align_down(address.value, ARCH_WINDOW_SIZE);

	__atomic_store_n(entry, window_entry(hpa(block)), __ATOMIC_RELEASE);
	return (void *)(base + (uintptr_t)(address.value - block));
}
