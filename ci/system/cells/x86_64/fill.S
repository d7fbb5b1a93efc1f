/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fill the cell's RAM of 16 MiB, but for the first MiB where this program lies, with a pattern that root can
 * look for in physical memory; then rest. The loop ends before it can leave the region, which begins at 0.
 */
	.code32
	.globl	_start
_start:	movl	$0x100000, %edi
1:	movl	$0xb01dfac5, (%edi)
	movl	$0x5ec4e70f, 4(%edi)
	addl	$8, %edi
	cmpl	$0x1000000, %edi
	jb	1b
	cli
2:	hlt
	jmp	2b
