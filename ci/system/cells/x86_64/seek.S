/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Look at all of the cell's 16 MiB behind this program: 'zeros' on its console if there is nothing else, 'found' if
 * there is; and off. The region begins at 0, as this program does.
 */
	.code32
	.globl	_start
_start:	movl	$0x1000, %edi
1:	movl	(%edi), %eax
	orl	4(%edi), %eax
	jnz	2f
	addl	$8, %edi
	cmpl	$0x1000000, %edi
	jb	1b
	movl	$zeros, %esi
	jmp	3f
2:	movl	$found, %esi
3:	movw	$0x3f8, %dx
4:	lodsb
	testb	%al, %al
	jz	5f
	outb	%al, %dx
	jmp	4b
5:	movw	$0x604, %dx
	movw	$0x2000, %ax
	outw	%ax, %dx
6:	jmp	6b
zeros:	.asciz	"seek: zeros\n"
found:	.asciz	"seek: found something\n"
