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
	/* RBP is twice there, once in the place of RSP. */
	.irp	reg, r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbp, rbx, rdx, rcx, rax
	push	%\reg
	.endr
	mov	%rsp, %rdi
	mov	%rsp, %rbx
	and	$-16, %rsp
	xor	%ebp, %ebp
	call	fault_hv
	mov	%rbx, %rsp
	.irp	reg, rax, rcx, rdx, rbx, rbp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
	pop	%\reg
	.endr
	add	$16, %rsp
	iretq
