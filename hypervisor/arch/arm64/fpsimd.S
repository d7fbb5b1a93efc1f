/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vector registers to zero. The C code is compiled without them. */
	.arch	armv8.2-a+fp+simd+sve

	.text
	.global	fpsimd_zero
fpsimd_zero:
	.altmacro
	.macro	zero_vector n
	movi	v\n\().2d, #0		/* and the upper part of z<n> */
	.endm
	.set	number, 0
	.rept	32
	zero_vector %number
	.set	number, number + 1
	.endr
	.noaltmacro
	msr	fpcr, xzr
	msr	fpsr, xzr
	ret

	.global	fpsimd_zero_sve
fpsimd_zero_sve:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	pfalse	p\n\().b
	.endr
	wrffr	p0.b
	ret
