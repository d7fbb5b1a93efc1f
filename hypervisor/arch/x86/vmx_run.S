/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run loop of VMX. The guest's general registers are kept in the frame at the stack's top.
 *
 * NMIs come at any time, also here: one that comes after the last look and before the entry would not be noticed
 * until the next exit. From vmx_window_start to vmx_window_end its handler (vectors.S) therefore does not return to
 * where it was but to vmx_window_abort: no entry takes place.
 */
#include <asm/layout.h>
#include <generated/asm-offsets.h>

#define FRAME(number) (number * 8)(%rsp)

	.macro	save_registers
	mov	%rax, FRAME(0)
	mov	%rcx, FRAME(1)
	mov	%rdx, FRAME(2)
	mov	%rbx, FRAME(3)
	mov	%rbp, FRAME(5)
	mov	%rsi, FRAME(6)
	mov	%rdi, FRAME(7)
	mov	%r8, FRAME(8)
	mov	%r9, FRAME(9)
	mov	%r10, FRAME(10)
	mov	%r11, FRAME(11)
	mov	%r12, FRAME(12)
	mov	%r13, FRAME(13)
	mov	%r14, FRAME(14)
	mov	%r15, FRAME(15)
	.endm

	.section .text.vmx_run, "ax"
	.balign	16
	.global	vmx_run
vmx_run:
	mov	$(PERCPU_BASE + PERCPU_FRAME), %rsp
	xor	%ebp, %ebp
	call	vmx_before_entry
	mov	FRAME(0), %rax
	mov	FRAME(1), %rcx
	mov	FRAME(2), %rdx
	mov	FRAME(3), %rbx
	mov	FRAME(5), %rbp
	mov	FRAME(6), %rsi
	mov	FRAME(7), %rdi
	mov	FRAME(8), %r8
	mov	FRAME(9), %r9
	mov	FRAME(10), %r10
	mov	FRAME(11), %r11
	mov	FRAME(12), %r12
	mov	FRAME(13), %r13
	mov	FRAME(14), %r14
	mov	FRAME(15), %r15
	.global	vmx_window_start
vmx_window_start:
	cmpl	$0, PERCPU_BASE + PERCPU_NMIS
	jne	vmx_window_abort
	cmpl	$0, PERCPU_BASE + PERCPU_HOST	/* is_launched */
	jne	1f
	vmlaunch
	jmp	2f
1:	vmresume
2:
	.global	vmx_window_end
vmx_window_end:
	save_registers
	mov	%rsp, %rdi
	call	vmx_entry_refused
	jmp	again

	.global	vmx_window_abort
vmx_window_abort:
	save_registers
	mov	%rsp, %rdi
	call	vmx_not_entered
	jmp	again

	.balign	16
	.global	vmx_exit_entry
vmx_exit_entry:
	movl	$1, PERCPU_BASE + PERCPU_HOST	/* only an exit proves it: an NMI may come just before VMLAUNCH */
	save_registers
	xor	%ebp, %ebp
	mov	%rsp, %rdi
	call	vmx_exit
again:
	test	%rax, %rax
	jz	vmx_run
	jmp	enter_leave
