/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The image header and all code that runs with the MMU off, together in the image's first page, which is also
 * mapped at its physical address.
 *
 * Rule for the boot tables: they are written with the MMU off, past the caches. Lines that were there before
 * are dropped first, so that none is written back over them, and again afterwards, so that none that was
 * fetched meanwhile hides them from cacheable accesses.
 */
#include <asm/assembler.h>
#include <asm/layout.h>
#include <generated/asm-offsets.h>

#ifdef CONFIG_GICV3
#define VECTORS_EARLY vectors_v3
#else
#define VECTORS_EARLY vectors_v2
#endif

	/* Jump to label's identity alias. Clobbers x7 to x9. */
	.macro	jump_identity label
	adr	x9, image_header
	ldr	x8, [x9, #IMAGE_HV_BASE]
	adr	x7, \label
	sub	x7, x7, x9
	add	x7, x7, x8
	br	x7
	.endm

	/* Drop cache lines of [start, end). Clobbers tmp, line. */
	.macro	drop_lines start, end, tmp, line
	mrs	\tmp, ctr_el0
	ubfx	\tmp, \tmp, #16, #4
	mov	\line, #4
	lsl	\line, \line, \tmp
	mov	\tmp, \start
1:	dc	ivac, \tmp
	add	\tmp, \tmp, \line
	cmp	\tmp, \end
	b.lo	1b
	dsb	sy
	.endm

	.section .head, "ax"
	.global	image_header
image_header:
	.quad	IMAGE_MAGIC
	.hword	ABI_MAJOR, ABI_MINOR, ARCH_AARCH64, CONFIG_MAX_CPUS
	.quad	layout_core_size
	.quad	PERCPU_AREA_SIZE
	.quad	entry_hvc - image_header
	.quad	IMAGE_INFO_SIZE
	.zero	IMAGE_HEADER_SIZE - 48

/*
 * entry_hvc - in by HVC_SOFT_RESTART: EL2, MMU off, x0 = BH_ENTER_ARG, x1 = where to return, x2 = DAIF
 * x18 to x30, SP_EL0, SP_EL1 and everything at EL1 are the caller's and stay.
 */
	.global	entry_hvc
entry_hvc:
	adr	x3, image_header
	ubfx	x4, x0, #0, #31		/* slot; the flag beside it is C's business */
	ldr	w5, [x3, #IMAGE_CPU_COUNT]
	cmp	w4, w5
	b.hs	refuse
	lsr	x5, x3, #38		/* the identity map must stay below HV_BASE */
	cbnz	x5, refuse
	mov	x17, x30
	bl	boot_tables
	mrs	x10, sctlr_el2
	mrs	x11, tcr_el2
	mrs	x12, mair_el2
	mrs	x13, ttbr0_el2
	mrs	x14, vbar_el2
	mrs	x15, tpidr_el2
	mov	x16, sp
	mrs	x6, spsr_el2
	and	x7, x6, #0xf
	cmp	x7, #5			/* from EL1h: the exception return still describes the caller */
	b.eq	mmu_on
	mov	x6, #5			/* else from what we were told */
	orr	x6, x6, x2
	mrs	x7, id_aa64mmfr1_el1
	tst	x7, #0xf00000
	cset	x7, ne
	orr	x6, x6, x7, lsl #22	/* PAN */
	msr	spsr_el2, x6
	msr	elr_el2, x1
	b	mmu_on

refuse:
	msr	elr_el2, x1
	mov	x0, #ERROR_RANGE
	eret

/* entry_boot - in by firmware's CPU_ON: EL2 from reset, x0 = slot */
	.global	entry_boot
entry_boot:
	mrs	x6, CurrentEL
	cmp	x6, #8
	b.ne	3f
	load_constant x6, SCTLR_RES1
	msr	sctlr_el2, x6
	isb
	adr	x3, image_header
	mov	x4, x0
	ldr	w5, [x3, #IMAGE_CPU_COUNT]
	cmp	x4, x5
	b.hs	3f
	mov	x1, xzr			/* nowhere to return to: this is how both entries are told apart */
	bl	boot_tables
	b	mmu_on
3:	wfi
	b	3b

/*
 * boot_tables - x3 = image's physical address, x4 = slot; returns x5 = the CPU's private area
 * Identity of the first 2 MiB, all of the hypervisor's memory at HV_BASE, the private area at PERCPU_BASE.
 * Clobbers x6 to x9.
 */
boot_tables:
	ldr	x6, [x3, #IMAGE_CORE_SIZE]
	ldr	x7, [x3, #IMAGE_PERCPU_SIZE]
	madd	x5, x4, x7, x6
	add	x5, x5, x3
	add	x6, x5, #(PERCPU_BOOT_ROOT & 0xff000)
	add	x7, x6, #(PERCPU_AREA_SIZE - PERCPU_BOOT_ROOT)
	drop_lines x6, x7, x8, x9
	mov	x8, x6
1:	stp	xzr, xzr, [x8], #16
	cmp	x8, x7
	b.lo	1b

	/* root: identity, linear, private */
	add	x7, x5, #(PERCPU_BOOT_IDENTITY & 0xff000)
	orr	x7, x7, #BOOT_TABLE
	lsr	x8, x3, #30
	str	x7, [x6, x8, lsl #3]
	add	x7, x5, #(PERCPU_BOOT_LINEAR & 0xff000)
	orr	x7, x7, #BOOT_TABLE
	mov	x8, #(HV_BASE >> 30)
	str	x7, [x6, x8, lsl #3]
	add	x7, x5, #(PERCPU_PRIVATE_L2 & 0xff000)
	orr	x7, x7, #BOOT_TABLE
	mov	x8, #(PERCPU_BASE >> 30)
	str	x7, [x6, x8, lsl #3]

	/* identity: one block */
	mov	x9, #BOOT_BLOCK
	orr	x9, x9, x3		/* 2 MiB aligned */
	add	x7, x5, #(PERCPU_BOOT_IDENTITY & 0xff000)
	ubfx	x8, x3, #21, #9
	str	x9, [x7, x8, lsl #3]

	/* linear: blocks */
	add	x7, x5, #(PERCPU_BOOT_LINEAR & 0xff000)
	ldr	x8, [x3, #IMAGE_HV_SIZE]
	lsr	x8, x8, #21
	cmp	x8, #512
	b.ls	2f
	mov	x8, #512
2:	cbz	x8, 3f
	str	x9, [x7], #8
	add	x9, x9, #0x200, lsl #12
	sub	x8, x8, #1
	b	2b

	/* private: pages, but for the guards */
3:	add	x7, x5, #(PERCPU_PRIVATE_L3 & 0xff000)
	add	x8, x5, #(PERCPU_PRIVATE_L2 & 0xff000)
	orr	x9, x7, #BOOT_TABLE
	str	x9, [x8]
	mov	x9, #BOOT_PAGE
	orr	x9, x9, #1 << 54	/* no execute */
	orr	x9, x9, x5
	mov	x8, #(PERCPU_AREA_SIZE >> 12)
4:	str	x9, [x7], #8
	add	x9, x9, #1, lsl #12
	subs	x8, x8, #1
	b.ne	4b
	add	x7, x5, #(PERCPU_PRIVATE_L3 & 0xff000)
	str	xzr, [x7, #(PERCPU_GUARD1 >> 12) * 8]
	str	xzr, [x7, #(PERCPU_GUARD2 >> 12) * 8]

	dsb	sy
	add	x7, x6, #(PERCPU_AREA_SIZE - PERCPU_BOOT_ROOT)
	drop_lines x6, x7, x8, x9
	ret

/* Boot tables on, private area cleared, then C. x5 = private area's physical address. */
mmu_on:
	load_constant x6, MAIR_VALUE
	msr	mair_el2, x6
	load_constant x6, TCR_VALUE
	mrs	x7, id_aa64mmfr0_el1
	and	x7, x7, #0xf
	cmp	x7, #5			/* 48 bits are all that a table entry holds */
	mov	x8, #5
	csel	x7, x7, x8, lo
	orr	x6, x6, x7, lsl #16
	msr	tcr_el2, x6
	add	x6, x5, #(PERCPU_BOOT_ROOT & 0xff000)
	msr	ttbr0_el2, x6
	isb
	tlbi	alle2
	ic	iallu
	dsb	sy
	isb
	load_constant x6, SCTLR_RES1 | SCTLR_ON
	msr	sctlr_el2, x6
	isb
	adr	x6, mapped
	sub	x6, x6, x3
	load_constant x7, HV_BASE
	add	x6, x6, x7
	br	x6
mapped:
	load_constant x6, PERCPU_BASE
	mov	x7, #PERCPU_DATA_SIZE
	add	x7, x7, x6
1:	stp	xzr, xzr, [x6], #16
	cmp	x6, x7
	b.lo	1b
	load_constant x6, PERCPU_BASE + PERCPU_FRAME
	mov	sp, x6
	mov	x7, #PERCPU_FRAME_SIZE
	add	x7, x7, x6
1:	stp	xzr, xzr, [x6], #16
	cmp	x6, x7
	b.lo	1b
	adrp	x6, VECTORS_EARLY
	add	x6, x6, :lo12:VECTORS_EARLY
	msr	vbar_el2, x6
	isb
	cbz	x1, 2f

	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	str	x17, [sp, #240]
	load_constant x6, PERCPU_BASE + PERCPU_FOUND
	stp	x10, x11, [x6]
	stp	x12, x13, [x6, #16]
	stp	x14, x15, [x6, #32]
	str	x16, [x6, #48]
	mov	x29, xzr
	mov	x30, xzr
	bl	enter_found
	cbnz	x0, 3f
	b	vectors_return
3:	ldr	x0, [sp]
	b	entry_leave

2:	mov	x0, x4
	mov	x29, xzr
	mov	x30, xzr
	bl	enter_arrived
	b	vectors_return

/*
 * entry_leave - give EL2 back and return to the kernel with x0; C has restored everything else
 * The found registers and the frame are read before the MMU goes off.
 */
	.global	entry_leave
entry_leave:
	load_constant x6, PERCPU_BASE + PERCPU_FOUND
	ldp	x10, x11, [x6]
	ldp	x12, x13, [x6, #16]
	ldp	x14, x15, [x6, #32]
	ldr	x16, [x6, #48]
	load_constant x6, PERCPU_BASE + PERCPU_FRAME
	ldp	x18, x19, [x6, #144]
	ldp	x20, x21, [x6, #160]
	ldp	x22, x23, [x6, #176]
	ldp	x24, x25, [x6, #192]
	ldp	x26, x27, [x6, #208]
	ldp	x28, x29, [x6, #224]
	ldr	x30, [x6, #240]
	jump_identity 1f
1:	mrs	x6, sctlr_el2
	bic	x6, x6, #SCTLR_M
	bic	x6, x6, #SCTLR_C
	dsb	sy
	msr	sctlr_el2, x6
	isb
	tlbi	alle2
	dsb	sy
	isb
	msr	tcr_el2, x11
	msr	mair_el2, x12
	msr	ttbr0_el2, x13
	msr	vbar_el2, x14
	msr	tpidr_el2, x15
	mov	sp, x16
	isb
	msr	sctlr_el2, x10
	isb
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
	mov	x\n, xzr
	.endr
	eret
	dsb	nsh
	isb

/*
 * entry_switch - x0 = TTBR0_EL2, x1 = SCTLR_EL2. Without the MMU in between no translation can be met twice.
 */
	.global	entry_switch
entry_switch:
	jump_identity 1f
1:	mrs	x2, sctlr_el2
	bic	x2, x2, #SCTLR_M
	bic	x2, x2, #SCTLR_C
	dsb	sy
	msr	sctlr_el2, x2
	isb
	msr	ttbr0_el2, x0
	isb
	tlbi	alle2
	dsb	sy
	isb
	msr	sctlr_el2, x1
	isb
	ret
