/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VMCB (AMD64 Architecture Programmer's Manual, volume 2, appendix B) and exit codes (appendix C). */
#ifndef ASM_VMCB_H
#define ASM_VMCB_H

#include <asm/state.h>
#include <asm/svm_event.h>
#include <bulkhead/types.h>

/* Words of intercepts, and bits in them. */
#define VMCB_WORD_CR 0
#define VMCB_WORD_EXCEPTION 2
#define VMCB_WORD_MISC1 3
#define VMCB_WORD_MISC2 4

#define MISC1_INTR (1u << 0)
#define MISC1_NMI (1u << 1)
#define MISC1_SMI (1u << 2)
#define MISC1_INIT (1u << 3)
#define MISC1_IRET (1u << 20)
#define MISC1_CPUID (1u << 18)
#define MISC1_INVD (1u << 22)
#define MISC1_HLT (1u << 24)
#define MISC1_INVLPGA (1u << 26)
#define MISC1_IO (1u << 27)
#define MISC1_MSR (1u << 28)
#define MISC1_SHUTDOWN (1u << 31)
#define MISC2_VMRUN (1u << 0)
#define MISC2_VMMCALL (1u << 1)
#define MISC2_VMLOAD (1u << 2)
#define MISC2_VMSAVE (1u << 3)
#define MISC2_STGI (1u << 4)
#define MISC2_CLGI (1u << 5)
#define MISC2_SKINIT (1u << 6)
#define MISC2_MONITOR (1u << 10)
#define MISC2_MWAIT (1u << 11)
#define MISC2_XSETBV (1u << 13)

/* Exit codes: bits 31:0 are compared, bits 63:32 are the same for all but in emulators. */
#define SVM_EXIT_EXCEPTION 0x40u /* and the vector */
#define SVM_EXIT_NMI 0x61u
#define SVM_EXIT_INIT 0x63u
#define SVM_EXIT_CPUID 0x72u
#define SVM_EXIT_IRET 0x74u
#define SVM_EXIT_INVD 0x76u
#define SVM_EXIT_HLT 0x78u
#define SVM_EXIT_INVLPGA 0x7au
#define SVM_EXIT_IO 0x7bu
#define SVM_EXIT_MSR 0x7cu
#define SVM_EXIT_SHUTDOWN 0x7fu
#define SVM_EXIT_VMRUN 0x80u
#define SVM_EXIT_VMMCALL 0x81u
#define SVM_EXIT_SKINIT 0x86u
#define SVM_EXIT_MONITOR 0x8au
#define SVM_EXIT_MWAIT 0x8bu
#define SVM_EXIT_XSETBV 0x8du
#define SVM_EXIT_NPF 0x400u
#define SVM_EXIT_INVALID 0xffffffffu

#define TLB_NOTHING 0u
#define TLB_FLUSH_ALL 1u
#define TLB_FLUSH_ASID 3u

#define NPF_WRITE (1ull << 1)
#define NPF_FETCH (1ull << 4)
#define NPF_WALK (1ull << 33)

#define IO_IN (1u << 0)
#define IO_STRING (1u << 2)
#define IO_REPEATED (1u << 3)
#define IO_SIZE_SHIFT 4

#define VMCB_INTERRUPT_SHADOW (1ull << 0)
#define VMCB_NESTED_PAGING (1ull << 0)

#define VMCB_FETCHED_COUNT 0xfu

/** struct vmcb - one page; names without a comment are the manual's. */
struct vmcb {
	uint32_t intercept[6]; /* VMCB_WORD_* */
	uint8_t reserved0[0x40 - 0x18];
	uint64_t iopm;
	uint64_t msrpm;
	uint64_t tsc_offset;
	uint32_t asid;
	uint32_t tlb_control;
	uint64_t virtual_interrupt;
	uint64_t interrupt_shadow;
	uint64_t exit_code;
	uint64_t exit_info1;
	uint64_t exit_info2;
	uint64_t exit_int_info;
	uint64_t nested_control;
	uint8_t reserved1[0xa8 - 0x98];
	uint64_t event_injection;
	uint64_t nested_cr3;
	uint64_t lbr_control;
	uint64_t clean;
	uint64_t next_rip;
	uint8_t fetched_count;
	uint8_t fetched[15];
	uint8_t reserved2[0x400 - 0xe0];
	/* the state save area */
	struct x86_segment segment[SEG_COUNT]; /* in the order of enum x86_segment_name */
	uint8_t reserved3[0x4cb - 0x4a0];
	uint8_t cpl;
	uint8_t reserved4[4];
	uint64_t efer;
	uint8_t reserved5[0x548 - 0x4d8];
	uint64_t cr4;
	uint64_t cr3;
	uint64_t cr0;
	uint64_t dr7;
	uint64_t dr6;
	uint64_t rflags;
	uint64_t rip;
	uint8_t reserved6[0x5d8 - 0x580];
	uint64_t rsp;
	uint64_t s_cet;
	uint64_t ssp;
	uint64_t ssp_table;
	uint64_t rax;
	uint64_t star;
	uint64_t lstar;
	uint64_t cstar;
	uint64_t sfmask;
	uint64_t kernel_gs_base;
	uint64_t sysenter_cs;
	uint64_t sysenter_esp;
	uint64_t sysenter_eip;
	uint64_t cr2;
	uint8_t reserved7[0x668 - 0x648];
	uint64_t pat;
	uint64_t debugctl;
	uint8_t reserved8[0x1000 - 0x678];
};
_Static_assert(offsetof(struct vmcb, exit_code) == 0x70, "VMCB");
_Static_assert(offsetof(struct vmcb, event_injection) == 0xa8, "VMCB");
_Static_assert(offsetof(struct vmcb, next_rip) == 0xc8, "VMCB");
_Static_assert(offsetof(struct vmcb, cpl) == 0x4cb, "VMCB");
_Static_assert(offsetof(struct vmcb, efer) == 0x4d0, "VMCB");
_Static_assert(offsetof(struct vmcb, rip) == 0x578, "VMCB");
_Static_assert(offsetof(struct vmcb, rax) == 0x5f8, "VMCB");
_Static_assert(offsetof(struct vmcb, cr2) == 0x640, "VMCB");
_Static_assert(offsetof(struct vmcb, pat) == 0x668, "VMCB");
_Static_assert(sizeof(struct vmcb) == 0x1000, "VMCB");

#endif
