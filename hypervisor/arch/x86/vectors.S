/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions and NMIs in the hypervisor itself; the stubs are in entry.S. */
#include <asm/layout.h>
#include <generated/asm-offsets.h>

	.section .text.vectors, "ax"
/*
 * An NMI here only leaves a note. Where the CPU waits for one, it goes on behind the HLT: one that comes just before
 * it would be slept over otherwise. And where VMX is about to enter the guest (vmx_run.S), it does not.
 */
	.global	vectors_nmi
vectors_nmi:
	incl	PERCPU_BASE + PERCPU_NMIS
	push	%rax
	mov	8(%rsp), %rax
	sub	$vectors_wait, %rax
	cmp	$(wait_end - vectors_wait), %rax
	jae	1f
	movq	$wait_end, 8(%rsp)
1:	mov	8(%rsp), %rax
	cmp	$vmx_window_start, %rax
	jb	2f
	cmp	$vmx_window_end, %rax
	jae	2f
	movq	$vmx_window_abort, 8(%rsp)
2:	pop	%rax
	iretq

/* vectors_wait - sleep until an NMI comes, or has come since the last time. NMIs are let in. */
	.global	vectors_wait
vectors_wait:
	cmpl	$0, PERCPU_BASE + PERCPU_NMIS
	jne	wait_end
	hlt
wait_end:
	movl	$0, PERCPU_BASE + PERCPU_NMIS
	ret

/* The stack has vector, error code and what the processor pushed: struct trap. */
	.global	vectors_fault
vectors_fault:
	cld
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%r11
	push	%r10
	push	%r9
	push	%r8
	push	%rdi
	push	%rsi
	push	%rbp
	push	%rbp			/* place of RSP */
	push	%rbx
	push	%rdx
	push	%rcx
	push	%rax
	mov	%rsp, %rdi
	mov	%rsp, %rbx
	and	$-16, %rsp
	xor	%ebp, %ebp
	call	fault_hv
	mov	%rbx, %rsp
	pop	%rax
	pop	%rcx
	pop	%rdx
	pop	%rbx
	pop	%rbp
	pop	%rbp
	pop	%rsi
	pop	%rdi
	pop	%r8
	pop	%r9
	pop	%r10
	pop	%r11
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	add	$16, %rsp
	iretq
