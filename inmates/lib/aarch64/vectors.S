// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Exceptions are taken on the stack of the CPU; all general registers are saved. */

#define FRAME 272 /* struct frame of exception.c */

	.macro	entry function
	.balign	128
	sub	sp, sp, #FRAME
	stp	x0, x1, [sp, #0]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	ldr	x1, =\function
	b	save_and_call
	.endm

	.section .text.vectors, "ax"
	.balign	2048
	.global vectors
vectors:
	.rept	4	/* from the same level with SP_EL0: we never use it */
	entry	exception_unexpected
	.endr
	entry	exception_sync
	entry	irq_dispatch
	entry	exception_unexpected
	entry	exception_unexpected
	.rept	8	/* from lower levels: there are none */
	entry	exception_unexpected
	.endr

	.balign	128
save_and_call:
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	mrs	x2, elr_el1
	mrs	x3, spsr_el1
	stp	x30, x2, [sp, #240]
	str	x3, [sp, #256]
	mov	x0, sp
	blr	x1
	ldp	x30, x2, [sp, #240]
	ldr	x3, [sp, #256]
	msr	elr_el1, x2
	msr	spsr_el1, x3
	ldp	x28, x29, [sp, #224]
	ldp	x26, x27, [sp, #208]
	ldp	x24, x25, [sp, #192]
	ldp	x22, x23, [sp, #176]
	ldp	x20, x21, [sp, #160]
	ldp	x18, x19, [sp, #144]
	ldp	x16, x17, [sp, #128]
	ldp	x14, x15, [sp, #112]
	ldp	x12, x13, [sp, #96]
	ldp	x10, x11, [sp, #80]
	ldp	x8, x9, [sp, #64]
	ldp	x6, x7, [sp, #48]
	ldp	x4, x5, [sp, #32]
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp, #0]
	add	sp, sp, #FRAME
	eret
	.ltorg
