/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Look at all of the cell's 16 MiB behind this program: 'zeros' on its console if there is nothing else, 'found' if
 * there is; and off.
 */
	.globl	_start
_start:	adr	x21, _start
	mov	x22, #0x1000000
	add	x22, x21, x22
	add	x21, x21, #0x1000
1:	ldp	x3, x4, [x21], #16
	orr	x3, x3, x4
	cbnz	x3, 2f
	cmp	x21, x22
	b.lo	1b
	adr	x20, zeros
	b	3f
2:	adr	x20, found
3:	ldrb	w2, [x20], #1
	cbz	w2, 4f
	ldr	w0, =0xc600800e
	ldr	x1, =0x44414548484b4c42
	hvc	#0
	b	3b
4:	ldr	w0, =0x84000008
	hvc	#0
5:	b	5b
	.ltorg
zeros:	.asciz	"seek: zeros\n"
found:	.asciz	"seek: found something\n"
