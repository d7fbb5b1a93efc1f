/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The complete register state of a CPU but for the general registers: as it was found, as a guest starts, and as it
 * is given back. FPU and vector registers, CR8, CR2 and DR0 to DR3 stay in the CPU: the hypervisor uses none of them.
 */
#ifndef ASM_STATE_H
#define ASM_STATE_H

#include <bulkhead/types.h>

/* Bits of struct x86_segment's attributes: those of a descriptor, 47:40 and 55:52, without a gap between them. */
#define SEGMENT_TYPE 0x00fu
#define SEGMENT_S 0x010u /* code or data */
#define SEGMENT_DPL_SHIFT 5
#define SEGMENT_PRESENT 0x080u
#define SEGMENT_AVAILABLE 0x100u
#define SEGMENT_LONG 0x200u
#define SEGMENT_BIG 0x400u
#define SEGMENT_GRANULAR 0x800u

/**
 * struct x86_segment - a segment register with what the processor caches of its descriptor
 * Laid out as in a VMCB (AMD64 Architecture Programmer's Manual, volume 2, appendix B). Attributes 0: unusable.
 * @limit: in bytes.
 */
struct x86_segment {
	uint16_t selector;
	uint16_t attributes;
	uint32_t limit;
	uint64_t base;
};
_Static_assert(sizeof(struct x86_segment) == 16, "a VMCB's segments are 16 bytes");

/** GDTR and IDTR: selector and attributes are unused. */
enum x86_segment_name {
	SEG_ES = 0,
	SEG_CS = 1,
	SEG_SS = 2,
	SEG_DS = 3,
	SEG_FS = 4,
	SEG_GS = 5,
	SEG_GDTR = 6,
	SEG_LDTR = 7,
	SEG_IDTR = 8,
	SEG_TR = 9,
	SEG_COUNT = 10
};

/**
 * MSRs that belong to whoever runs. X(name, number, reset value, feature without which it is not there)
 * Where a back end switches one on entry and exit, the value that counts is the back end's.
 */
#define STATE_MSRS(X)                                                     \
	X(SYSENTER_CS, 0x174, 0, FEATURE_ALWAYS)                          \
	X(SYSENTER_ESP, 0x175, 0, FEATURE_ALWAYS)                         \
	X(SYSENTER_EIP, 0x176, 0, FEATURE_ALWAYS)                         \
	X(PAT, 0x277, 0x0007040600070406, FEATURE_ALWAYS)                 \
	X(STAR, 0xc0000081, 0, FEATURE_ALWAYS)                            \
	X(LSTAR, 0xc0000082, 0, FEATURE_ALWAYS)                           \
	X(CSTAR, 0xc0000083, 0, FEATURE_ALWAYS)                           \
	X(SFMASK, 0xc0000084, 0, FEATURE_ALWAYS)                          \
	X(KERNEL_GS_BASE, 0xc0000102, 0, FEATURE_ALWAYS)                  \
	X(TSC_AUX, 0xc0000103, 0, FEATURE_RDTSCP)                         \
	X(SPEC_CTRL, 0x48, 0, FEATURE_SPEC_CTRL)                          \
	X(XSS, 0xda0, 0, FEATURE_XSAVES)                                  \
	X(U_CET, 0x6a0, 0, FEATURE_CET)                                   \
	X(S_CET, 0x6a2, 0, FEATURE_CET)                                   \
	X(PL0_SSP, 0x6a4, 0, FEATURE_CET_SS)                              \
	X(PL1_SSP, 0x6a5, 0, FEATURE_CET_SS)                              \
	X(PL2_SSP, 0x6a6, 0, FEATURE_CET_SS)                              \
	X(PL3_SSP, 0x6a7, 0, FEATURE_CET_SS)                              \
	X(SSP_TABLE, 0x6a8, 0, FEATURE_CET_SS)

enum state_msr {
#define STATE_MSR_ENUM(name, number, reset, feature) STATE_##name,
	STATE_MSRS(STATE_MSR_ENUM)
#undef STATE_MSR_ENUM
		STATE_MSR_COUNT
};

/** Registers of a vCPU that both back ends know by number; those before the count of the state are in it. */
enum vcpu_register {
	VCPU_RIP,
	VCPU_RSP,
	VCPU_RFLAGS,
	VCPU_CR0,
	VCPU_CR3,
	VCPU_CR4,
	VCPU_EFER, /* as the guest sees it */
	VCPU_DR7,
	STATE_REGISTER_COUNT,
	VCPU_FS_BASE = STATE_REGISTER_COUNT,
	VCPU_GS_BASE,
	VCPU_REGISTER_COUNT
};

/**
 * struct x86_state - see above
 * @reg: by enum vcpu_register: those that have names, too.
 * @msr: by enum state_msr; 0 where it is not there.  @efer: as the owner sees it: without SVME.
 * @dr6, @dr7: the others stay in the CPU.  @xcr0: 0: CR4.OSXSAVE cannot be set here.
 */
struct x86_state {
	struct x86_segment segment[SEG_COUNT];
	union {
		struct {
			uint64_t rip;
			uint64_t rsp;
			uint64_t rflags;
			uint64_t cr0;
			uint64_t cr3;
			uint64_t cr4;
			uint64_t efer;
			uint64_t dr7;
		};
		uint64_t reg[STATE_REGISTER_COUNT];
	};
	uint64_t dr6;
	uint64_t xcr0;
	uint64_t msr[STATE_MSR_COUNT];
};

/** After INIT: real mode at 0xf000:0xfff0 (see arch_vcpu_start(), which sets where to begin). */
void state_reset(struct x86_state *state);

/** As a SIPI with @vector begins: real mode at @vector << 12. */
void state_startup(struct x86_state *state, unsigned int vector);

/** As multiboot and Linux' 32-bit entry begin: protected mode, flat segments, no paging, at @entry. */
void state_protected(struct x86_state *state, uint64_t entry);

/** In long mode with PAE and paging on: flat segments, tables at @cr3, at @entry. */
void state_long(struct x86_state *state, uint64_t entry, uint64_t cr3);

/** Real mode at @entry >> 4 : @entry & 15. */
void state_real(struct x86_state *state, uint64_t entry);

/** Unpack the descriptor of @selector from a copy of a GDT of @size bytes. A null or missing one is unusable. */
void state_segment(struct x86_segment *segment, uint16_t selector, const uint64_t *gdt, unsigned int size);

/** Read, write the MSRs of the table; of the CPU itself. */
void state_save_msrs(struct x86_state *state);
void state_load_msrs(const struct x86_state *state);

#endif
