/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fill the cell's RAM of 16 MiB, but for the first MiB where this program lies, with a pattern that root can
 * look for in physical memory; then rest. The loop ends before it can leave the region.
 */
	.globl	_start
_start:	adr	x1, _start
	mov	x2, #0x1000000
	add	x2, x1, x2
	ldr	x3, pattern
	add	x1, x1, #0x100000
1:	stp	x3, x3, [x1], #16
	cmp	x1, x2
	b.lo	1b
	dsb	sy
2:	wfi
	b	2b
	.balign	8
pattern: .quad	0x5ec4e70fb01dfac5
