/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Floating point and vector registers of the next owner of a CPU: zero. FS and VS are on. */
	.option	norelax

	.section .text.fpstate, "ax"
	.global	fpstate_zero_float
fpstate_zero_float:
	.option	push
	.option	arch, +f, +d
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	fmv.d.x	f\n, zero
	.endr
	.irp	n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	fmv.d.x	f\n, zero
	.endr
	csrw	fcsr, zero
	.option	pop
	ret

	.global	fpstate_zero_vector
fpstate_zero_vector:
	.option	push
	.option	arch, +v
	vsetvli	t0, zero, e8, m8, ta, ma
	vmv.v.i	v0, 0
	vmv.v.i	v8, 0
	vmv.v.i	v16, 0
	vmv.v.i	v24, 0
	csrw	vstart, zero
	csrw	vcsr, zero
	vsetivli zero, 0, e8, m1, ta, ma
	.option	pop
	ret
