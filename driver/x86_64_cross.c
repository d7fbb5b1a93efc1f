// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of the passage: the hypervisor's memory where its image is linked, and at the kernel's addresses the
 * few pages that are needed while they are on: code, IDT, and for each CPU a page with GDT and stack.
 */
#include "x86_64_cross.h"

#include "arch.h"
#include "compat.h"

#include <asm/cpufeature.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/pgtable.h>
#include <asm/special_insns.h>
#include <bulkhead/image.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define BITS_PER_LEVEL 9
#define ENTRIES (1u << BITS_PER_LEVEL)
#define LARGE_PAGE (1ull << 21)

#define ENTRY_TABLE (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED)
#define ENTRY_CODE (_PAGE_PRESENT | _PAGE_ACCESSED)
#define ENTRY_DATA (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY)
#define ENTRY_IMAGE (ENTRY_DATA | _PAGE_PSE)

/**
 * struct cross - one CPU's page; the assembler knows its layout by CROSS_*
 * @gdt: copy of the kernel's: entering and leaving loads TR from it, which writes to it.
 * @kernel_sp, @kernel_cr3, @kernel_cr4, @kernel_gdtr, @kernel_idtr: to come back to.
 * @target: address to jump to, CROSS_VMMCALL or CROSS_VMCALL.  @rax to @r8: in and out.
 * @nmi, @mc: one came on the way.  @fault: vector that ended it.  @fault_sp: its frame.
 */
struct cross {
	u8 gdt[CROSS_GDT_SIZE];
	struct desc_ptr kernel_gdtr __aligned(16);
	struct desc_ptr kernel_idtr __aligned(16);
	struct desc_ptr gdtr __aligned(16);
	struct desc_ptr idtr __aligned(16);
	u64 kernel_sp;
	u64 kernel_cr3;
	u64 kernel_cr4;
	u64 cr3;
	u64 target;
	u64 rax;
	u64 rdi;
	u64 rsi;
	u64 rdx;
	u64 rcx;
	u64 r8;
	u8 nmi;
	u8 mc;
	u64 fault;
	u64 fault_sp;
};

#define SAME_OFFSET(member, number) static_assert(offsetof(struct cross, member) == (number))
SAME_OFFSET(kernel_gdtr, CROSS_KERNEL_GDTR);
SAME_OFFSET(kernel_idtr, CROSS_KERNEL_IDTR);
SAME_OFFSET(gdtr, CROSS_GDTR);
SAME_OFFSET(idtr, CROSS_IDTR);
SAME_OFFSET(kernel_sp, CROSS_KERNEL_SP);
SAME_OFFSET(kernel_cr3, CROSS_KERNEL_CR3);
SAME_OFFSET(kernel_cr4, CROSS_KERNEL_CR4);
SAME_OFFSET(cr3, CROSS_CR3);
SAME_OFFSET(target, CROSS_TARGET);
SAME_OFFSET(rax, CROSS_RAX);
SAME_OFFSET(rdi, CROSS_RDI);
SAME_OFFSET(rsi, CROSS_RSI);
SAME_OFFSET(rdx, CROSS_RDX);
SAME_OFFSET(rcx, CROSS_RCX);
SAME_OFFSET(r8, CROSS_R8);
SAME_OFFSET(nmi, CROSS_NMI);
SAME_OFFSET(mc, CROSS_MC);
SAME_OFFSET(fault, CROSS_FAULT);
SAME_OFFSET(fault_sp, CROSS_FAULT_SP);
static_assert(CROSS_SIZE == PAGE_SIZE);

void cross_over(struct cross *cross);
extern const char cross_over_end[], cross_vectors[];

static LIST_HEAD(tables); /* all pages of tables, the root first */
static u64 *root;
static unsigned int levels;
static void *cpu_pages; /* a struct cross for each possible CPU */
static gate_desc *idt;

static u64 *new_table(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	if (!page)
		return NULL;
	list_add_tail(&page->lru, &tables);
	return page_address(page);
}

/* Map @va to @pa by an entry of @level, 0 for a page. */
static int map_one(unsigned long va, u64 pa, unsigned int level, u64 flags)
{
	u64 *table = root, *entry;

	for (unsigned int at = levels - 1;; at--) {
		entry = &table[va >> (PAGE_SHIFT + BITS_PER_LEVEL * at) & (ENTRIES - 1)];
		if (at == level)
			break;
		if (*entry) {
			table = __va(*entry & PTE_PFN_MASK);
			continue;
		}
		table = new_table();
		if (!table)
			return -ENOMEM;
		*entry = __pa(table) | ENTRY_TABLE;
	}
	*entry = pa | flags;
	return 0;
}

/* Map pages of vmalloc() or of the module where the kernel has them. */
static int map_pages(const void *start, const void *end, u64 flags)
{
	unsigned long va = (unsigned long)start & PAGE_MASK;
	int ret = 0;

	for (; va < (unsigned long)end && !ret; va += PAGE_SIZE)
		ret = map_one(va, (u64)vmalloc_to_pfn((void *)va) << PAGE_SHIFT, 0, flags);
	return ret;
}

static int map_image(const struct bh_config_range *hv)
{
	u64 size = min_t(u64, hv->size, BH_X86_SIZE_MAX);
	int ret = 0;

	for (u64 at = 0; at < size && !ret; at += LARGE_PAGE)
		ret = map_one(BH_X86_BASE + at, hv->base + at, 1, ENTRY_IMAGE);
	return ret;
}

static int map_all(const struct bh_config_range *hv)
{
	u64 nx = boot_cpu_has(X86_FEATURE_NX) ? _PAGE_NX : 0;
	int ret;

	ret = map_image(hv);
	if (!ret)
		ret = map_pages(cross_over, cross_over_end, ENTRY_CODE);
	if (!ret)
		ret = map_pages(idt, (char *)idt + PAGE_SIZE, ENTRY_CODE | nx);
	if (!ret)
		ret = map_pages(cpu_pages, cpu_pages + nr_cpu_ids * CROSS_SIZE, ENTRY_DATA | nx);
	return ret;
}

/* No interrupt stack table: its stacks are the kernel's. */
static void fill_idt(void)
{
	for (unsigned int i = 0; i < CROSS_VECTORS; i++) {
		unsigned long handler = (unsigned long)cross_vectors + i * CROSS_VECTOR_SIZE;

		idt[i].offset_low = (u16)handler;
		idt[i].offset_middle = (u16)(handler >> 16);
		idt[i].offset_high = (u32)(handler >> 32);
		idt[i].segment = __KERNEL_CS;
		idt[i].bits.type = GATE_INTERRUPT;
		idt[i].bits.p = 1;
	}
}

int cross_prepare(const struct bh_config_range *hv)
{
	int ret = -ENOMEM;

	levels = native_read_cr4() & X86_CR4_LA57 ? 5 : 4;
	root = new_table();
	idt = vzalloc(PAGE_SIZE);
	cpu_pages = vzalloc(nr_cpu_ids * CROSS_SIZE);
	if (root && idt && cpu_pages) {
		fill_idt();
		ret = map_all(hv);
	}
	if (ret)
		cross_release();
	return ret;
}

void cross_release(void)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &tables, lru)
	{
		list_del(&page->lru);
		__free_page(page);
	}
	root = NULL;
	vfree(idt);
	vfree(cpu_pages);
	idt = NULL;
	cpu_pages = NULL;
}

static struct cross *this_cross(void)
{
	struct cross *cross = cpu_pages + raw_smp_processor_id() * CROSS_SIZE;

	native_store_gdt(&cross->kernel_gdtr);
	store_idt(&cross->kernel_idtr);
	memcpy(cross->gdt, (void *)cross->kernel_gdtr.address,
	       min_t(size_t, cross->kernel_gdtr.size + 1, sizeof(cross->gdt)));
	cross->gdtr.address = (unsigned long)cross->gdt;
	cross->gdtr.size = min_t(size_t, cross->kernel_gdtr.size, sizeof(cross->gdt) - 1);
	cross->idtr.address = (unsigned long)idt;
	cross->idtr.size = CROSS_VECTORS * sizeof(gate_desc) - 1;
	cross->cr3 = __pa(root);
	cross->fault = CROSS_NO_FAULT;
	return cross;
}

/*
 * The kernel's own handlers take what came on the way, as soon as its tables are back. An NMI is a real one again:
 * 'int $2' would let in the next while the handler of the first is about to save its frame, and both have the same
 * stack.
 */
static void raise_again(struct cross *cross)
{
	if (cross->nmi)
		compat_nmi_self();
	if (cross->mc)
		asm volatile("int $18" ::: "memory");
	cross->nmi = 0;
	cross->mc = 0;
}

static void report_fault(const struct cross *cross)
{
	const u64 *frame = (const u64 *)(((unsigned long)cross) | (cross->fault_sp & (CROSS_SIZE - 1)));

	if (cross->fault == (u64)CROSS_NO_FAULT)
		return;
	pr_err("bulkhead: CPU %d: exception %llu on the way into the hypervisor or out of it (%llx %llx %llx %llx)\n",
	       raw_smp_processor_id(), cross->fault, frame[0], frame[1], frame[2], frame[3]);
}

/* A branch into the image, and back, meets no ENDBR: what the kernel enforces must be off in between. */
static void cross_without_ibt(struct cross *cross)
{
	bool ibt = native_read_cr4() & X86_CR4_CET;
	u64 s_cet = 0;

	if (ibt) {
		s_cet = native_read_msr(MSR_IA32_S_CET);
		native_write_msr(MSR_IA32_S_CET, 0, 0);
	}
	cross_over(cross);
	if (ibt)
		native_write_msr(MSR_IA32_S_CET, (u32)s_cet, (u32)(s_cet >> 32));
	raise_again(cross);
	report_fault(cross);
}

u64 cross_enter(u64 offset, u64 arg)
{
	struct cross *cross = this_cross();

	cross->target = BH_X86_BASE + offset;
	cross->rdi = arg;
	cross_without_ibt(cross);
	return cross->rax;
}

void cross_call(struct arch_call *call, bool vmmcall)
{
	struct cross *cross = this_cross();

	cross->target = vmmcall ? CROSS_VMMCALL : CROSS_VMCALL;
	cross->rax = BH_HYPERCALL(call->number);
	cross->rdi = call->arg[0];
	cross->rsi = call->arg[1];
	cross->rdx = call->arg[2];
	cross->rcx = call->arg[3];
	cross->r8 = call->arg[4];
	cross_without_ibt(cross);
	call->code = cross->rax;
	call->value[0] = cross->rdi;
	call->value[1] = cross->rsi;
	call->value[2] = cross->rdx;
	call->value[3] = cross->rcx;
	call->value[4] = cross->r8;
}
