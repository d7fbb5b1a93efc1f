/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run loop of SVM. The global interrupt flag is 0 outside of the guest: no NMI comes between, and one that waits
 * ends the guest at once. FS, GS, TR, LDTR and the MSRs that go with them are switched by VMLOAD and VMSAVE.
 */
#include <asm/layout.h>
#include <asm/registers.h>
#include <generated/asm-offsets.h>

#define EXIT_MSR 0x7c
#define MSR_ICR 0x830

	.section .text.svm, "ax"
	.global	svm_run
svm_run:
	mov	$(PERCPU_BASE + PERCPU_FRAME), %rsp
again:
	mov	PERCPU_BASE + PERCPU_SELF, %rdx
	movl	$1, CPU_IN_GUEST(%rdx)
	mfence
	mov	CPU_FLUSH(%rdx), %ecx
	cmp	CPU_FLUSHED(%rdx), %ecx
	jne	forget
	mov	(%rsp), %rax
	mov	%rax, PERCPU_BASE + PERCPU_CONTROL + VMCB_RAX
	mov	PERCPU_BASE + PERCPU_VMCB_PHYSICAL, %rax
	restore_low
	mov	64(%rsp), %r8
	restore_high
	vmload	%rax
enter:
	vmrun	%rax
	.global	svm_exited
svm_exited:
	cmpl	$EXIT_MSR, PERCPU_BASE + PERCPU_CONTROL + VMCB_EXIT_CODE
	je	command
full:
	vmsave	%rax
	save_low
	mov	%r8, 64(%rsp)
	save_high
	mov	PERCPU_BASE + PERCPU_HOST_PHYSICAL, %rax
	vmload	%rax
	mov	PERCPU_BASE + PERCPU_SELF, %rdx
	movl	$0, CPU_IN_GUEST(%rdx)
	mov	PERCPU_BASE + PERCPU_CONTROL + VMCB_RAX, %rax
	mov	%rax, (%rsp)
	mov	%rsp, %rdi
	xor	%ebp, %ebp
	call	svm_exit
	test	%eax, %eax
	jz	again
	call	enter_leave
	ud2

/*
 * Interrupt commands of x2APICs to one CPU: nothing but what C may change is saved, and the guest's segments stay where
 * they are. To the others this CPU is in its guest all the time: an NMI of theirs waits, and ends the guest at once.
 */
command:
	cmp	$MSR_ICR, %ecx
	jne	full
	cmpl	$1, PERCPU_BASE + PERCPU_CONTROL + VMCB_EXIT_INFO1	/* a write */
	jne	full
	cmpl	$0, PERCPU_BASE + PERCPU_CONTROL + VMCB_EXIT_INT_INFO
	jl	full				/* an event is still to be delivered */
	cmpl	$0, PERCPU_BASE + PERCPU_NMI_IS_PENDING
	jne	full
	mov	%rdx, 16(%rsp)
	mov	%rsi, 48(%rsp)
	mov	%rdi, 56(%rsp)
	mov	%r8, 64(%rsp)
	mov	%r9, 72(%rsp)
	mov	%r10, 80(%rsp)
	mov	%r11, 88(%rsp)
	mov	PERCPU_BASE + PERCPU_CONTROL + VMCB_RAX, %edi
	shl	$32, %rdx
	or	%rdx, %rdi
	call	svm_command
	mov	$MSR_ICR, %ecx
	mov	16(%rsp), %rdx
	mov	48(%rsp), %rsi
	mov	56(%rsp), %rdi
	mov	64(%rsp), %r8
	mov	72(%rsp), %r9
	mov	80(%rsp), %r10
	mov	88(%rsp), %r11
	test	%eax, %eax
	mov	PERCPU_BASE + PERCPU_VMCB_PHYSICAL, %rax
	jnz	enter
	jmp	full

forget:
	call	maintenance_before_entry
	jmp	again
