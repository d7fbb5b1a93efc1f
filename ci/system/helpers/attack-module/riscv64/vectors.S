/* SPDX-License-Identifier: GPL-2.0-only */
/* What counts exceptions and skips what raised them. One hart at a time uses it. */
#include <linux/linkage.h>

	.text
	.balign	4
SYM_CODE_START(attack_vectors)
	addi	sp, sp, -32
	sd	t0, 0(sp)
	sd	t1, 8(sp)
	sd	t2, 16(sp)
	lla	t0, attack_seen
	ld	t1, 0(t0)
	addi	t1, t1, 1
	sd	t1, 0(t0)
	csrr	t1, scause
	sd	t1, 8(t0)
	csrr	t2, stval
	sd	t2, 16(t0)
	csrr	t2, sepc
	li	t0, 1			/* fetch from where nothing can be fetched: back to the caller */
	beq	t1, t0, 2f
	li	t0, 12
	beq	t1, t0, 2f
	lhu	t0, 0(t2)
	andi	t0, t0, 3
	addi	t2, t2, 2
	addi	t0, t0, -3
	bnez	t0, 1f
	addi	t2, t2, 2
1:	csrw	sepc, t2
	ld	t0, 0(sp)
	ld	t1, 8(sp)
	ld	t2, 16(sp)
	addi	sp, sp, 32
	sret
2:	mv	t2, ra
	j	1b
SYM_CODE_END(attack_vectors)

	.option	push
	.option	arch, +d
	.option	norvc
/* u64 attack_read_floats(void) */
SYM_CODE_START(attack_read_floats)
	li	a0, 0
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fmv.x.d	a1, f\n
	or	a0, a0, a1
	.endr
	ret
SYM_CODE_END(attack_read_floats)
	.option	pop
