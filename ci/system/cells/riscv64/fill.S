/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fill the cell's RAM of 16 MiB, but for the first MiB where this program lies, with a pattern that root can
 * look for in physical memory; then rest. The loop ends before it can leave the region.
 */
	.globl	_start
_start:	lla	t1, _start
	li	t2, 0x1000000
	add	t2, t1, t2
	ld	t3, pattern
	li	t0, 0x100000
	add	t1, t1, t0
1:	sd	t3, 0(t1)
	sd	t3, 8(t1)
	addi	t1, t1, 16
	bltu	t1, t2, 1b
	fence
2:	wfi
	j	2b
	.balign	8
pattern: .quad	0x5ec4e70fb01dfac5
