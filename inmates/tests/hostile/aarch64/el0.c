// SPDX-License-Identifier: GPL-2.0-or-later
/* A step down to EL0, with vectors of our own for the way back. Memory is readable at EL1 only: code is not. */
#include "attacks.h"

asm("	.text\n"
    "	.balign	2048\n"
    "el0_vectors:\n"
    "	.rept	8\n"
    "	.balign	128\n"
    "	b	.\n"
    "	.endr\n"
    "	.balign	128\n" /* synchronous, from EL0 */
    "	mrs	x0, esr_el1\n"
    "	ldr	x1, [sp], #16\n"
    "	msr	vbar_el1, x1\n"
    "	isb\n"
    "	ldp	x29, x30, [sp], #16\n"
    "	ldp	x27, x28, [sp], #16\n"
    "	ldp	x25, x26, [sp], #16\n"
    "	ldp	x23, x24, [sp], #16\n"
    "	ldp	x21, x22, [sp], #16\n"
    "	ldp	x19, x20, [sp], #16\n"
    "	ret\n"
    "	.balign	2048\n"
    "el0_enter:\n"
    "	stp	x19, x20, [sp, #-16]!\n"
    "	stp	x21, x22, [sp, #-16]!\n"
    "	stp	x23, x24, [sp, #-16]!\n"
    "	stp	x25, x26, [sp, #-16]!\n"
    "	stp	x27, x28, [sp, #-16]!\n"
    "	stp	x29, x30, [sp, #-16]!\n"
    "	mrs	x1, vbar_el1\n"
    "	str	x1, [sp, #-16]!\n"
    "	adr	x1, el0_vectors\n"
    "	msr	vbar_el1, x1\n"
    "	msr	elr_el1, x0\n"
    "	mov	x1, #0x3c0\n" /* EL0t, all masked */
    "	msr	spsr_el1, x1\n"
    "	isb\n"
    "	eret\n");

uint64_t el0_enter(uint64_t code);

uint64_t at_el0(uint64_t code)
{
	return el0_enter(code);
}
