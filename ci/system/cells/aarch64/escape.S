/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads an address that no cell has: the hypervisor must stop this cell alone, and say why. */
	.globl	_start
_start:	mov	x0, #0xdead0000
	ldr	x1, [x0]
1:	b	1b
