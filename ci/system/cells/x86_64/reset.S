/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pulses the reset line at once, as the keyboard controller of a PC does. */
	.code32
	.globl	_start
_start:	movb	$0xfe, %al
	outb	%al, $0x64
1:	jmp	1b
