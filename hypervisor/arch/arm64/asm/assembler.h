/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For .S files only: macros that more than one of them uses. */
#ifndef ASM_ASSEMBLER_H
#define ASM_ASSEMBLER_H

#ifdef __ASSEMBLY__
	/* Any constant, by the fewest moves that are right for all of them. */
	.macro	load_constant register, value
	movz	\register, #(\value) & 0xffff
	.if	((\value) >> 16) & 0xffff
	movk	\register, #((\value) >> 16) & 0xffff, lsl #16
	.endif
	.if	((\value) >> 32) & 0xffff
	movk	\register, #((\value) >> 32) & 0xffff, lsl #32
	.endif
	.endm
#endif

#endif
