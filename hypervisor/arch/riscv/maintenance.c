// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All TLB and instruction-fetch maintenance by rule (privileged specification, SFENCE.VMA, HFENCE.GVMA and
 * HFENCE.VVMA; unprivileged, FENCE.I). No emulator shows an omission, so it is in one file, and whoever changes a
 * table or memory that others see calls one of these.
 *
 * Other CPUs are reached through firmware (SBI RFENCE), which answers even where a CPU is inside the hypervisor,
 * and which returns when all have done it. Caches are coherent.
 */
#include "asm/maintenance.h"

#include "asm/features.h"
#include "asm/firmware.h"

#include <arch/mmu.h>
#include <core/pagetable.h>
#include <lib/string.h>

/* More than this and one fence for all is cheaper. */
#define MAX_BY_RANGE 0x200000ull
#define ALL_HARTS (~0ull)

void arch_pt_publish(void)
{
	/* The walkers of all harts see the tables before what comes next. */
	__asm__ volatile("fence rw, rw" : : : "memory");
}

static void sfence_all(void)
{
	__asm__ volatile("sfence.vma" : : : "memory");
}

/* hfence.gvma, hfence.vvma: all addresses, all VMIDs (ASIDs) */
static void hfence_gvma_all(void)
{
	__asm__ volatile(".insn r 0x73, 0, 0x31, x0, x0, x0" : : : "memory");
}

static void hfence_vvma_all(void)
{
	__asm__ volatile(".insn r 0x73, 0, 0x11, x0, x0, x0" : : : "memory");
}

/* On every hart, this one included. Start 0 and size ~0 mean everything. */
static void remote(uint64_t function, uint64_t start, uint64_t size, uint64_t vmid)
{
	if (size > MAX_BY_RANGE) {
		start = 0;
		size = ~0ull;
	}
	firmware_call(SBI_RFENCE, function, 0, ALL_HARTS, start, size, vmid);
}

void arch_tlb_invalidate(const struct page_table *table, uint64_t in, uint64_t size)
{
	arch_pt_publish();
	if (table->format == arch_pt_hypervisor())
		remote(SBI_RFENCE_SFENCE_VMA, in, size, 0);
	else
		remote(SBI_RFENCE_HFENCE_GVMA_VMID, in, size, table->tag & features_vmid_mask());
}

void arch_tlb_invalidate_vmid(uint32_t vmid)
{
	arch_pt_publish();
	remote(SBI_RFENCE_HFENCE_GVMA_VMID, 0, ~0ull, vmid & features_vmid_mask());
}

void maintenance_own(void)
{
	sfence_all();
}

void maintenance_new_stage2(void)
{
	hfence_gvma_all();
	hfence_vvma_all();
	__asm__ volatile("fence.i" : : : "memory");
}

/* What a CPU wrote is what all others read, with caches on or off: the next owner only has to come later. */
void arch_cache_flush(const void *start, size_t size)
{
	(void)start;
	(void)size;
	__asm__ volatile("fence rw, rw" : : : "memory");
}

void arch_cache_zero(void *start, size_t size)
{
	uintptr_t at = (uintptr_t)start, end = at + size;

	if ((at | size) & 7) {
		memset(start, 0, size);
	} else {
		for (; at < end; at += 8)
			*(volatile uint64_t *)at = 0;
	}
	arch_cache_flush(start, size);
}

void arch_icache_invalidate_all(void)
{
	__asm__ volatile("fence rw, rw" : : : "memory");
	firmware_call(SBI_RFENCE, SBI_RFENCE_FENCE_I, 0, ALL_HARTS, 0, 0, 0);
	__asm__ volatile("fence.i" : : : "memory");
}
