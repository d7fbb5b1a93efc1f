/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The image header, the vectors' stubs (at a fixed place, so that the IDT can be made by the assembler), and the
 * ways between the tables that the kernel's side made and the hypervisor's own.
 *
 * An NMI may come at any instruction. On the way over, GDT, IDT, stack and code are mapped by both tables: the stack
 * and the GDT by their linear addresses, and an IDT whose NMI touches nothing.
 */
#include <asm/layout.h>
#include <asm/registers.h>
#include <generated/asm-offsets.h>

#define FRAME(n) PERCPU_FRAME + 8 * (n)
#define TABLE(n, index) PERCPU_LEVEL##n + 8 * (index)
#define INDEX3(address) ((address) >> 30 & 511)

/* CR4 while the hypervisor runs: of what the kernel has, PAE, MCE, OSFXSR, OSXMMEXCPT, LA57, OSXSAVE, SMEP. */
#define CR4_KEPT 0x141660

/* %rax = physical address of offset \offset in the private area, with \bits; %rbx = the area's. */
	.macro	entry_of offset, bits
	lea	\offset(%rbx), %rax
	or	$\bits, %rax
	.endm

/* The entry at \at of the private area names the table at \offset of it. */
	.macro	point_to offset, at
	entry_of \offset, BOOT_TABLE
	mov	%rax, \at(%r8)
	.endm

	.macro	load_gdt base
	sub	$16, %rsp
	movw	$(GDT_SIZE - 1), 6(%rsp)
	mov	\base, 8(%rsp)
	lgdt	6(%rsp)
	add	$16, %rsp
	.endm

	.section .head, "ax"
	.global	image_header
image_header:
	.quad	IMAGE_MAGIC
	.short	ABI_MAJOR, ABI_MINOR, ARCH_X86_64, CONFIG_MAX_CPUS
	.quad	layout_core_size
	.quad	PERCPU_AREA_SIZE
	.quad	entry_kernel - image_header
	.quad	IMAGE_INFO_SIZE
	.zero	IMAGE_HEADER_SIZE - 48

	.org	VECTOR_OFFSET
	.altmacro
	.macro	stub n
	.balign	VECTOR_SIZE
	.if	\n == 2
	jmp	vectors_nmi
	.else
	.if	!(\n == 8 || (\n >= 10 && \n <= 14) || \n == 17 || \n == 21 || \n == 29 || \n == 30)
	push	$0
	.endif
	push	$\n
	jmp	vectors_fault
	.endif
	.endm
	.set	n, 0
	.rept	VECTOR_COUNT
	stub	%n
	.set	n, n + 1
	.endr
	.noaltmacro
	.org	VECTOR_IGNORED
	iretq

	.section .rodata.idt, "a"
	.balign	16
	.macro	gate offset, ist
	.set	address, HV_BASE + \offset
	.short	address & 0xffff, SELECTOR_CODE, 0x8e00 | (\ist), address >> 16 & 0xffff
	.long	address >> 32 & 0xffffffff, 0
	.endm
idt:
	.set	n, 0
	.rept	VECTOR_COUNT
	gate	(VECTOR_OFFSET + VECTOR_SIZE * n), (n == 8) & 1
	.set	n, n + 1
	.endr
	.rept	256 - VECTOR_COUNT
	gate	VECTOR_IGNORED, 0
	.endr
idt_end:
/* For the ways over: nothing that comes needs more than a stack. */
idt_quiet:
	.rept	VECTOR_COUNT
	gate	VECTOR_IGNORED, 0
	.endr
idt_quiet_end:
	.balign	8
	.short	0, 0, 0
idt_register:
	.short	idt_end - idt - 1
	.quad	idt
	.balign	8
	.short	0, 0, 0
idt_quiet_register:
	.short	idt_quiet_end - idt_quiet - 1
	.quad	idt_quiet

/*
 * entry_kernel - in from the running kernel (bulkhead/image.h): %rdi = BH_ENTER_ARG, %rsi = where to return
 * %r8 = private area by its linear address, %r9 = image, %rbx = private area's physical address, %r11 = argument.
 */
	.section .text.entry, "ax"
	.global	entry_kernel
entry_kernel:
	.byte	0xf3, 0x0f, 0x1e, 0xfa	/* endbr64 */
	mov	$HV_BASE, %r9
	mov	%edi, %eax
	and	$0x7fffffff, %eax	/* slot; the flag beside it is C's business */
	cmp	IMAGE_CPU_COUNT(%r9), %eax
	jb	1f
	mov	$ERROR_RANGE, %eax
	push	%rsi
	ret
1:	pushfq
	pop	%rdx
	cld
	mov	IMAGE_PERCPU_SIZE(%r9), %r8
	imul	%rax, %r8
	add	IMAGE_CORE_SIZE(%r9), %r8
	add	%r9, %r8
	mov	%rdi, %r11
	mov	%r8, %rdi
	xor	%eax, %eax
	mov	$(PERCPU_AREA_SIZE / 8), %ecx
	rep	stosq

	lea	PERCPU_FOUND(%r8), %r10
	mov	%rdx, FOUND_RFLAGS(%r10)
	mov	%rsi, FOUND_RESUME(%r10)
	mov	%rsp, FOUND_RSP(%r10)
	mov	%rbx, FRAME(3)(%r8)
	mov	%rbp, FRAME(5)(%r8)
	mov	%r12, FRAME(12)(%r8)
	mov	%r13, FRAME(13)(%r8)
	mov	%r14, FRAME(14)(%r8)
	mov	%r15, FRAME(15)(%r8)
	mov	%cr3, %rax
	mov	%rax, FOUND_CR3(%r10)
	mov	%cr4, %rax
	mov	%rax, FOUND_CR4(%r10)
	sgdt	FOUND_GDTR(%r10)
	sidt	FOUND_IDTR(%r10)
	mov	%es, FOUND_SELECTOR + 2 * ASM_SEG_ES(%r10)
	mov	%cs, FOUND_SELECTOR + 2 * ASM_SEG_CS(%r10)
	mov	%ss, FOUND_SELECTOR + 2 * ASM_SEG_SS(%r10)
	mov	%ds, FOUND_SELECTOR + 2 * ASM_SEG_DS(%r10)
	mov	%fs, FOUND_SELECTOR + 2 * ASM_SEG_FS(%r10)
	mov	%gs, FOUND_SELECTOR + 2 * ASM_SEG_GS(%r10)
	sldt	FOUND_SELECTOR + 2 * ASM_SEG_LDTR(%r10)
	str	FOUND_SELECTOR + 2 * ASM_SEG_TR(%r10)
	mov	FOUND_GDTR_BASE(%r10), %rsi
	movzwl	FOUND_GDTR(%r10), %ecx
	inc	%ecx
	cmp	$FOUND_GDT_SIZE, %ecx
	jbe	1f
	mov	$FOUND_GDT_SIZE, %ecx
1:	lea	FOUND_GDT(%r10), %rdi
	rep	movsb

	/* tables: both levels that may be the root, the private GiB with guards left out, the linear map */
	mov	IMAGE_HV_BASE(%r9), %rdx
	mov	%r8, %rbx
	sub	%r9, %rbx
	add	%rdx, %rbx
	.set	at_level5, TABLE(5, 511)
	.set	at_level4, TABLE(4, 511)
	.set	at_private, TABLE(3, INDEX3(PERCPU_BASE))
	.set	at_linear, TABLE(3, INDEX3(HV_BASE))
	point_to PERCPU_LEVEL4, at_level5
	point_to PERCPU_LEVEL3, at_level4
	point_to PERCPU_PRIVATE_L2, at_private
	point_to PERCPU_BOOT_LINEAR, at_linear
	point_to PERCPU_PRIVATE_L1, PERCPU_PRIVATE_L2
	entry_of 0, BOOT_PAGE
	bts	$BOOT_NX_BIT, %rax
	xor	%ecx, %ecx
1:	mov	%rax, PERCPU_PRIVATE_L1(%r8, %rcx, 8)
	add	$0x1000, %rax
	inc	%ecx
	cmp	$(PERCPU_AREA_SIZE >> 12), %ecx
	jb	1b
	movq	$0, PERCPU_PRIVATE_L1 + 8 * (PERCPU_GUARD1 >> 12)(%r8)
	movq	$0, PERCPU_PRIVATE_L1 + 8 * (PERCPU_GUARD2 >> 12)(%r8)
	mov	IMAGE_HV_SIZE(%r9), %rcx
	shr	$21, %rcx
	cmp	$(HV_SIZE_MAX >> 21), %rcx
	jbe	1f
	mov	$(HV_SIZE_MAX >> 21), %ecx
1:	or	$BOOT_LARGE, %rdx
	lea	PERCPU_BOOT_LINEAR(%r8), %rdi
1:	mov	%rdx, (%rdi)
	add	$0x200000, %rdx
	add	$8, %rdi
	dec	%rcx
	jnz	1b

	/* descriptors: a 64-bit code segment, a data segment, the TSS at its private address */
	.set	tss, PERCPU_BASE + PERCPU_TSS
	mov	$0x00af9b000000ffff, %rax
	mov	%rax, PERCPU_GDT + SELECTOR_CODE(%r8)
	mov	$0x00cf93000000ffff, %rax
	mov	%rax, PERCPU_GDT + SELECTOR_DATA(%r8)
	mov	$((TSS_SIZE - 1) | (tss & 0xffffff) << 16 | 0x89 << 40 | (tss >> 24 & 0xff) << 56), %rax
	mov	%rax, PERCPU_GDT + SELECTOR_TSS(%r8)
	mov	$(tss >> 32 & 0xffffffff), %eax
	mov	%rax, PERCPU_GDT + SELECTOR_TSS + 8(%r8)
	movq	$(PERCPU_BASE + PERCPU_EMERGENCY_END), PERCPU_TSS + 36(%r8) /* IST1 */
	movw	$TSS_SIZE, PERCPU_TSS + 102(%r8)

	/* over: what an NMI needs first, then the tables */
	lea	PERCPU_FRAME(%r8), %rsp
	lea	PERCPU_GDT(%r8), %rax
	load_gdt %rax
	lidt	idt_quiet_register
	call	own_segments
	mov	%cr4, %rax
	and	$CR4_KEPT, %eax
	mov	%rax, %cr4
	lea	PERCPU_LEVEL4(%rbx), %rcx
	lea	PERCPU_LEVEL5(%rbx), %rdx
	test	$0x1000, %eax
	cmovnz	%rdx, %rcx
	mov	%rcx, %cr3
	mov	$(PERCPU_BASE + PERCPU_FRAME), %rsp
	mov	$(PERCPU_BASE + PERCPU_GDT), %rax
	load_gdt %rax
	lidt	idt_register
	mov	$SELECTOR_TSS, %eax
	ltr	%ax
	mov	%r11, %rdi
	xor	%ebp, %ebp
	call	enter_found
	test	%eax, %eax
	jz	entry_guest
	call	enter_back

/* CS, SS, DS and ES from the GDT that is loaded; those that go with MSRs are the guest's, whoever runs. */
own_segments:
	pop	%rcx
	push	$SELECTOR_CODE
	push	%rcx
	mov	$SELECTOR_DATA, %eax
	mov	%eax, %ss
	mov	%eax, %ds
	mov	%eax, %es
	lretq

	.global	entry_guest
entry_guest:
	mov	$(PERCPU_BASE + PERCPU_FRAME), %rsp
	xor	%ebp, %ebp
	call	enter_run
	ud2

/* entry_restart - the trap's frame is left behind: on from the top of the stack, see fault.c */
	.global	entry_restart
entry_restart:
	mov	$(PERCPU_BASE + PERCPU_FRAME), %rsp
	xor	%ebp, %ebp
	call	fault_report
	jmp	entry_guest

	.global	entry_abort
entry_abort:
	mov	$(PERCPU_BASE + PERCPU_FRAME), %rsp
	xor	%ebp, %ebp
	call	enter_back
	ud2

/*
 * entry_leave - %rdi = offset of the state, %rsi = offset of the private area, both from HV_BASE
 * The linear map has the private areas again, and so have the tables that the state's CR3 names.
 */
	.global	entry_leave
entry_leave:
	mov	$HV_BASE, %r9
	lea	(%r9, %rdi), %rbx
	lea	(%r9, %rsi), %r8
	lea	PERCPU_FRAME(%r8), %rsp
	lidt	idt_quiet_register
	lea	PERCPU_GDT(%r8), %rax
	load_gdt %rax
	mov	STATE_CR3(%rbx), %rax
	mov	%rax, %cr3
	mov	STATE_CR0(%rbx), %rax
	mov	%rax, %cr0
	mov	STATE_CR4(%rbx), %rax
	mov	%rax, %cr4

#define SEGMENT_OF(name) STATE_SEGMENT + (ASM_SEG_##name << SEGMENT_SHIFT)
	.set	at_gdtr, SEGMENT_OF(GDTR)
	.set	at_idtr, SEGMENT_OF(IDTR)
	.set	at_fs, SEGMENT_OF(FS)
	.set	at_gs, SEGMENT_OF(GS)

	.macro	load_table instruction, from, base
	mov	\from + SEGMENT_LIMIT(%rbx), %eax
	mov	\from + SEGMENT_BASE(%rbx), \base
	mov	%ax, 6(%rsp)
	mov	\base, 8(%rsp)
	\instruction	6(%rsp)
	.endm

	.macro	load_base msr, from
	mov	$\msr, %ecx
	mov	\from + SEGMENT_BASE(%rbx), %eax
	mov	\from + SEGMENT_BASE + 4(%rbx), %edx
	wrmsr
	.endm

	sub	$16, %rsp
	load_table lgdt, at_gdtr, %rdx
	load_table lidt, at_idtr, %rcx
	movzwl	SEGMENT_OF(TR)(%rbx), %eax
	mov	%eax, %ecx
	and	$0xfff8, %ecx
	jz	1f
	andb	$~2, 5(%rdx, %rcx)	/* not busy */
	ltr	%ax
1:	lldt	SEGMENT_OF(LDTR)(%rbx)
	mov	SEGMENT_OF(DS)(%rbx), %ds
	mov	SEGMENT_OF(ES)(%rbx), %es
	mov	SEGMENT_OF(FS)(%rbx), %fs
	mov	SEGMENT_OF(GS)(%rbx), %gs
	load_base 0xc0000100, at_fs
	load_base 0xc0000101, at_gs

	mov	STATE_RSP(%rbx), %rsp
	movzwl	SEGMENT_OF(SS)(%rbx), %eax
	mov	%rsp, %rdx
	push	%rax
	push	%rdx
	push	STATE_RFLAGS(%rbx)
	movzwl	SEGMENT_OF(CS)(%rbx), %eax
	push	%rax
	push	STATE_RIP(%rbx)
	mov	FRAME(0)(%r8), %rax
	restore_low %r8, PERCPU_FRAME
	restore_high %r8, PERCPU_FRAME
	mov	FRAME(8)(%r8), %r8
	iretq
