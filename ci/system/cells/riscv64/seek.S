/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Look at all of the cell's 16 MiB behind this program: 'zeros' on its console if there is nothing else, 'found' if
 * there is; and off.
 */
	.globl	_start
_start:	lla	s0, _start
	li	s1, 0x1000000
	add	s1, s0, s1
	li	t0, 0x1000
	add	s0, s0, t0
1:	ld	t0, 0(s0)
	ld	t1, 8(s0)
	or	t0, t0, t1
	bnez	t0, 2f
	addi	s0, s0, 16
	bltu	s0, s1, 1b
	lla	s2, zeros
	j	3f
2:	lla	s2, found
3:	lbu	a1, 0(s2)
	beqz	a1, 4f
	addi	s2, s2, 1
	mv	a0, a1
	li	a1, 0
	li	a7, 0xa424c4b
	li	a6, 14
	ecall
	j	3b
4:	li	a7, 0x53525354
	li	a6, 0
	li	a0, 0
	li	a1, 0
	ecall
5:	j	5b
zeros:	.asciz	"seek: zeros\n"
found:	.asciz	"seek: found something\n"
