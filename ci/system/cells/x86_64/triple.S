/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An exception without a table of handlers, and so the next, and the next: the CPU shuts down. */
	.code32
	.globl	_start
_start:	lidt	empty
	ud2
1:	jmp	1b
empty:	.word	0
	.long	0
