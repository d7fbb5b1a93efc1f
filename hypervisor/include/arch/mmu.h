/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Page-table formats, TLB and cache maintenance, and how the hypervisor reaches memory. */
#ifndef ARCH_MMU_H
#define ARCH_MMU_H

#include <bulkhead/types.h>
#include <lib/addr.h>

struct pt_format;
struct page_table;

/** Formats as data for the one walker of core/pagetable.h. */
const struct pt_format *arch_pt_hypervisor(void);
const struct pt_format *arch_pt_stage2(void);

/**
 * struct arch_space - where core/space.h puts what in the hypervisor's own address space
 * @hv_base: virtual address of the hypervisor's own memory, mapped linearly, @hv_size_max bytes at most.
 * @text_size, @rodata_end: the image's code, and the end of what is only read, both page aligned, from its start.
 * @device_base, @device_size: room for device registers, aligned to 2 MiB.
 */
struct arch_space {
	uint64_t hv_base;
	uint64_t hv_size_max;
	uint64_t text_size;
	uint64_t rodata_end;
	uint64_t device_base;
	uint64_t device_size;
};
extern const struct arch_space arch_space;

/** Bits of physical address that stage 2 can map. */
unsigned int arch_phys_bits(void);

/**
 * arch_tlb_invalidate() - forget cached translations of [@in, @in + @size) of @table on all CPUs
 * Called by the walker after each change that takes something away or replaces a leaf
 * (break-before-make), once per operation, and complete on return. @table->tag is the VMID.
 */
void arch_tlb_invalidate(const struct page_table *table, uint64_t in, uint64_t size);

/** Make table entries written so far visible to table walkers (barrier). */
void arch_pt_publish(void);

/** Forget everything tagged with @vmid, on all CPUs (on reuse). */
void arch_tlb_invalidate_vmid(uint32_t vmid);

/** Hypervisor's own memory (image, pool, info) is mapped linearly; cells' memory is not. */
void *arch_hv_ptr(hpa_t address);
hpa_t arch_hv_hpa(const void *pointer);

/**
 * arch_map_device() - map device registers (no execute) into the tables that all CPUs share
 * Context: system steps, on the first CPU. Return: NULL if out of pages or addresses.
 */
volatile void *arch_map_device(hpa_t base, uint64_t size);

/**
 * arch_window_open() - map [@address, @address + @size) of a cell's RAM for this CPU
 * @size: at most ARCH_WINDOW_SIZE (2 MiB), and no crossing of a 2 MiB boundary.
 * One window a CPU; must be closed before the next one is opened. Normal write-back, no execute.
 */
void *arch_window_open(hpa_t address, size_t size);
void arch_window_close(void);
#define ARCH_WINDOW_SIZE 0x200000u

/** Clean and invalidate data to the point of coherency: a guest starts with its caches off. */
void arch_cache_flush(const void *start, size_t size);

/** Zero memory and flush it to the point of coherency. */
void arch_cache_zero(void *start, size_t size);

/** All instruction caches of all CPUs: after an image was loaded. */
void arch_icache_invalidate_all(void);

#endif
