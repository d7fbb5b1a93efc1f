/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x87, SSE and all that XSAVE knows, as after INIT. CR4.OSFXSR is on, and OSXSAVE for the second. */
	.section .rodata.fpstate, "a"
	.balign	64
initial:				/* FCW and MXCSR; XSTATE_BV 0: all else is initial, too */
	.short	0x37f
	.zero	22
	.long	0x1f80
	.zero	576 - 28

	.section .text.fpstate, "ax"
/* fpstate_reset - without XSAVE */
	.global	fpstate_reset
fpstate_reset:
	clts
	fxrstor64 initial
	ret

/* fpstate_reset_extended - %rdi = components */
	.global	fpstate_reset_extended
fpstate_reset_extended:
	clts
	mov	%edi, %eax
	mov	%rdi, %rdx
	shr	$32, %rdx
	xrstor64 initial
	ret
