/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Start by the multiboot protocol (specification 0.6.96): a header with the addresses of a flat binary. The program
 * goes on only where a loader of that kind has really been: its magic number in EAX, its information at EBX.
 */
#define HEADER_MAGIC 0x1badb002
#define HEADER_FLAGS 0x10003	/* pages, memory information, addresses */
#define LOADER_MAGIC 0x2badb002

	.section .text.entry, "ax"
	.code32
	.balign	4
header:
	.long	HEADER_MAGIC, HEADER_FLAGS, -(HEADER_MAGIC + HEADER_FLAGS)
	.long	header, inmate_base, 0, inmate_end, multiboot_entry

	.global multiboot_entry
multiboot_entry:
	cmpl	$LOADER_MAGIC, %eax
	jne	1f
	movl	%ebx, %esi
	jmp	inmate_entry
1:	cli
	hlt
	jmp	1b
	.section .note.GNU-stack, "", %progbits
