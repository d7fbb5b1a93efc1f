/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exceptions of an attempt: counted, and the attempt ends there, as if its function had returned 0. One CPU at a time
 * uses it, with interrupts masked.
 */
#include <linux/linkage.h>
#include <asm/ibt.h>
#include <asm/nospec-branch.h>

	.set	COUNT, 0		/* struct of guard.c */
	.set	SYNDROME, 8
	.set	ADDRESS, 16
	.set	STACK, 24

	.text
	.balign	16
/* u64 attack_call(act function, u64 a, u64 b) */
	.globl	attack_call
attack_call:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, attack_seen + STACK(%rip)
	movq	%rdi, %rax
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	ANNOTATE_RETPOLINE_SAFE
	call	*%rax
ended:	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ANNOTATE_UNRET_SAFE
	ret
	int3

	.globl	attack_nothing
attack_nothing:
	ENDBR
	ANNOTATE_UNRET_SAFE
	ret
	int3

	.globl	attack_undefined, attack_protection, attack_page
attack_undefined:
	ENDBR
	xorl	%edx, %edx
	movl	$6, %eax
	jmp	1f
attack_protection:
	ENDBR
	popq	%rdx
	movl	$13, %eax
	jmp	1f
attack_page:
	ENDBR
	popq	%rdx
	movl	$14, %eax
1:	shlq	$32, %rax
	movl	%edx, %edx
	orq	%rdx, %rax
	incq	attack_seen + COUNT(%rip)
	movq	%rax, attack_seen + SYNDROME(%rip)
	movq	%cr2, %rcx
	movq	%rcx, attack_seen + ADDRESS(%rip)
	movq	attack_seen + STACK(%rip), %rsp
	xorl	%eax, %eax
	jmp	ended

	.section .note.GNU-stack, "", @progbits
