// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All TLB and cache maintenance by rule (Arm ARM, D5.10 and D4.4). No emulator shows an omission, so it is in
 * one file, and whoever changes a table or memory that others see calls one of these.
 *
 * Shape of a TLB operation: writes to tables are ordered before it (dsb ishst), it is completed on all CPUs
 * (dsb ish), and this CPU's own instruction stream is synchronised (isb).
 */
#include <asm/maintenance.h>

#include <arch/mmu.h>
#include <asm/sysreg.h>
#include <core/pagetable.h>

/* More pages than this and one operation on all is cheaper. */
#define MAX_BY_PAGE 512u

static inline void dsb_ish(void)
{
	__asm__ volatile("dsb ish" : : : "memory");
}

static inline void dsb_ishst(void)
{
	__asm__ volatile("dsb ishst" : : : "memory");
}

static inline void dsb_sy(void)
{
	__asm__ volatile("dsb sy" : : : "memory");
}

void arch_pt_publish(void)
{
	dsb_ishst();
	sysreg_isb();
}

/* TLB ------------------------------------------------------------------------------------------------ */

#define TCR_EPD0 (1ull << 7)
#define TCR_EPD1 (1ull << 23)

struct guest_context {
	uint64_t vttbr;
	uint64_t tcr;
};

/*
 * Stage-2 operations act on the VMID in VTTBR_EL2. While another cell's is loaded there, EL1 registers are
 * still ours: walks of stage 1 are switched off, so that none is done speculatively under the wrong VMID.
 */
static struct guest_context borrow_vmid(uint64_t vttbr)
{
	struct guest_context own = { sysreg_read("vttbr_el2"), sysreg_read("tcr_el1") };

	if (own.vttbr == vttbr)
		return own;
	sysreg_write("tcr_el1", own.tcr | TCR_EPD0 | TCR_EPD1);
	sysreg_isb();
	sysreg_write("vttbr_el2", vttbr);
	sysreg_isb();
	return own;
}

static void return_vmid(struct guest_context own)
{
	if (sysreg_read("vttbr_el2") == own.vttbr)
		return;
	sysreg_write("vttbr_el2", own.vttbr);
	sysreg_isb();
	sysreg_write("tcr_el1", own.tcr);
	sysreg_isb();
}

static void stage2_range(uint64_t in, uint64_t size)
{
	for (uint64_t at = in; at < in + size; at += PAGE_SIZE)
		__asm__ volatile("tlbi ipas2e1is, %0" : : "r"(at >> 12) : "memory");
	dsb_ish();
	/* Combined entries are found by virtual address only: all of them go. */
	__asm__ volatile("tlbi vmalle1is" : : : "memory");
}

static void stage2_invalidate(uint64_t vttbr, uint64_t in, uint64_t size)
{
	struct guest_context own = borrow_vmid(vttbr);

	if (size / PAGE_SIZE <= MAX_BY_PAGE)
		stage2_range(in, size);
	else
		__asm__ volatile("tlbi vmalls12e1is" : : : "memory");
	dsb_ish();
	sysreg_isb();
	return_vmid(own);
}

static void hypervisor_invalidate(uint64_t in, uint64_t size)
{
	if (size / PAGE_SIZE > MAX_BY_PAGE) {
		__asm__ volatile("tlbi alle2is" : : : "memory");
	} else {
		for (uint64_t at = in; at < in + size; at += PAGE_SIZE)
			__asm__ volatile("tlbi vae2is, %0" : : "r"(at >> 12) : "memory");
	}
	dsb_ish();
	sysreg_isb();
}

void arch_tlb_invalidate(const struct page_table *table, uint64_t in, uint64_t size)
{
	dsb_ishst();
	if (table->format == arch_pt_hypervisor())
		hypervisor_invalidate(in, size);
	else
		stage2_invalidate((uint64_t)table->tag << 48 | arch_hv_hpa(table->root).value, in, size);
}

void arch_tlb_invalidate_vmid(uint32_t vmid)
{
	dsb_ishst();
	stage2_invalidate((uint64_t)vmid << 48, 0, ~0ull);
}

void maintenance_window(uint64_t address)
{
	__asm__ volatile("dsb nshst\n"
			 "tlbi vae2, %0\n"
			 "dsb nsh\n"
			 "isb"
			 :
			 : "r"(address >> 12)
			 : "memory");
}

void maintenance_new_stage2(void)
{
	__asm__ volatile("isb\n"
			 "tlbi vmalls12e1\n"
			 "ic iallu\n"
			 "dsb nsh\n"
			 "isb"
			 :
			 :
			 : "memory");
}

/* Caches ---------------------------------------------------------------------------------------------- */

static uintptr_t data_line(void)
{
	return 4ul << sysreg_field(sysreg_read("ctr_el0"), 16);
}

void arch_cache_flush(const void *start, size_t size)
{
	uintptr_t line = data_line();
	uintptr_t end = (uintptr_t)start + size;

	for (uintptr_t at = (uintptr_t)start & ~(line - 1); at < end; at += line)
		__asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
	dsb_sy();
}

/* Bytes that DC ZVA zeroes, 0 if it may not be used. */
static size_t zero_block(void)
{
	uint64_t dczid = sysreg_read("dczid_el0");

	return dczid & 0x10 ? 0 : 4ul << (dczid & 0xf);
}

static void zero_words(uintptr_t start, uintptr_t end)
{
	uint64_t *word = (uint64_t *)start;

	for (; (uintptr_t)word + 8 <= end; word++)
		__asm__ volatile("str xzr, %0" : "=m"(*word));
	for (uint8_t *byte = (uint8_t *)word; (uintptr_t)byte < end; byte++)
		__asm__ volatile("strb wzr, %0" : "=m"(*byte));
}

void arch_cache_zero(void *start, size_t size)
{
	uintptr_t at = (uintptr_t)start, end = at + size;
	size_t block = zero_block();

	if (!block || ((at | size) & (block - 1))) {
		zero_words(at, end);
	} else {
		for (; at < end; at += block)
			__asm__ volatile("dc zva, %0" : : "r"(at) : "memory");
	}
	arch_cache_flush(start, size);
}

void arch_icache_invalidate_all(void)
{
	__asm__ volatile("dsb ish\n"
			 "ic ialluis\n"
			 "dsb ish\n"
			 "isb"
			 :
			 :
			 : "memory");
}
