/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Offsets and numbers for the assembler: compiled to text, from which the build makes asm-offsets.h. */
#include <asm/percpu.h>

#include <asm/types.h>
#include <asm/vmcb.h>
#include <bulkhead/hypercall.h>
#include <bulkhead/image.h>
#include <core/info.h>

#define DEFINE(name, value) __asm__ volatile("\n.ascii \"->" #name " %0\"" : : "i"((uint64_t)(value)))

void asm_offsets(void);

static void of_found(void)
{
	DEFINE(PERCPU_FOUND, offsetof(struct percpu, found));
	DEFINE(FOUND_CR3, offsetof(struct found, cr3));
	DEFINE(FOUND_CR4, offsetof(struct found, cr4));
	DEFINE(FOUND_RSP, offsetof(struct found, rsp));
	DEFINE(FOUND_RFLAGS, offsetof(struct found, rflags));
	DEFINE(FOUND_RESUME, offsetof(struct found, resume));
	DEFINE(FOUND_GDTR, offsetof(struct found, gdtr.limit));
	DEFINE(FOUND_GDTR_BASE, offsetof(struct found, gdtr.base));
	DEFINE(FOUND_IDTR, offsetof(struct found, idtr.limit));
	DEFINE(FOUND_SELECTOR, offsetof(struct found, selector));
	DEFINE(FOUND_GDT, offsetof(struct found, gdt));
}

static void of_state(void)
{
	DEFINE(STATE_RIP, offsetof(struct x86_state, rip));
	DEFINE(STATE_RSP, offsetof(struct x86_state, rsp));
	DEFINE(STATE_RFLAGS, offsetof(struct x86_state, rflags));
	DEFINE(STATE_CR0, offsetof(struct x86_state, cr0));
	DEFINE(STATE_CR3, offsetof(struct x86_state, cr3));
	DEFINE(STATE_CR4, offsetof(struct x86_state, cr4));
	DEFINE(STATE_EFER, offsetof(struct x86_state, efer));
	DEFINE(STATE_SEGMENT, offsetof(struct x86_state, segment));
	DEFINE(SEGMENT_LIMIT, offsetof(struct x86_segment, limit));
	DEFINE(SEGMENT_BASE, offsetof(struct x86_segment, base));
	DEFINE(SEGMENT_SHIFT, 4);
	DEFINE(ASM_SEG_ES, SEG_ES);
	DEFINE(ASM_SEG_CS, SEG_CS);
	DEFINE(ASM_SEG_SS, SEG_SS);
	DEFINE(ASM_SEG_DS, SEG_DS);
	DEFINE(ASM_SEG_FS, SEG_FS);
	DEFINE(ASM_SEG_GS, SEG_GS);
	DEFINE(ASM_SEG_GDTR, SEG_GDTR);
	DEFINE(ASM_SEG_LDTR, SEG_LDTR);
	DEFINE(ASM_SEG_IDTR, SEG_IDTR);
	DEFINE(ASM_SEG_TR, SEG_TR);
}

static void of_image(void)
{
	DEFINE(IMAGE_CORE_SIZE, offsetof(struct bh_image_header, core_size));
	DEFINE(IMAGE_PERCPU_SIZE, offsetof(struct bh_image_header, percpu_size));
	DEFINE(IMAGE_HV_BASE, offsetof(struct bh_image_header, hv_base));
	DEFINE(IMAGE_HV_SIZE, offsetof(struct bh_image_header, hv_size));
	DEFINE(IMAGE_CPU_COUNT, offsetof(struct bh_image_header, cpu_count));
	DEFINE(IMAGE_HEADER_SIZE, sizeof(struct bh_image_header));
	DEFINE(IMAGE_INFO_SIZE, INFO_SIZE);
	DEFINE(IMAGE_MAGIC, BH_IMAGE_MAGIC);
	DEFINE(ABI_MAJOR, BH_ABI_MAJOR);
	DEFINE(ABI_MINOR, BH_ABI_MINOR);
	DEFINE(ARCH_X86_64, BH_ARCH_X86_64);
	DEFINE(HYPERCALL_PING, BH_HYPERCALL(BH_HC_PING));
	DEFINE(ERROR_RANGE, BH_E_RANGE);
}

void asm_offsets(void)
{
	of_image();
	of_found();
	of_state();
	DEFINE(PERCPU_SELF, offsetof(struct percpu, self));
	DEFINE(PERCPU_STATS, offsetof(struct percpu, stats));
	DEFINE(PERCPU_NMIS, offsetof(struct percpu, nmis));
	DEFINE(PERCPU_GDT, offsetof(struct percpu, gdt));
	DEFINE(PERCPU_TSS, offsetof(struct percpu, tss));
	DEFINE(PERCPU_VMCB_PHYSICAL, offsetof(struct percpu, vmcb_physical));
	DEFINE(PERCPU_HOST_PHYSICAL, offsetof(struct percpu, host_physical));
	DEFINE(CPU_IN_GUEST, offsetof(struct cpu_arch, in_guest));
	DEFINE(CPU_FLUSH, offsetof(struct cpu_arch, flush));
	DEFINE(CPU_FLUSHED, offsetof(struct cpu_arch, flushed));
	DEFINE(STAT_TOTAL_OFFSET, BH_STAT_TOTAL * 8);
	DEFINE(STAT_HYPERCALL_OFFSET, BH_STAT_HYPERCALL * 8);
	DEFINE(VMCB_RAX, offsetof(struct vmcb, rax));
	DEFINE(VMCB_EXIT_CODE, offsetof(struct vmcb, exit_code));
	DEFINE(VMCB_EXIT_INFO1, offsetof(struct vmcb, exit_info1));
	DEFINE(VMCB_EXIT_INT_INFO, offsetof(struct vmcb, exit_int_info));
	DEFINE(PERCPU_NMI_IS_PENDING, offsetof(struct percpu, nmi_is_pending));
}
