/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is its CPU in long mode? Then it says so, and switches itself off. The bytes of the test are 'inc %eax, nop' in
 * protected mode, and a 'nop' with a prefix in long mode.
 */
	.code32
	.globl	_start
_start:	xorl	%eax, %eax
	.byte	0x40, 0x90
	testl	%eax, %eax
	jnz	2f
	movl	$text, %esi
	movl	$0x3f8, %edx
1:	movb	(%esi), %al
	testb	%al, %al
	jz	2f
	outb	%al, %dx
	addl	$1, %esi
	jmp	1b
2:	movl	$0x604, %edx
	movl	$0x2000, %eax
	outw	%ax, %dx
3:	jmp	3b
text:	.asciz	"in long mode\n"
