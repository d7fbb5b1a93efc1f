/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way over: stack, GDT, IDT and then CR3 are exchanged for ones that both address spaces map, and back in the
 * opposite order. At every instruction an NMI or a machine check finds an IDT, a GDT and a stack that are mapped: it
 * is noted, and raised again when the kernel's own IDT is back. Any other exception ends the passage.
 */
#include "x86_64_cross.h"

#include <asm/nospec-branch.h>
#include <asm/processor-flags.h>
#include <linux/linkage.h>
#include <linux/objtool.h>

#define VECTOR_NMI 2
#define VECTOR_MC 18

	.text
/* void cross_over(struct cross *cross): interrupts off, CET off */
SYM_FUNC_START(cross_over)
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	pushfq
	cld
	movq %rdi, %rbx
	movq %rsp, CROSS_KERNEL_SP(%rbx)
	leaq CROSS_SIZE(%rbx), %rsp
	movq %cr3, %rax
	movq %rax, CROSS_KERNEL_CR3(%rbx)
	movq %cr4, %rax
	movq %rax, CROSS_KERNEL_CR4(%rbx)
	andq $~X86_CR4_PGE, %rax
	movq %rax, %cr4
	lgdt CROSS_GDTR(%rbx)
	lidt CROSS_IDTR(%rbx)
	movq CROSS_CR3(%rbx), %rax
	movq %rax, %cr3

	movq CROSS_TARGET(%rbx), %r12
	movq CROSS_RAX(%rbx), %rax
	movq CROSS_RDI(%rbx), %rdi
	movq CROSS_RSI(%rbx), %rsi
	movq CROSS_RDX(%rbx), %rdx
	movq CROSS_RCX(%rbx), %rcx
	movq CROSS_R8(%rbx), %r8
	cmpq $CROSS_VMMCALL, %r12
	je 1f
	cmpq $CROSS_VMCALL, %r12
	je 2f
	leaq cross_back(%rip), %rsi
	ANNOTATE_RETPOLINE_SAFE
	jmp *%r12
1:	vmmcall
	jmp cross_back
2:	vmcall

SYM_INNER_LABEL(cross_back, SYM_L_LOCAL)
	ANNOTATE_NOENDBR
	movq %rax, CROSS_RAX(%rbx)
	movq %rdi, CROSS_RDI(%rbx)
	movq %rsi, CROSS_RSI(%rbx)
	movq %rdx, CROSS_RDX(%rbx)
	movq %rcx, CROSS_RCX(%rbx)
	movq %r8, CROSS_R8(%rbx)
	movq CROSS_KERNEL_CR3(%rbx), %rax
	movq %rax, %cr3
	lidt CROSS_KERNEL_IDTR(%rbx)
	lgdt CROSS_KERNEL_GDTR(%rbx)
	movq CROSS_KERNEL_CR4(%rbx), %rax
	movq %rax, %cr4
	movq CROSS_KERNEL_SP(%rbx), %rsp
	popfq
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	RET

/* One for each vector: its number, and on; error codes need not be told from other words. */
	.balign CROSS_VECTOR_SIZE
SYM_INNER_LABEL(cross_vectors, SYM_L_GLOBAL)
	ANNOTATE_NOENDBR
	vector = 0
	.rept CROSS_VECTORS
	.balign CROSS_VECTOR_SIZE, 0xcc
	pushq $vector
	jmp cross_exception
	vector = vector + 1
	.endr

cross_exception:
	cmpq $VECTOR_NMI, (%rsp)
	je 1f
	cmpq $VECTOR_MC, (%rsp)
	je 2f
	movq %rsp, %rbx
	andq $-CROSS_SIZE, %rbx
	popq CROSS_FAULT(%rbx)
	movq %rsp, CROSS_FAULT_SP(%rbx)
	movq $-1, %rax
	jmp cross_back
1:	pushq %rax
	movq %rsp, %rax
	andq $-CROSS_SIZE, %rax
	movb $1, CROSS_NMI(%rax)
	jmp 3f
2:	pushq %rax
	movq %rsp, %rax
	andq $-CROSS_SIZE, %rax
	movb $1, CROSS_MC(%rax)
3:	popq %rax
	addq $8, %rsp
	iretq
SYM_INNER_LABEL(cross_over_end, SYM_L_GLOBAL)
	ANNOTATE_NOENDBR
	int3
SYM_FUNC_END(cross_over)
	STACK_FRAME_NON_STANDARD cross_over
