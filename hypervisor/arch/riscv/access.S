/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single instructions that may fault. stvec points behind the instruction meanwhile, so that a fault only means
 * that its success is not noted; what the fault changed of the guest's exit is put back.
 */
	.option	norelax

	/* a3 = 1: it faulted */
	.macro	guarded instruction:vararg
	csrr	t0, sepc
	csrr	t1, sstatus
	csrr	t2, 0x600		/* hstatus */
	lla	t3, 1f
	csrrw	t3, stvec, t3
	li	a2, 0
	li	a3, 1
	\instruction
	li	a3, 0
	.balign	4
1:	csrw	stvec, t3
	csrw	0x600, t2
	csrw	sstatus, t1
	csrw	sepc, t0
	.endm

	/* uint64_t name(uint64_t address, uint64_t *value): Return: 0: read; 1: it faulted. */
	.macro	guest_access name, instruction:vararg
	.balign	4
	.global	\name
\name:
	guarded	\instruction
	bnez	a3, 2f
	sd	a2, 0(a1)
2:	mv	a0, a3
	ret
	.endm

	/* int name(void): Return: 1: the CSR is there; 0: it is not. */
	.macro	csr_probe name, number
	.balign	4
	.global	\name
\name:
	guarded	csrrs a2, \number, zero
	xori	a0, a3, 1
	ret
	.endm

	.section .text.access, "ax"
	.balign	4
	.option	norvc
	/* hlvx.hu a2, (a0); hlv.d a2, (a0) */
	guest_access access_guest_code16, .insn r 0x73, 4, 0x32, a2, a0, x3
	guest_access access_guest_read64, .insn r 0x73, 4, 0x36, a2, a0, x0

	/* uint64_t access_seed(uint64_t value, uint64_t *old): Zkr: csrrw old, seed, value. Return: 1: not there */
	guest_access access_seed, csrrw a2, 0x015, a0

	csr_probe access_has_stimecmp, 0x14d
	csr_probe access_has_hstateen0, 0x60c
	csr_probe access_has_hvictl, 0x609
