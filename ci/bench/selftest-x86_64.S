/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bare-metal program, entered in 32-bit protected mode on QEMU's board 'q35', with exits of known length: the bench
 * trusts its plugin only after the plugin counted these right. Two CPUs run it, so that counts that leak from one CPU
 * to another show. The guest shares memory and registers with the host.
 *
 *	phase 1		SHORT hypercalls of 4 instructions; one more on CPU 1
 *	phase 2		LONG hypercalls of 8 + 2 * LOOPS instructions, which pass the mark 'long'
 */
#define SHORT 1500
#define LONG 1000
#define LOOPS 40
#define PHASE(n) .byte 0x0f, 0x1f, 0x80, 0x60 + (n), 0, 0, 0
#define CODE 8
#define DATA 16
#define LOW 0x8000
#define ICR 0xfee00300
#define ICR_HIGH 0xfee00310
#define ICR_INIT 0x4500
#define ICR_STARTUP (0x4600 | LOW >> 12)
#define CR0_PE 1
#define EFER 0xc0000080
#define EFER_SVME 0x1000
#define VM_HSAVE_PA 0xc0010117
#define VMCB_MISC2 0x10
#define VMRUN_AND_VMMCALL 3
#define VMCB_ASID 0x58
#define VMCB_ES 0x400
#define VMCB_CS 0x410
#define VMCB_SS 0x420
#define VMCB_DS 0x430
#define VMCB_EFER 0x4d0
#define VMCB_CR0 0x558
#define VMCB_RFLAGS 0x570
#define VMCB_RIP 0x578
#define LENGTH_VMMCALL 3

	/* How QEMU finds the entry point: Xen's PVH. */
	.section .note.pvh, "a", @note
	.long	4, 4, 18
	.asciz	"Xen"
	.long	_start

	.text
	.code32
	.macro	set_segments
	movl	$DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	.endm

	.global	_start
_start:
	lgdt	gdt_pointer
	ljmp	$CODE, $1f
1:	set_segments
	movl	$start_low, %esi
	movl	$LOW, %edi
	movl	$(end_low - start_low), %ecx
	rep movsb
	movl	$(1 << 24), ICR_HIGH
	movl	$ICR_INIT, ICR
	movl	$10000000, %ecx
2:	loop	2b
	movl	$ICR_STARTUP, ICR
3:	cmpl	$0, arrived
	je	3b
	xorl	%ebp, %ebp
	jmp	set_up

	/* At LOW. */
	.code16
start_low:
	cli
	lgdtl	%cs:(low_pointer - start_low)
	movl	%cr0, %eax
	orl	$CR0_PE, %eax
	movl	%eax, %cr0
	ljmpl	$CODE, $second
low_pointer:
	.word	23
	.long	gdt
end_low:
	.code32

second:
	set_segments
	movl	$1, %ebp
	movl	$1, arrived

	/* %ebp is the CPU; %edi what an exit does: 0 short, 1 long, 2 off. */
set_up:
	movl	$EFER, %ecx
	rdmsr
	orl	$EFER_SVME, %eax
	wrmsr
	movl	%ebp, %ebx
	shll	$12, %ebx
	movl	$VM_HSAVE_PA, %ecx
	leal	hsave(%ebx), %eax
	xorl	%edx, %edx
	wrmsr
	addl	$vmcb, %ebx
	movl	$VMRUN_AND_VMMCALL, VMCB_MISC2(%ebx)
	movl	$1, VMCB_ASID(%ebx)
	movl	$(0xc9b << 16 | CODE), VMCB_CS(%ebx)
	movl	$(0xc93 << 16 | DATA), VMCB_SS(%ebx)
	movl	$(0xc93 << 16 | DATA), VMCB_DS(%ebx)
	movl	$(0xc93 << 16 | DATA), VMCB_ES(%ebx)
	movl	$-1, VMCB_CS + 4(%ebx)
	movl	$-1, VMCB_SS + 4(%ebx)
	movl	$-1, VMCB_DS + 4(%ebx)
	movl	$-1, VMCB_ES + 4(%ebx)
	movl	$EFER_SVME, VMCB_EFER(%ebx)
	movl	%cr0, %eax
	movl	%eax, VMCB_CR0(%ebx)
	movl	$2, VMCB_RFLAGS(%ebx)
	movl	$guest, VMCB_RIP(%ebx)
	xorl	%edi, %edi
	movl	%ebx, %eax
	jmp	again

guest:
	PHASE(1)
	leal	SHORT(%ebp), %esi
1:	vmmcall
	decl	%esi
	jnz	1b
	PHASE(2)
	movl	$LONG, %esi
	movl	$1, %edi
2:	vmmcall
	decl	%esi
	jnz	2b
	PHASE(0)
	lock incl finished
	testl	%ebp, %ebp
	jnz	idle
3:	cmpl	$2, finished
	jne	3b
	movl	$2, %edi
	vmmcall
idle:	cli
	hlt
	jmp	idle

	.global	text_start
text_start:
again:	vmrun
	.global	vectors
vectors:
	addl	$LENGTH_VMMCALL, VMCB_RIP(%eax)
	testl	%edi, %edi
	jz	again
	cmpl	$2, %edi
	je	off
	.global	long
long:
	movl	$LOOPS, %ecx
1:	decl	%ecx
	jnz	1b
	jmp	again
off:
	movw	$0x604, %dx
	movw	$0x2000, %ax
	outw	%ax, %dx
	jmp	off
	.global	text_end
text_end:

	.data
	.balign	8
gdt:	.quad	0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
	.word	23
	.long	gdt
arrived: .long	0
finished: .long	0

	.bss
	.balign	4096
vmcb:	.skip	2 * 4096
hsave:	.skip	2 * 4096
