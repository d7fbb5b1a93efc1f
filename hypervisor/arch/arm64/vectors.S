/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exception vectors, one table for each GIC: which interrupt path runs is decided by VBAR_EL2 and costs no
 * branch.
 *
 * While a guest runs SP_EL2 points at its frame (struct frame), so that registers are saved without
 * arithmetic. Interrupts and known hypercalls save what the C calling convention does not preserve, and
 * nothing else.
 *
 * No indirect branch is taken between here and eret but by returns and by register tables; the barriers behind
 * eret stop straight-line speculation. CPUs for which firmware has a work-around against trained branch
 * predictors (errata.c) get tables that call it first.
 */
#include <asm/assembler.h>
#include <asm/layout.h>
#include <generated/asm-offsets.h>

#define EC_HVC 0x16
#define EC_SYSREG 0x18
/* MSR ICC_SGI1R_EL1, Xt: exception class 0x18, IL, op0 3, op2 5, op1 0, CRn 12, CRm 11, write */
#define ESR_SGI1R 0x623a3016
#define ESR_NOT_RT 0xfffffc1f
/*
 * Data abort of a guest whose syndrome says all: exception class 0x24, ISV, no cache maintenance, no table
 * walk, translation fault.
 */
#define ESR_MMIO_MASK 0xfd0001bc
#define ESR_MMIO 0x91000004

	.macro	save_caller_from_4
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	str	x18, [sp, #144]
	str	x30, [sp, #240]
	.endm

	.macro	restore_caller
	ldp	x0, x1, [sp]
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldr	x18, [sp, #144]
	ldr	x30, [sp, #240]
	.endm

	.macro	save_callee
	stp	x19, x20, [sp, #152]
	stp	x21, x22, [sp, #168]
	stp	x23, x24, [sp, #184]
	stp	x25, x26, [sp, #200]
	stp	x27, x28, [sp, #216]
	str	x29, [sp, #232]
	.endm

	/* What a misprediction would run behind eret is stopped. */
	.macro	return_to_guest
	eret
	dsb	nsh
	isb
	.endm

	.macro	fault_entry number
	.align	7
	msr	tpidr_el2, x0
	load_constant x0, PERCPU_BASE + PERCPU_EMERGENCY_FRAME
	stp	x1, x2, [x0, #8]
	mov	x1, #\number
	b	fault
	.endm

	/* x0 to x3 are saved, and lost: SMCCC 1.1 keeps the others. */
	.macro	call_workaround
	movz	x0, #PERCPU_BASE >> 32, lsl #32
	ldr	w0, [x0, #PERCPU_WORKAROUND]
	smc	#0
	.endm

	.macro	irq_entry handler, hardened
	.align	7
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #16]
	.if	\hardened
	call_workaround
	b	\handler\()_hardened
	.else
	save_caller_from_4
	bl	\handler
	cbnz	x0, kick
	restore_caller
	return_to_guest
	.endif
	.endm

	/* The rest of a hardened entry, which has no room between two vectors. */
	.macro	irq_hardened handler
\handler\()_hardened:
	save_caller_from_4
	bl	\handler
	cbnz	x0, kick
	restore_caller
	return_to_guest
	.endm

	.macro	sync_entry hardened
	.align	7
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #16]
	.if	\hardened
	call_workaround
	.endif
	mrs	x0, esr_el2
	lsr	w1, w0, #26
	cmp	w1, #EC_HVC
	b.ne	sync_trap
	b	sync_hvc
	.endm

	.macro	vector_table name, irq, hardened
	.align	11
	.global	\name
\name:
	fault_entry 0
	fault_entry 1
	fault_entry 2
	fault_entry 3
	fault_entry 4
	fault_entry 5
	fault_entry 6
	fault_entry 7
	sync_entry \hardened
	irq_entry \irq, \hardened
	irq_entry \irq, \hardened /* FIQ: group 0 belongs to firmware; nothing but a stray one comes here */
	fault_entry 11		/* SErrors of a guest go to the guest (HCR_EL2.AMO is 0) */
	fault_entry 12		/* EL1 is never AArch32 */
	fault_entry 13
	fault_entry 14
	fault_entry 15
	.endm

	.section .text.vectors, "ax"
#ifdef CONFIG_GICV3
	vector_table vectors_v3, gic_v3_irq, 0
	vector_table vectors_v3_hardened, gic_v3_irq, 1
	irq_hardened gic_v3_irq
#endif
#ifdef CONFIG_GICV2
	vector_table vectors_v2, gic_v2_irq, 0
	vector_table vectors_v2_hardened, gic_v2_irq, 1
	irq_hardened gic_v2_irq
#endif

/* A hypercall. PING, the cheapest, changes nothing but its counters and x0. */
sync_hvc:
	ldp	x2, x3, [sp]
	movz	w1, #HYPERCALL_PING & 0xffff
	movk	w1, #HYPERCALL_PING >> 16, lsl #16
	cmp	x2, x1
	b.ne	full
	ldr	x1, =HYPERCALL_MAGIC
	cmp	x3, x1
	b.ne	full
	movz	x2, #PERCPU_BASE >> 32, lsl #32
	ldr	x2, [x2, #PERCPU_STATS]
	ldr	x3, [x2, #STAT_TOTAL_OFFSET]
	add	x3, x3, #1
	str	x3, [x2, #STAT_TOTAL_OFFSET]
	ldr	x3, [x2, #STAT_HYPERCALL_OFFSET]
	add	x3, x3, #1
	str	x3, [x2, #STAT_HYPERCALL_OFFSET]
	mov	x0, xzr
	ldr	x1, [sp, #8]
	ldp	x2, x3, [sp, #16]
	return_to_guest

/*
 * Not a hypercall. A load or store to a device is decoded with the registers that C clobbers saved, if it is
 * one of them that it moves (compilers prefer them). x0 = ESR_EL2; x0 to x3 are saved
 */
sync_trap:
	cmp	w1, #EC_SYSREG
	b.eq	sync_sysreg
	movz	w1, #ESR_MMIO_MASK & 0xffff
	movk	w1, #ESR_MMIO_MASK >> 16, lsl #16
	movz	w2, #ESR_MMIO & 0xffff
	movk	w2, #ESR_MMIO >> 16, lsl #16
	and	w1, w1, w0
	cmp	w1, w2
	b.ne	full
	ubfx	w1, w0, #16, #5
	sub	w1, w1, #19
	cmp	w1, #30 - 19
	b.lo	full
	save_caller_from_4
	str	xzr, [sp, #248]
	bl	mmio_fast
	cbnz	x0, full_saved
	restore_caller
	return_to_guest

/* Is it an IPI by system register? */
sync_sysreg:
	movz	w1, #ESR_SGI1R & 0xffff
	movk	w1, #ESR_SGI1R >> 16, lsl #16
	eor	w1, w1, w0
	tst	w1, #ESR_NOT_RT
	b.ne	full
#ifdef CONFIG_GICV3
	save_caller_from_4
	save_callee			/* Rt may be any of them */
	str	xzr, [sp, #248]
	ubfx	w0, w0, #5, #5
	ldr	x0, [sp, x0, lsl #3]
	bl	gic_v3_send_sgi
	mrs	x0, elr_el2
	add	x0, x0, #4
	msr	elr_el2, x0
	restore_caller
	return_to_guest
#endif

/* Everything else: x0 = ESR_EL2, x0 to x3 are saved. */
full:
	save_caller_from_4
full_saved:
	save_callee
	str	xzr, [sp, #248]
	mov	x0, sp
	mrs	x1, esr_el2
	mov	x29, xzr
	bl	exit_sync
	cbnz	x0, leave

/* vectors_return - into the guest with all of the frame */
	.global	vectors_return
vectors_return:
	ldp	x19, x20, [sp, #152]
	ldp	x21, x22, [sp, #168]
	ldp	x23, x24, [sp, #184]
	ldp	x25, x26, [sp, #200]
	ldp	x27, x28, [sp, #216]
	ldr	x29, [sp, #232]
	restore_caller
	return_to_guest

/* An interrupt was a kick. */
kick:
	save_callee
	bl	exit_kick
	cbz	x0, vectors_return
leave:
	ldr	x0, [sp]
	b	entry_leave

/*
 * An exception at EL2 itself, or one that cannot be. The stack may be what is broken, so evidence is
 * collected on another one; then things go on from the stack's top. x0 = frame on the emergency stack, x1 =
 * vector; x0 (in TPIDR_EL2), x1 and x2 are saved.
 */
fault:
	stp	x3, x4, [x0, #24]
	stp	x5, x6, [x0, #40]
	stp	x7, x8, [x0, #56]
	stp	x9, x10, [x0, #72]
	stp	x11, x12, [x0, #88]
	stp	x13, x14, [x0, #104]
	stp	x15, x16, [x0, #120]
	stp	x17, x18, [x0, #136]
	stp	x19, x20, [x0, #152]
	stp	x21, x22, [x0, #168]
	stp	x23, x24, [x0, #184]
	stp	x25, x26, [x0, #200]
	stp	x27, x28, [x0, #216]
	stp	x29, x30, [x0, #232]
	mrs	x2, tpidr_el2
	str	x2, [x0]
	mov	x2, sp
	str	x2, [x0, #248]
	mov	sp, x0
	bl	fault_el2
	load_constant x1, PERCPU_BASE + PERCPU_FRAME
	mov	sp, x1
	cbnz	x0, 1f
	bl	fault_report
	b	vectors_return
1:	bl	enter_abort
	mov	x0, #ERROR_HARDWARE
	b	entry_leave
