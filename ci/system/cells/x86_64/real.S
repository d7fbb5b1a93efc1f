/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is its CPU in real mode? Then it says so, and switches itself off. */
	.code16
	.globl	_start
_start:	smsw	%ax
	testb	$1, %al
	jnz	2f
	movw	$text, %si
	movw	$0x3f8, %dx
1:	movb	%cs:(%si), %al
	testb	%al, %al
	jz	2f
	outb	%al, %dx
	incw	%si
	jmp	1b
2:	movw	$0x604, %dx
	movw	$0x2000, %ax
	outw	%ax, %dx
3:	jmp	3b
text:	.asciz	"in real mode\n"
