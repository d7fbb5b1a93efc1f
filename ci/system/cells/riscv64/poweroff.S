/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls SBI's system reset at once, to shut down. */
	.globl	_start
_start:	li	a7, 0x53525354
	li	a6, 0
	li	a0, 0
	li	a1, 0
	ecall
1:	j	1b
