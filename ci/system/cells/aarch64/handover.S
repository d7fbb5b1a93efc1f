/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says what it finds in every register that another owner could have left behind, then poisons all of them, says what
 * it reads now, and goes off. On its console, by the order of registers.h, in hexadecimal, what is not 0; 'u' is
 * an undefined instruction:
 *
 *	found 5=30d00800 6=u ... end
 *	poisoned 0=... end
 */
#include "registers.h"

#define HYPERCALL_PUTC 0xc600800e
#define MAGIC 0x44414548484b4c42
#define SYSTEM_OFF 0x84000008
#define FOUND 0x40100000
#define POISONED 0x40110000
#define VECTORS 0x40120000
#define GICD 0x08000000
#define GICC 0x08010000
#define SGI_FRAME 0x080b0000
#define VECTOR_WORDS 2048 /* 32 of 512 bytes */
#define PREDICATE_WORDS 128

/* x27: where the next entry goes: value, 1 if undefined. */
	.macro	keep
	stp	x0, x1, [x27], #16
	.endm

	.macro	look register
	mov	x1, #0
	mrs	x0, \register
	keep
	.endm

	.macro	poison register, value
	ldr	x0, =\value
	msr	\register, x0
	.endm

	.macro	look_at offset
	mov	x1, #0
	ldr	w0, [x26, #\offset]
	keep
	.endm

	.macro	poison_at offset, value
	ldr	w0, =\value
	str	w0, [x26, #\offset]
	.endm

#define LOOK(name, read, write, value, mask, reset) look read;
#define WRITE(name, read, write, value, mask, reset) poison write, value;
#define LOOK_AT(name, offset, value, mask, reset) look_at offset;
#define WRITE_AT(name, offset, value, mask, reset) poison_at offset, value;

	.arch	armv8.2-a+sve
	.globl	_start
_start:	/* General registers first; x0 is what the configuration says. */
	.irp	n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	orr	x1, x1, x\n
	.endr
	mov	x0, x1
	ldr	x27, =FOUND
	mov	x1, #0
	keep
	mov	x0, sp
	keep
	EXCEPTION_REGISTERS(LOOK)
	bl	look_all
	adr	x0, found
	bl	print_text
	ldr	x28, =FOUND
	bl	print_table

	PLAIN_REGISTERS(WRITE)
	bl	poison_interrupts
	bl	poison_vectors
	ldr	x27, =POISONED
	mov	x0, #1
	mov	x1, #0
	keep
	keep
	EXCEPTION_REGISTERS(WRITE)
	EXCEPTION_REGISTERS(LOOK)
	bl	look_all
	adr	x0, poisoned
	bl	print_text
	ldr	x28, =POISONED
	bl	print_table
	EXCEPTION_REGISTERS(WRITE)
	ldr	x0, =0x0a5a5a5a5a5a5a50
	mov	sp, x0
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
	mov	x\n, x0
	.endr
	ldr	w0, =SYSTEM_OFF
	hvc	#0
1:	b	1b

/* All but the exceptions' registers. */
look_all:
	mov	x25, x30
	adr	x0, vectors
	msr	vbar_el1, x0
	poison	cpacr_el1, 0x3330000
	isb
	PLAIN_REGISTERS(LOOK)
	INTERRUPT_REGISTERS(LOOK)
	bl	is_v3
	cbz	x0, 1f
	ldr	x26, =SGI_FRAME
	PRIVATE_INTERRUPTS(LOOK_AT)
	b	2f
1:	ldr	x26, =GICD
	PRIVATE_INTERRUPTS(LOOK_AT)
	ldr	x26, =GICC
	INTERFACE_V2(LOOK_AT)
2:	bl	look_vectors
	br	x25

is_v3:	mrs	x0, id_aa64pfr0_el1
	ubfx	x0, x0, #24, #4
	ret

/* Result: whether this CPU has SVE, in its whole length then. */
vectors_on:
	mrs	x0, id_aa64pfr0_el1
	ubfx	x0, x0, #32, #4
	cbz	x0, 1f
	mov	x1, #0xf
	msr	S3_0_C1_C2_0, x1
	isb
1:	ret

/* All bits of all vector registers in one, of all predicates in another, then FPCR and FPSR. */
look_vectors:
	mov	x24, x30
	bl	vectors_on
	ldr	x2, =VECTORS
	mov	x3, #VECTOR_WORDS + PREDICATE_WORDS
1:	sub	x3, x3, #1
	str	xzr, [x2, x3, lsl #3]
	cbnz	x3, 1b
	cbz	x0, 2f
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	str	z\n, [x2, #\n, mul vl]
	.endr
	add	x3, x2, #VECTOR_WORDS * 8
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	str	p\n, [x3, #\n, mul vl]
	.endr
	b	3f
2:	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	str	q\n, [x2, #\n * 16]
	.endr
3:	mov	x3, #VECTOR_WORDS
	bl	or_words
	mov	x3, #PREDICATE_WORDS
	bl	or_words
	mov	x1, #0
	mrs	x0, fpcr
	keep
	mrs	x0, fpsr
	keep
	br	x24

/* x3 words from x2 on. */
or_words:
	mov	x0, #0
	mov	x1, #0
1:	ldr	x4, [x2], #8
	orr	x0, x0, x4
	sub	x3, x3, #1
	cbnz	x3, 1b
	keep
	ret

poison_vectors:
	mov	x24, x30
	bl	vectors_on
	ldr	x1, =POISON
	cbz	x0, 1f
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	dup	z\n\().d, x1
	.endr
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
	ptrue	p\n\().b
	.endr
	b	2f
1:	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	dup	v\n\().2d, x1
	.endr
2:	ldr	x0, =0x3c00000
	msr	fpcr, x0
	mov	x0, #0x1f
	msr	fpsr, x0
	mov	x0, #3
	msr	S3_0_C1_C2_0, x0		/* ZCR_EL1 again */
	br	x24

/* An SGI acknowledged and never completed, another one pending, a PPI active. */
poison_interrupts:
	mov	x24, x30
	bl	is_v3
	cbz	x0, 1f
	ldr	x26, =GICD
	poison_at 0x000, 0x2
	ldr	x26, =SGI_FRAME
	PRIVATE_INTERRUPTS(WRITE_AT)
	poison	S3_0_C4_C6_0, 0xf0		/* ICC_PMR_EL1 */
	poison	S3_0_C12_C12_7, 1		/* ICC_IGRPEN1_EL1 */
	isb
	poison	S3_0_C12_C11_5, 0x3000001	/* ICC_SGI1R_EL1: SGI 3 to this vCPU */
	isb
	mrs	x0, S3_0_C12_C12_0		/* ICC_IAR1_EL1 */
	poison	S3_0_C12_C11_5, 0x5000001
	INTERRUPT_REGISTERS(WRITE)
	isb
	br	x24
1:	ldr	x26, =GICD
	poison_at 0x000, 0x1
	PRIVATE_INTERRUPTS(WRITE_AT)
	ldr	x26, =GICC
	poison_at 0x04, 0xf0
	poison_at 0x00, 0x1
	ldr	x26, =GICD
	poison_at 0xf00, 0x2000003		/* SGI 3 to this vCPU */
	ldr	x26, =GICC
	ldr	w0, [x26, #0xc]
	ldr	x26, =GICD
	poison_at 0xf00, 0x2000005
	ldr	x26, =GICC
	INTERFACE_V2(WRITE_AT)
	br	x24

/* x28: a table that ends at x27. */
print_table:
	mov	x25, x30
	mov	x23, #0
1:	cmp	x28, x27
	b.hs	3f
	ldp	x21, x20, [x28], #16
	orr	x0, x21, x20
	cbz	x0, 2f
	mov	x0, x23
	bl	print_hex
	mov	x0, #'='
	bl	print
	mov	x0, x21
	cbnz	x20, 4f
	bl	print_hex
	b	5f
4:	mov	x0, #'u'
	bl	print
5:	mov	x0, #' '
	bl	print
2:	add	x23, x23, #1
	b	1b
3:	adr	x0, end
	mov	x30, x25
	b	print_text

/* x0 in hexadecimal, without leading zeros. */
print_hex:
	mov	x17, x30
	mov	x18, x0
	clz	x19, x18
	cmp	x19, #60
	mov	x16, #60
	csel	x19, x16, x19, hi
	and	x19, x19, #0x3c
	lsl	x18, x18, x19
	mov	x16, #64
	sub	x19, x16, x19
1:	lsr	x0, x18, #60
	lsl	x18, x18, #4
	cmp	x0, #10
	add	x16, x0, #'a' - 10
	add	x0, x0, #'0'
	csel	x0, x16, x0, hs
	bl	print
	subs	x19, x19, #4
	b.hi	1b
	br	x17

print_text:
	mov	x17, x30
	mov	x18, x0
1:	ldrb	w0, [x18], #1
	cbz	w0, 2f
	bl	print
	b	1b
2:	br	x17

print:	mov	x2, x0
	ldr	w0, =HYPERCALL_PUTC
	ldr	x1, =MAGIC
	hvc	#0
	ret

	.ltorg
found:	.asciz	"found "
poisoned:
	.asciz	"poisoned "
end:	.asciz	"end\n"

	.balign	2048
vectors:
	.rept	4
	.balign	128
	b	.
	.endr
	.balign	128
	mov	x1, #1
	mrs	x2, elr_el1
	add	x2, x2, #4
	msr	elr_el1, x2
	eret
