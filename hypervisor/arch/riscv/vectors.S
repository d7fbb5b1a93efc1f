/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trap vector. While a guest runs sscratch points at its frame (struct frame), in the hypervisor it is 0:
 * so a trap of our own is known by it.
 *
 * Interrupts, claims and timers save what the C calling convention does not preserve, and nothing else; PING, the
 * cheapest hypercall, saves two registers.
 */
#include <asm/layout.h>
#include <generated/asm-offsets.h>

#define CAUSE_ECALL_VS 10
#define CAUSE_LOAD_GUEST_PAGE 21
#define CAUSE_STORE_GUEST_PAGE 23
#define CSR_HTVAL 0x643
#define CSR_HTINST 0x64a
#define HTINST_STORE 0x20
#define HTINST_LW 0x2003
#define HTINST_SW 0x2023
/* What the C calling convention does not preserve: ra, sp (as saved), t0 to t6, a0 to a7; and x0. */
#define CALLER_SAVED 0xf003fce7

	.option	norelax

	.macro	save_caller_but_t0_t1
	sd	ra, 8(sp)
	sd	t2, 56(sp)
	sd	a0, 80(sp)
	sd	a1, 88(sp)
	sd	a2, 96(sp)
	sd	a3, 104(sp)
	sd	a4, 112(sp)
	sd	a5, 120(sp)
	sd	a6, 128(sp)
	sd	a7, 136(sp)
	sd	t3, 224(sp)
	sd	t4, 232(sp)
	sd	t5, 240(sp)
	sd	t6, 248(sp)
	csrrw	t0, sscratch, zero
	sd	t0, 16(sp)
	.endm

	.macro	save_callee
	sd	gp, 24(sp)
	sd	tp, 32(sp)
	sd	s0, 64(sp)
	sd	s1, 72(sp)
	sd	s2, 144(sp)
	sd	s3, 152(sp)
	sd	s4, 160(sp)
	sd	s5, 168(sp)
	sd	s6, 176(sp)
	sd	s7, 184(sp)
	sd	s8, 192(sp)
	sd	s9, 200(sp)
	sd	s10, 208(sp)
	sd	s11, 216(sp)
	.endm

	.macro	restore_caller
	csrw	sscratch, sp
	ld	ra, 8(sp)
	ld	t0, 40(sp)
	ld	t1, 48(sp)
	ld	t2, 56(sp)
	ld	a0, 80(sp)
	ld	a1, 88(sp)
	ld	a2, 96(sp)
	ld	a3, 104(sp)
	ld	a4, 112(sp)
	ld	a5, 120(sp)
	ld	a6, 128(sp)
	ld	a7, 136(sp)
	ld	t3, 224(sp)
	ld	t4, 232(sp)
	ld	t5, 240(sp)
	ld	t6, 248(sp)
	ld	sp, 16(sp)
	sret
	.endm

	/* Statistics, and the instruction behind; t0 = htinst */
	.macro	account_claim
	li	t2, PERCPU_BASE
	ld	t2, PERCPU_STATS(t2)
	ld	t3, STAT_TOTAL_OFFSET(t2)
	ld	t4, STAT_INTC_OFFSET(t2)
	addi	t3, t3, 1
	addi	t4, t4, 1
	sd	t3, STAT_TOTAL_OFFSET(t2)
	sd	t4, STAT_INTC_OFFSET(t2)
	csrr	t2, sepc
	andi	t0, t0, 2
	addi	t0, t0, 2
	add	t2, t2, t0
	csrw	sepc, t2
	.endm

	.section .text.vectors, "ax"
	.balign	4
	.global	vectors_trap
vectors_trap:
	csrrw	sp, sscratch, sp
	beqz	sp, fault
	sd	t0, 40(sp)
	sd	t1, 48(sp)
	csrr	t0, scause
	bltz	t0, interrupt
	addi	t1, t0, -CAUSE_ECALL_VS
	bnez	t1, no_call
	li	t1, HYPERCALL_EXTENSION
	bne	a7, t1, 1f
	li	t1, HYPERCALL_PING
	beq	a6, t1, ping
	j	any
1:	bnez	a6, any
	li	t1, SBI_TIME_EXTENSION
	beq	a7, t1, set_timer
	li	t1, SBI_IPI_EXTENSION
	beq	a7, t1, send_ipi
any:
	save_caller_but_t0_t1
full:
	save_callee
	mv	a0, sp
	csrr	a1, scause
	li	s0, 0
	call	exit_sync
	bnez	a0, leave

/* vectors_return - into the guest with all of the frame */
	.global	vectors_return
vectors_return:
	li	sp, PERCPU_BASE + PERCPU_FRAME
	ld	gp, 24(sp)
	ld	tp, 32(sp)
	ld	s0, 64(sp)
	ld	s1, 72(sp)
	ld	s2, 144(sp)
	ld	s3, 152(sp)
	ld	s4, 160(sp)
	ld	s5, 168(sp)
	ld	s6, 176(sp)
	ld	s7, 184(sp)
	ld	s8, 192(sp)
	ld	s9, 200(sp)
	ld	s10, 208(sp)
	ld	s11, 216(sp)
	restore_caller

/*
 * LW from, SW to the guest's claim register. htval lacks the two lowest bits; bit 1 of htinst says whether the
 * instruction has four bytes, and what is no transformed LW or SW is for C to decode.
 */
no_call:
	ori	t1, t0, CAUSE_LOAD_GUEST_PAGE ^ CAUSE_STORE_GUEST_PAGE
	addi	t1, t1, -CAUSE_STORE_GUEST_PAGE
	bnez	t1, any
	csrr	t1, CSR_HTVAL
	slli	t1, t1, 2
	li	t0, PERCPU_BASE
	ld	t0, PERCPU_CLAIM(t0)
	bne	t0, t1, any
	csrr	t0, stval
	andi	t0, t0, 3
	bnez	t0, any
	save_caller_but_t0_t1
	csrr	t0, CSR_HTINST
	ori	t1, t0, 2
	andi	t2, t0, HTINST_STORE
	bnez	t2, complete

	srli	a1, t0, 7
	andi	a1, a1, 31
	slli	t2, a1, 7
	xor	t1, t1, t2
	li	t2, HTINST_LW
	bne	t1, t2, full
	account_claim
	call	vplic_claim
	csrr	t0, CSR_HTINST
	srli	t0, t0, 7
	andi	t0, t0, 31
	beqz	t0, 1f
	li	t1, CALLER_SAVED
	srl	t1, t1, t0
	slli	t0, t0, 3
	add	t0, t0, sp
	andi	t1, t1, 1
	beqz	t1, 2f
	sd	a0, 0(t0)
1:	call	interrupts_claimed
	restore_caller
2:	save_callee
	sd	a0, 0(t0)
	call	interrupts_claimed
	j	vectors_return

complete:
	srli	a1, t0, 20
	andi	a1, a1, 31
	slli	t2, a1, 20
	xor	t1, t1, t2
	li	t2, HTINST_SW
	bne	t1, t2, full
	account_claim
	li	t1, CALLER_SAVED
	srl	t1, t1, a1
	andi	t1, t1, 1
	bnez	t1, 1f
	save_callee
1:	slli	a1, a1, 3
	add	a1, a1, sp
	lw	a0, 0(a1)
	call	vplic_complete
	restore_caller

send_ipi:
	save_caller_but_t0_t1
	call	exit_send_ipi
	j	1f
set_timer:
	save_caller_but_t0_t1
	call	exit_set_timer
	li	a0, 0
1:	sd	a0, 80(sp)
	sd	zero, 88(sp)
	restore_caller

interrupt:
	save_caller_but_t0_t1
	csrr	a0, scause
	call	interrupts_exit
	bnez	a0, kick
	restore_caller

/* An interrupt was a kick. */
kick:
	save_callee
	li	s0, 0
	call	exit_kick
	beqz	a0, vectors_return
leave:
	tail	entry_leave

/* PING changes nothing but its counters and a0. */
ping:
	li	t0, PERCPU_BASE
	ld	t0, PERCPU_STATS(t0)
	ld	t1, STAT_TOTAL_OFFSET(t0)
	addi	t1, t1, 1
	sd	t1, STAT_TOTAL_OFFSET(t0)
	ld	t1, STAT_HYPERCALL_OFFSET(t0)
	addi	t1, t1, 1
	sd	t1, STAT_HYPERCALL_OFFSET(t0)
	csrr	t0, sepc
	addi	t0, t0, 4
	csrw	sepc, t0
	li	a0, 0
	ld	t0, 40(sp)
	ld	t1, 48(sp)
	csrrw	sp, sscratch, sp
	sret

/*
 * A trap in the hypervisor itself; sscratch holds its stack pointer. The stack may be what is broken, so
 * evidence is collected on another one; then things go on from the stack's top.
 */
fault:
	li	sp, PERCPU_BASE + PERCPU_EMERGENCY_FRAME
	sd	t0, 40(sp)
	sd	t1, 48(sp)
	save_caller_but_t0_t1
	save_callee
	mv	a0, sp
	csrr	a1, scause
	li	s0, 0
	call	fault_hv
	li	sp, PERCPU_BASE + PERCPU_FRAME
	bnez	a0, 1f
	call	fault_report
	j	vectors_return
1:	call	enter_abort
	tail	entry_leave
