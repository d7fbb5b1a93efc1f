/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts in the second page of its memory, where the emulator's monitor can see it. */
	.code32
	.globl	_start
_start:	incl	0x1000
	jmp	_start
