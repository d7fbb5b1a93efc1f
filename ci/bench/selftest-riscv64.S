/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bare-metal program, entered in HS-mode on QEMU's board 'virt', with exits of known length: the bench trusts its
 * plugin only after the plugin counted these right. Two harts run it, so that counts that leak from one hart to
 * another show. The guest is user mode, whose calls come to HS-mode.
 *
 *	phase 1		SHORT hypercalls of 5 instructions; one more on hart 1
 *	phase 2		LONG hypercalls of 8 + 2 * LOOPS instructions, which pass the mark 'long'
 */
#define SHORT 1500
#define LONG 1000
#define LOOPS 40
#define PHASE(n) slti x0, x0, 0x60 + (n)
#define SBI_HSM 0x48534d
#define SBI_SRST 0x53525354

	.option	norvc
	.option	norelax
	.text
	.global	_start
_start:					/* a0 = hart: firmware takes any to start */
	li	s2, 0			/* the first of the two */
	mv	s3, a0
	xori	a0, a0, 1
	lla	a1, second
	li	a2, 0
	li	a7, SBI_HSM
	li	a6, 0
	ecall
	j	set_up
second:
	li	s2, 1
	mv	s3, a0

set_up:
	lla	t0, vectors
	csrw	stvec, t0
	li	t0, 1 << 8		/* SPP: to user mode */
	csrc	sstatus, t0
	lla	t0, guest
	csrw	sepc, t0
	li	s4, 0
	sret				/* without a vector before it: not an exit */

	/* s3 is the hart, s4 what an exit does: 0 short, 1 long, 2 off. */
guest:
	PHASE(1)
	li	s5, SHORT
	add	s5, s5, s3
1:	ecall
	addi	s5, s5, -1
	bnez	s5, 1b
	PHASE(2)
	li	s5, LONG
	li	s4, 1
2:	ecall
	addi	s5, s5, -1
	bnez	s5, 2b
	PHASE(0)
	lla	t0, finished
	li	t1, 1
	amoadd.w.aqrl t1, t1, (t0)
	bnez	s2, idle
3:	lw	t1, 0(t0)
	li	t2, 2
	bne	t1, t2, 3b
	li	s4, 2
	ecall
idle:	j	idle

	.balign	8
finished:
	.word	0

	.balign	4
	.global	vectors
vectors:
	bnez	s4, long_or_off
	csrr	t3, sepc
	addi	t3, t3, 4
	csrw	sepc, t3
	sret
	.global	long
long_or_off:
	li	t3, 2
	beq	s4, t3, off
long:
	csrr	t3, sepc
	addi	t3, t3, 4
	csrw	sepc, t3
	li	s6, LOOPS
1:	addi	s6, s6, -1
	bnez	s6, 1b
	sret
off:
	li	a0, 0
	li	a1, 0
	li	a6, 0
	li	a7, SBI_SRST
	ecall
	.global	text_end
text_end:
