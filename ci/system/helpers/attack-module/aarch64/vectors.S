/* SPDX-License-Identifier: GPL-2.0-only */
/* Vectors that count synchronous exceptions and skip what raised them. One CPU at a time uses them. */
#include <linux/linkage.h>

	.text
	.balign	2048
SYM_CODE_START(attack_vectors)
	.rept	4
	.balign	128
	b	.
	.endr
	.balign	128
	b	skip
	.rept	11
	.balign	128
	b	.
	.endr
SYM_CODE_END(attack_vectors)

SYM_CODE_START_LOCAL(skip)
	stp	x0, x1, [sp, #-32]!
	stp	x2, x3, [sp, #16]
	adrp	x0, attack_seen
	add	x0, x0, :lo12:attack_seen
	ldr	x1, [x0]
	add	x1, x1, #1
	str	x1, [x0]
	mrs	x1, esr_el1
	mrs	x2, far_el1
	stp	x1, x2, [x0, #8]
	mrs	x2, elr_el1
	add	x2, x2, #4
	lsr	x1, x1, #26
	cmp	x1, #0x21		// fetch from where nothing can be fetched: back to the caller
	csel	x2, x30, x2, eq
	msr	elr_el1, x2
	ldp	x2, x3, [sp, #16]
	ldp	x0, x1, [sp], #32
	eret
SYM_CODE_END(skip)

	.arch	armv8.2-a+sve

/* u64 attack_store_vectors(room, with_sve): all vector registers; with SVE all of their length. */
SYM_CODE_START(attack_store_vectors)
	cbz	x1, 1f
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	str	z\n, [x0, #\n, mul vl]
	.endr
	ret
1:	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	str	q\n, [x0, #\n * 16]
	.endr
	ret
SYM_CODE_END(attack_store_vectors)
