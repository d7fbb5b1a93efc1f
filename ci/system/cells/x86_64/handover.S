/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads all that an owner of a CPU could leave behind, writes something else everywhere, reads again, and is off.
 * On its console: 'found', a line NAME=VALUE each, 'poisoned', the same, 'end'. What the CPU does not have is 'u'.
 * Runs in 32-bit protected mode: the upper halves of general registers and the vectors 8 to 15 are not looked at.
 */
	.set	POISON, 0x5a5a5a5a
	.set	POISON_PAGE, 0x5a5a5000
	.set	APIC, 0xfee00000
	.set	AREA, 0x10000		/* of XSAVE, 4 KiB */
	.set	XSTATE_BV, AREA + 512
	.set	STACK, 0x20000

	/* Where a row's value comes from. */
	.set	SEEN, 0			/* memory that read_special filled */
	.set	MSR, 1
	.set	LOCAL, 2		/* register of the local APIC */
	.set	LOCAL_READ, 3		/* that is not written */
	.set	ROW, 32

	.code32
	.globl	_start
_start:	movl	%eax, eax
	movl	%ebx, ebx
	movl	%ecx, ecx
	movl	%edx, edx
	movl	%esi, esi
	movl	%edi, edi
	movl	%ebp, ebp
	movl	%esp, esp
	movl	$STACK, %esp
	lgdt	gdt_register
	call	fill_idt
	call	read_special
	movl	$found, %esi
	call	print
	call	print_rows
	call	poison_rows
	call	poison_special
	call	read_special
	movl	$poisoned, %esi
	call	print
	call	print_rows
	movl	$end, %esi
	call	print
	movl	ebx, %ebx
	movl	ecx, %ecx
	movl	esi, %esi
	movl	edi, %edi
	movl	ebp, %ebp
	movl	esp, %esp
	movl	edx, %edx
	movl	eax, %eax
	outw	%ax, %dx
1:	jmp	1b

/* #GP alone, by RDMSR and WRMSR, which have two bytes. */
fill_idt:
	movl	$gp, %eax
	movw	%ax, idt + 13 * 8
	shrl	$16, %eax
	movw	%ax, idt + 13 * 8 + 6
	lidt	idt_register
	ret

gp:	movl	$1, faulted
	addl	$2, 4(%esp)
	addl	$4, %esp
	iret

/* Control and debug registers; then the extended state, which needs some of them. */
read_special:
	movl	%cr0, %eax
	movl	%eax, cr0
	movl	%cr2, %eax
	movl	%eax, cr2
	movl	%cr3, %eax
	movl	%eax, cr3
	movl	%cr4, %eax
	movl	%eax, cr4
	orl	$0x40600, %eax		/* OSFXSR, OSXMMEXCPT, OSXSAVE */
	movl	%eax, %cr4
	movl	%dr0, %eax
	movl	%eax, dr0
	movl	%dr1, %eax
	movl	%eax, dr1
	movl	%dr2, %eax
	movl	%eax, dr2
	movl	%dr3, %eax
	movl	%eax, dr3
	movl	%dr6, %eax
	movl	%eax, dr6
	movl	%dr7, %eax
	movl	%eax, dr7
	xorl	%ecx, %ecx
	xgetbv
	movl	%eax, xcr0
	call	all_components
	call	clear_area
	movl	$7, %eax
	xorl	%edx, %edx
	xsave	AREA
	movzwl	AREA, %eax
	movl	%eax, fcw
	movzwl	AREA + 2, %eax
	movl	%eax, fsw
	movzbl	AREA + 4, %eax
	movl	%eax, ftw
	movl	AREA + 24, %eax
	movl	%eax, mxcsr
	movl	$AREA + 32, %esi
	movl	$32, %ecx
	call	or_words
	movl	%eax, st
	movl	$AREA + 160, %esi
	movl	$32, %ecx
	call	or_words
	movl	%eax, xmm
	movl	$AREA + 576, %esi
	movl	$32, %ecx
	call	or_words
	movl	%eax, ymm
	ret

/* x87, SSE and AVX, as far as they are there. */
all_components:
	movl	$0xd, %eax
	xorl	%ecx, %ecx
	cpuid
	andl	$7, %eax
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xsetbv
	ret

clear_area:
	movl	$AREA, %edi
	movl	$1024, %ecx
	xorl	%eax, %eax
	rep stosl
	ret

or_words:
	xorl	%eax, %eax
1:	orl	(%esi), %eax
	addl	$4, %esi
	loop	1b
	ret

poison_special:
	call	clear_area
	movl	$AREA + 32, %edi	/* x87 and SSE */
	movl	$64, %ecx
	movl	$POISON, %eax
	rep stosl
	movl	$AREA + 576, %edi	/* AVX */
	movl	$32, %ecx
	rep stosl
	movw	$0x240, AREA
	movw	$0x4100, AREA + 2
	movb	$0xff, AREA + 4
	movl	$0x9fc0, AREA + 24
	movl	$7, XSTATE_BV
	movl	$7, %eax
	xorl	%edx, %edx
	xrstor	AREA
	movl	$POISON, %eax
	movl	%eax, %dr0
	movl	%eax, %dr1
	movl	%eax, %dr2
	movl	%eax, %dr3
	movl	$0xffff0ff5, %eax
	movl	%eax, %dr6
	movl	$0x33330600, %eax	/* none is enabled */
	movl	%eax, %dr7
	movl	$POISON_PAGE, %eax
	movl	%eax, %cr2
	movl	%eax, %cr3
	movl	%cr4, %eax
	orl	$0x90, %eax		/* PSE, PGE */
	movl	%eax, %cr4
	movl	%cr0, %eax
	orl	$0x50020, %eax		/* AM, WP, NE */
	movl	%eax, %cr0
	movl	$0x2000, eax		/* these two switch the power off */
	movl	$0x604, edx
	movl	$POISON, ebx
	movl	$POISON, ecx
	movl	$POISON, esi
	movl	$POISON, edi
	movl	$POISON, ebp
	movl	$POISON, esp
	ret

poison_rows:
	movl	$rows, %ebx
1:	movl	4(%ebx), %ecx
	movl	8(%ebx), %eax
	movl	12(%ebx), %edx
	cmpl	$MSR, (%ebx)
	je	2f
	cmpl	$LOCAL, (%ebx)
	jne	3f
	movl	%eax, (%ecx)
	jmp	3f
2:	wrmsr
3:	addl	$ROW, %ebx
	cmpl	$rows_end, %ebx
	jb	1b
	ret

print_rows:
	movl	$rows, %ebx
1:	leal	16(%ebx), %esi
	call	print
	movl	4(%ebx), %ecx
	xorl	%edx, %edx
	movl	$0, faulted
	cmpl	$MSR, (%ebx)
	je	2f
	movl	(%ecx), %eax
	jmp	3f
2:	rdmsr
	cmpl	$0, faulted
	je	3f
	movl	$unknown, %esi
	call	print
	jmp	4f
3:	movl	%eax, %edi
	movl	%edx, %eax
	call	print_hex
	movl	%edi, %eax
	call	print_hex
	movb	$'\n', %al
	call	put
4:	addl	$ROW, %ebx
	cmpl	$rows_end, %ebx
	jb	1b
	ret

print_hex:
	movl	%eax, %ebp
	movl	$8, %ecx
1:	roll	$4, %ebp
	movl	%ebp, %eax
	andl	$15, %eax
	movb	digits(%eax), %al
	call	put
	loop	1b
	ret

print:	lodsb
	testb	%al, %al
	jz	1f
	call	put
	jmp	print
1:	ret

put:	pushl	%edx
	movw	$0x3f8, %dx
	outb	%al, %dx
	popl	%edx
	ret

digits:	.ascii	"0123456789abcdef"
found:	.asciz	"found\n"
poisoned: .asciz "poisoned\n"
end:	.asciz	"end\n"
unknown: .asciz	"u\n"
	.balign	8
faulted: .long	0
eax:	.long	0
ebx:	.long	0
ecx:	.long	0
edx:	.long	0
esi:	.long	0
edi:	.long	0
ebp:	.long	0
esp:	.long	0
cr0:	.long	0
cr2:	.long	0
cr3:	.long	0
cr4:	.long	0
dr0:	.long	0
dr1:	.long	0
dr2:	.long	0
dr3:	.long	0
dr6:	.long	0
dr7:	.long	0
xcr0:	.long	0
fcw:	.long	0
fsw:	.long	0
ftw:	.long	0
mxcsr:	.long	0
st:	.long	0
xmm:	.long	0
ymm:	.long	0
	.balign	8
gdt:	.quad	0, 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_register: .short 31
	.long	gdt
idt_register: .short 14 * 8 - 1
	.long	idt
	.balign	8
idt:	.zero	13 * 8
	.short	0, 0x10, 0x8e00, 0

	/* The value that is written has a low and a high half. */
	.macro	row name, kind, at, low=0, high=0
	.long	\kind, \at, \low, \high
1:	.asciz	"\name="
	.zero	16 - (. - 1b)
	.endm

	.balign	8
rows:
	.irp	name, eax, ebx, ecx, edx, esi, edi, ebp, esp, cr0, cr2, cr3, cr4, dr0, dr1, dr2, dr3, dr6, dr7
	row	\name, SEEN, \name
	.endr
	.irp	name, xcr0, fcw, fsw, ftw, mxcsr, st, xmm, ymm
	row	\name, SEEN, \name
	.endr
	row	sysenter_cs, MSR, 0x174, 0x5a
	row	sysenter_esp, MSR, 0x175, POISON
	row	sysenter_eip, MSR, 0x176, POISON
	row	pat, MSR, 0x277, 0x00070401, 0x00060406
	row	efer, MSR, 0xc0000080, 0x801
	row	star, MSR, 0xc0000081, POISON, POISON
	row	lstar, MSR, 0xc0000082, POISON, 0x5a5a
	row	cstar, MSR, 0xc0000083, POISON, 0x5a5a
	row	sfmask, MSR, 0xc0000084, POISON
	row	fs_base, MSR, 0xc0000100, POISON, 0x5a5a
	row	gs_base, MSR, 0xc0000101, POISON, 0x5a5a
	row	kernel_gs, MSR, 0xc0000102, POISON, 0x5a5a
	row	tsc_aux, MSR, 0xc0000103, 0x5a
	row	spec_ctrl, MSR, 0x48, 1
	row	xss, MSR, 0xda0, 0x1800
	row	svr, LOCAL, APIC + 0xf0, 0x1aa
	row	tpr, LOCAL, APIC + 0x80, 0x50
	row	ldr, LOCAL, APIC + 0xd0, 0x5a000000
	row	dfr, LOCAL, APIC + 0xe0, 0x0fffffff
	row	lvt_timer, LOCAL, APIC + 0x320, 0x300ee
	row	lvt_counter, LOCAL, APIC + 0x340, 0x100ee
	row	lvt_error, LOCAL, APIC + 0x370, 0x100ee
	row	divide, LOCAL, APIC + 0x3e0, 0xb
	row	initial, LOCAL, APIC + 0x380, 0x7fffffff
	row	icr, LOCAL, APIC + 0x300, 0x44077	/* to itself; nobody takes it */
	row	icr_high, LOCAL, APIC + 0x310, POISON
	row	pending, LOCAL_READ, APIC + 0x230
rows_end:
