/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Never listens to anything: interrupts off, no heartbeat, no answer. */
	.code32
	.globl	_start
_start:	cli
1:	jmp	1b
