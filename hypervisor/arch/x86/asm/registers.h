/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For assembly: general registers from and to a struct frame at \offset of \base. The low ones are all that have names
 * but RAX and RSP, the high ones those that have numbers but R8.
 */
#ifndef ASM_REGISTERS_H
#define ASM_REGISTERS_H

#ifdef __ASSEMBLY__

	.macro	save_low base=%rsp, offset=0
	mov	%rcx, 8 + \offset(\base)
	mov	%rdx, 16 + \offset(\base)
	mov	%rbx, 24 + \offset(\base)
	mov	%rbp, 40 + \offset(\base)
	mov	%rsi, 48 + \offset(\base)
	mov	%rdi, 56 + \offset(\base)
	.endm

	.macro	save_high base=%rsp, offset=0
	.irp	n, 9, 10, 11, 12, 13, 14, 15
	mov	%r\n, 8 * \n + \offset(\base)
	.endr
	.endm

	.macro	restore_low base=%rsp, offset=0
	mov	8 + \offset(\base), %rcx
	mov	16 + \offset(\base), %rdx
	mov	24 + \offset(\base), %rbx
	mov	40 + \offset(\base), %rbp
	mov	48 + \offset(\base), %rsi
	mov	56 + \offset(\base), %rdi
	.endm

	.macro	restore_high base=%rsp, offset=0
	.irp	n, 9, 10, 11, 12, 13, 14, 15
	mov	8 * \n + \offset(\base), %r\n
	.endr
	.endm

#endif

#endif
