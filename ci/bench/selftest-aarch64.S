/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bare-metal program, entered at EL2 on QEMU's board 'virt', with exits of known length: the bench trusts its
 * plugin only after the plugin counted these right. Two CPUs run it, so that counts that leak from one CPU to
 * another show.
 *
 *	phase 1		SHORT hypercalls of 3 instructions; one more on CPU 1
 *	phase 2		LONG hypercalls of 3 + 2 * LOOPS instructions, which pass the mark 'long'
 */
#define SHORT 1500
#define LONG 1000
#define LOOPS 40
#define PHASE(n) hint #(0x60 + (n))
#define PSCI_CPU_ON 0xc4000003
#define PSCI_SYSTEM_OFF 0x84000008

	.text
	.global	_start
_start:
	mov	x28, #0
	ldr	x0, =PSCI_CPU_ON
	mov	x1, #1
	adr	x2, second
	mov	x3, #0
	smc	#0
	b	set_up
second:
	mov	x28, #1

set_up:
	adr	x0, vectors
	msr	vbar_el2, x0
	mov	x0, #1 << 31		/* EL1 is AArch64 */
	msr	hcr_el2, x0
	mov	x0, #0x3c5		/* EL1h, all masked */
	msr	spsr_el2, x0
	adr	x0, guest
	msr	elr_el2, x0
	eret				/* without a vector before it: not an exit */

	.global	guest
guest:
	PHASE(1)
	ldr	x1, =SHORT
	add	x1, x1, x28
	mov	x2, #0
1:	hvc	#0
	subs	x1, x1, #1
	b.ne	1b
	PHASE(2)
	ldr	x1, =LONG
	mov	x2, #1
2:	hvc	#0
	subs	x1, x1, #1
	b.ne	2b
	PHASE(0)
	adr	x0, finished
3:	ldaxr	w1, [x0]
	add	w1, w1, #1
	stlxr	w2, w1, [x0]
	cbnz	w2, 3b
	cbnz	x28, idle
4:	ldar	w1, [x0]
	cmp	w1, #2
	b.ne	4b
	ldr	x0, =PSCI_SYSTEM_OFF
	smc	#0
idle:	wfi
	b	idle

	.ltorg
	.balign	8
finished:
	.word	0

	.balign	2048
	.global	vectors
vectors:
	.skip	8 * 128
	cbnz	x2, long
	nop
	eret
	.skip	128 - 12
	.skip	7 * 128
	.global	long
long:
	mov	x3, #LOOPS
1:	subs	x3, x3, #1
	b.ne	1b
	eret
	.global	text_end
text_end:
