// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Start-up of each vCPU: as SBI HSM says: a0 = number of the hart, a1 = argument, no translation. */

#define STACK_SHIFT 14
#define MAX_CPUS 8 /* INMATE_MAX_CPUS */

	.section .text.entry, "ax"
	.option	norvc
	.option	norelax
	.global inmate_entry
inmate_entry:
	j	first_start
	.word	0
	.ascii	"INMATE\0\0"

first_start:
	mv	s0, a1
	lla	t0, bss_start
	lla	t1, bss_end
1:	bgeu	t0, t1, 2f
	sd	zero, 0(t0)
	addi	t0, t0, 8
	j	1b
2:	lla	t0, inmate_boot_arg
	sd	s0, 0(t0)
	jal	stack_on
	mv	a0, s0
	call	inmate_main
	call	power_off

	.balign	4
	.global inmate_secondary
inmate_secondary:
	jal	stack_on
	call	cpu_run
	call	cpu_off

/* Stack, number and traps of vCPU a0. */
stack_on:
	csrw	sie, zero
	csrci	sstatus, 2
	mv	tp, a0
	addi	t0, a0, 1
	slli	t0, t0, STACK_SHIFT
	lla	sp, stacks
	add	sp, sp, t0
	lla	t0, trap
	csrw	stvec, t0
	ret

/* Traps are taken on the stack of the CPU; all general registers are saved: struct frame of exception.c. */
#define FRAME 272

	.macro	each_register operation
	\operation ra, 8(sp)
	\operation gp, 24(sp)
	\operation tp, 32(sp)
	\operation t0, 40(sp)
	\operation t1, 48(sp)
	\operation t2, 56(sp)
	\operation s0, 64(sp)
	\operation s1, 72(sp)
	\operation a0, 80(sp)
	\operation a1, 88(sp)
	\operation a2, 96(sp)
	\operation a3, 104(sp)
	\operation a4, 112(sp)
	\operation a5, 120(sp)
	\operation a6, 128(sp)
	\operation a7, 136(sp)
	\operation s2, 144(sp)
	\operation s3, 152(sp)
	\operation s4, 160(sp)
	\operation s5, 168(sp)
	\operation s6, 176(sp)
	\operation s7, 184(sp)
	\operation s8, 192(sp)
	\operation s9, 200(sp)
	\operation s10, 208(sp)
	\operation s11, 216(sp)
	\operation t3, 224(sp)
	\operation t4, 232(sp)
	\operation t5, 240(sp)
	\operation t6, 248(sp)
	.endm

	.balign	4
trap:
	addi	sp, sp, -FRAME
	each_register sd
	csrr	t0, sepc
	sd	t0, 0(sp)
	csrr	t0, sstatus
	sd	t0, 256(sp)
	csrr	a1, scause
	mv	a0, sp
	call	trap_taken
	ld	t0, 0(sp)
	csrw	sepc, t0
	ld	t0, 256(sp)
	csrw	sstatus, t0
	each_register ld
	addi	sp, sp, FRAME
	sret

	.section .stacks, "aw", %nobits
	.balign	4096
stacks:
	.skip	MAX_CPUS << STACK_SHIFT
