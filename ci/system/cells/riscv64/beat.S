/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts in the second page of its memory, where the emulator's monitor can see it. */
	.globl	_start
_start:	lla	t0, _start
	li	t1, 0x1000
	add	t0, t0, t1
1:	ld	t1, 0(t0)
	addi	t1, t1, 1
	sd	t1, 0(t0)
	j	1b
