/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads an address that no cell has: the hypervisor must stop this cell alone, and say why. */
	.code32
	.globl	_start
_start:	movl	0xdead0000, %eax
1:	jmp	1b
