/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single instructions that may fault. fault.c goes on where .fixups says. */
	.macro	fixup from, to
	.section .fixups, "a"
	.quad	\from, \to
	.previous
	.endm

	.section .text.access, "ax"
/* access_read_msr - %edi = register, %rsi = where to put it */
	.global	access_read_msr
access_read_msr:
	mov	%edi, %ecx
1:	rdmsr
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rax, (%rsi)
	xor	%eax, %eax
	ret
	fixup	1b, access_failed

/* access_write_msr - %edi = register, %rsi = value */
	.global	access_write_msr
access_write_msr:
	mov	%edi, %ecx
	mov	%esi, %eax
	mov	%rsi, %rdx
	shr	$32, %rdx
1:	wrmsr
	xor	%eax, %eax
	ret
	fixup	1b, access_failed

/* access_write_xcr - %edi = register, %rsi = value */
	.global	access_write_xcr
access_write_xcr:
	mov	%edi, %ecx
	mov	%esi, %eax
	mov	%rsi, %rdx
	shr	$32, %rdx
1:	xsetbv
	xor	%eax, %eax
	ret
	fixup	1b, access_failed

access_failed:
	mov	$1, %eax
	ret
