/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says what it finds in every register that another owner could have left behind, then poisons all of them, says what
 * it reads now, and goes off. On its console, by the order of registers.h, in hexadecimal, what is not 0; 'u' is
 * an illegal instruction:
 *
 *	found 5=30d00800 6=u ... end
 *	poisoned 0=... end
 */
#include "registers.h"

#define FOUND 0x80100000
#define POISONED 0x80110000
#define VECTORS 0x80130000
#define SIREG 0x151
#define SISELECT 0x150
#define STVEC 0x105
#define SSTATUS 0x100
#define VLENB 0xc22
#define FLOAT_AND_VECTORS 0x6600
#define LEAF_OF_OUR_GIB 0x200000cf
#define PUTCHAR 1
#define SRST 0x53525354

/* s11: where the next entry goes: value, 1 if illegal (a trap sets t6). */
	.macro	keep
	sd	t5, 0(s11)
	sd	t6, 8(s11)
	addi	s11, s11, 16
	li	t5, 0
	li	t6, 0
	.endm

	.macro	look register
	li	t5, 0
	li	t6, 0
	csrr	t5, \register
	keep
	.endm

	.macro	poison register, value
	li	t5, \value
	csrw	\register, t5
	.endm

	.macro	look_behind select
	li	t5, 0
	li	t6, 0
	li	t4, \select
	csrw	SISELECT, t4
	csrr	t5, SIREG
	keep
	.endm

	.macro	poison_behind select, value
	li	t5, \select
	csrw	SISELECT, t5
	li	t5, \value
	csrw	SIREG, t5
	.endm

#define LOOK(name, number, value, mask, reset) look number;
#define WRITE(name, number, value, mask, reset) poison number, value;
#define LOOK_BEHIND(name, select, value, mask, reset) look_behind select;
#define WRITE_BEHIND(name, select, value, mask, reset) poison_behind select, value;

	.option	arch, +d, +v
	.option	norvc
	.globl	_start
_start:	/* General registers first; a0 is the hart, 0, and a1 is what the configuration says. */
	.irp	n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	or	x1, x1, x\n
	.endr
	mv	t5, ra
	li	t6, 0
	li	s11, FOUND
	keep
	EXCEPTION_REGISTERS(LOOK)
	jal	s10, look_all
	lla	a2, found
	jal	s9, print_text
	li	s8, FOUND
	jal	s10, print_table

	li	t0, TABLE
	li	t1, LEAF_OF_OUR_GIB
	sd	t1, 16(t0)
	jal	s10, poison_floats
	FILE_REGISTERS(WRITE_BEHIND)
	PLAIN_REGISTERS(WRITE)
	li	s11, POISONED
	li	t5, 1
	li	t6, 0
	keep
	EXCEPTION_REGISTERS(WRITE)
	EXCEPTION_REGISTERS(LOOK)
	jal	s10, look_all
	lla	a2, poisoned
	jal	s9, print_text
	li	s8, POISONED
	jal	s10, print_table
	PLAIN_REGISTERS(WRITE)
	EXCEPTION_REGISTERS(WRITE)
	li	x1, POISON
	.irp	n, 2,3,4,5,6,7,8,9,12,13,14,15,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	mv	x\n, x1
	.endr
	li	a7, SRST
	li	a6, 0
	li	a0, 0
	li	a1, 0
	ecall
1:	j	1b

/* All but the exceptions' registers. What is behind siselect last: the selector is a register, too. */
look_all:
	lla	t0, trap
	csrw	STVEC, t0
	li	t0, FLOAT_AND_VECTORS
	csrs	SSTATUS, t0
	PLAIN_REGISTERS(LOOK)
	FILE_REGISTERS(LOOK_BEHIND)
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	li	t0, 0
	fmv.x.d	t0, f\n
	or	t5, t5, t0
	.endr
	keep
	li	t0, 0
	csrr	t0, VLENB
	slli	t0, t0, 5
	li	t1, VECTORS
	add	t0, t0, t1
	vs8r.v	v0, (t1)
	csrr	t2, VLENB
	slli	t2, t2, 3
	add	t3, t1, t2
	vs8r.v	v8, (t3)
	add	t3, t3, t2
	vs8r.v	v16, (t3)
	add	t3, t3, t2
	vs8r.v	v24, (t3)
1:	bgeu	t1, t0, 2f
	ld	t3, 0(t1)
	or	t5, t5, t3
	addi	t1, t1, 8
	j	1b
2:	keep
	jr	s10

poison_floats:
	li	t1, POISON
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	fmv.d.x	f\n, t1
	.endr
	vsetvli	t0, x0, e64, m8, ta, ma
	vmv.v.x	v0, t1
	vmv.v.x	v8, t1
	vmv.v.x	v16, t1
	vmv.v.x	v24, t1
	jr	s10

/* s8: a table that ends at s11. */
print_table:
	li	s7, 0
1:	bgeu	s8, s11, 3f
	ld	s6, 0(s8)
	ld	s5, 8(s8)
	addi	s8, s8, 16
	or	t0, s6, s5
	beqz	t0, 2f
	mv	s4, s7
	jal	s9, print_hex
	li	a0, '='
	jal	ra, print
	bnez	s5, 4f
	mv	s4, s6
	jal	s9, print_hex
	j	5f
4:	li	a0, 'u'
	jal	ra, print
5:	li	a0, ' '
	jal	ra, print
2:	addi	s7, s7, 1
	j	1b
3:	lla	a2, end
	mv	s9, s10
	j	print_text

/* s4 in hexadecimal, without leading zeros. */
print_hex:
	li	s3, 60
1:	beqz	s3, 2f
	srl	t0, s4, s3
	bnez	t0, 2f
	addi	s3, s3, -4
	j	1b
2:	srl	a0, s4, s3
	andi	a0, a0, 15
	li	t0, 10
	blt	a0, t0, 3f
	addi	a0, a0, 'a' - 10 - '0'
3:	addi	a0, a0, '0'
	jal	ra, print
	addi	s3, s3, -4
	bgez	s3, 2b
	jr	s9

/* a2: text. */
print_text:
	lbu	a0, 0(a2)
	beqz	a0, 1f
	jal	ra, print
	addi	a2, a2, 1
	j	print_text
1:	jr	s9

/* a0: character. */
print:	li	a7, PUTCHAR
	ecall
	ret

	.balign	4
trap:	li	t6, 1
	csrr	s2, 0x141
	addi	s2, s2, 4
	csrw	0x141, s2
	sret

found:	.asciz	"found "
poisoned:
	.asciz	"poisoned "
end:	.asciz	"end\n"
