/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run loop of VMX. The guest's general registers are kept in the frame at the stack's top.
 *
 * NMIs come at any time, also here: one that comes after the last look and before the entry would not be noticed
 * until the next exit. From vmx_window_start to vmx_window_end its handler (vectors.S) therefore does not return to
 * where it was but to vmx_window_abort: no entry takes place.
 */
#include <asm/layout.h>
#include <asm/registers.h>
#include <generated/asm-offsets.h>

#define FRAME(number) (number * 8)(%rsp)

	.macro	save_registers
	mov	%rax, FRAME(0)
	save_low
	mov	%r8, FRAME(8)
	save_high
	.endm

	.section .text.vmx_run, "ax"
	.balign	16
	.global	vmx_run
vmx_run:
	mov	$(PERCPU_BASE + PERCPU_FRAME), %rsp
	xor	%ebp, %ebp
	call	vmx_before_entry
	mov	FRAME(0), %rax
	restore_low
	mov	FRAME(8), %r8
	restore_high
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
