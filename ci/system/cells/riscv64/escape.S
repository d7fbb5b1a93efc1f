/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads an address that no cell has: the hypervisor must stop this cell alone, and say why. */
	.globl	_start
_start:	li	a0, 0xdead0000
	ld	a1, 0(a0)
1:	j	1b
