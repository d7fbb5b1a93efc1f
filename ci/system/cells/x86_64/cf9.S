/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resets itself at once by the chipset's register. */
	.code32
	.globl	_start
_start:	movw	$0xcf9, %dx
	movb	$6, %al
	outb	%al, %dx
1:	jmp	1b
