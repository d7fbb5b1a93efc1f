/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Start-up of each vCPU. The first one comes in 32-bit protected mode with flat segments, ESI = argument; the others
 * in real mode, by INIT and SIPI. All go on in long mode with the first 4 GiB mapped one to one.
 */

#define STACK_SHIFT 14
#define MAX_CPUS 8 /* INMATE_MAX_CPUS */
#define CODE64 0x08
#define DATA 0x10
#define CODE32 0x18

#define PAGE_TABLE 0x03
#define PAGE_LARGE 0x83
#define PAGE_NO_CACHE 0x10

	.section .text.entry, "ax"
	.code32
	.global inmate_entry
inmate_entry:
	jmp	first_start
	.balign	8
	.ascii	"INMATE\0\0"

first_start:
	cld
	movl	$bss_start, %edi
	movl	$bss_end, %ecx
	subl	%edi, %ecx
	xorl	%eax, %eax
	rep	stosb

	/* four tables of 2 MiB pages; the fourth GiB is registers */
	movl	$table3, %edi
	movl	$table2 + PAGE_TABLE, %eax
	movl	$4, %ecx
1:	movl	%eax, (%edi)
	addl	$0x1000, %eax
	addl	$8, %edi
	loop	1b
	movl	$table4, %edi
	movl	$table3 + PAGE_TABLE, (%edi)
	movl	$table2, %edi
	movl	$PAGE_LARGE, %eax
	movl	$2048, %ecx
2:	movl	%eax, %edx
	cmpl	$0xc0000000, %eax
	jb	3f
	orl	$PAGE_NO_CACHE, %edx
3:	movl	%edx, (%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	2b

	lgdt	gdt_pointer
	movl	$stacks + (1 << STACK_SHIFT), %esp
	movl	$first_long, %ebx
	jmp	long_mode

/* To long mode, and on at EBX with all else as it is but EAX, ECX and EDX. */
long_mode:
	movl	%cr4, %eax
	orl	$0x620, %eax			/* PAE, OSFXSR, OSXMMEXCPT */
	movl	%eax, %cr4
	movl	$table4, %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx		/* EFER */
	rdmsr
	orl	$0x100, %eax			/* LME */
	wrmsr
	movl	%cr0, %eax
	andl	$0x9ffffffb, %eax		/* caches on, no emulation */
	orl	$0x80010023, %eax		/* PG, WP, NE, MP, PE */
	movl	%eax, %cr0
	ljmp	$CODE64, $in_long_mode

	.code64
in_long_mode:
	movl	$DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	lidt	idt_pointer
	movl	%ebx, %ebx
	jmp	*%rbx

first_long:
	movl	%esi, %ebx
	call	exception_init
	movq	%rbx, %rdi
	call	inmate_main
	call	power_off

secondary_long:
	call	cpu_run
	call	cpu_off

/* Where SIPI sends the others: a page of its own below 1 MiB. They come one after the other: next_stack is theirs. */
	.balign	4096
	.code16
	.global inmate_secondary
inmate_secondary:
	cli
	cld
	xorw	%ax, %ax
	movw	%ax, %ds
	lgdtl	gdt_pointer
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$CODE32, $secondary_32

	.code32
secondary_32:
	movl	$DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	next_stack, %esp
	movl	$secondary_long, %ebx
	jmp	long_mode

/* Exceptions and interrupts: a stub for each vector, and a frame as struct frame of exception.c. */
	.code64
	.text
	.balign	16
	.global vector_stubs
vector_stubs:
	vector = 0
	.rept	256
	.balign	16
	.if	(vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17) || (vector == 21)
	.else
	pushq	$0
	.endif
	pushq	$vector
	jmp	trap
	vector = vector + 1
	.endr

	.balign	16
trap:
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rbx
	pushq	%rbp
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	cld
	movq	%rsp, %rdi
	movq	%rsp, %rbx
	andq	$-16, %rsp
	call	trap_taken
	movq	%rbx, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rbp
	popq	%rbx
	popq	%rdx
	popq	%rcx
	popq	%rax
	addq	$16, %rsp
	iretq

/*
 * unsigned int attempt_run(void (*function)(void *), void *argument, uint64_t *stack): 0, or what attempt_end() returns
 * to here from inside an exception: 1.
 */
	.global attempt_run
attempt_run:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	subq	$8, %rsp
	movq	%rsp, (%rdx)
	movq	%rdi, %rax
	movq	%rsi, %rdi
	call	*%rax
	xorl	%eax, %eax
1:	addq	$8, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret
	.global attempt_end
attempt_end:
	movl	$1, %eax
	jmp	1b

	.section .data
	.balign	16
gdt:
	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
	.quad	0x00cf9b000000ffff
gdt_pointer:
	.word	. - gdt - 1
	.quad	gdt
	.balign	16
idt_pointer:
	.word	256 * 16 - 1
	.quad	idt
	.balign	8
	.global next_stack
next_stack:
	.quad	0

	.section .tables, "aw", %nobits
	.balign	4096
table4:	.skip	4096
table3:	.skip	4096
table2:	.skip	4 * 4096
	.global idt
idt:	.skip	4096

	.section .stacks, "aw", %nobits
	.balign	1 << STACK_SHIFT
	.global stacks
stacks:
	.skip	MAX_CPUS << STACK_SHIFT
	.section .note.GNU-stack, "", %progbits
