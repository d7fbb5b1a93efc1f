// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Start-up of each vCPU: translation and caches on before anything is written, because stores made
 * with caches off could be covered by older lines later. The table is constant for the same reason.
 */

#define STACK_SIZE 0x4000
#define MAX_CPUS 8 /* INMATE_MAX_CPUS */

/* Block descriptors of 1 GiB: access flag, inner shareable; index 0 of MAIR: device, 1: normal. */
#define BLOCK_DEVICE(address) (address | 0x60000000000401)
#define BLOCK_NORMAL(address) (address | 0x705)

#define MAIR 0xff04
/* 39-bit addresses, 4 KiB granule, write-back, inner shareable, 32-bit output, no walks by TTBR1. */
#define TCR (25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23)
/* Bits that read as one, MMU, data cache, instruction cache. */
#define SCTLR (0x30d00800 | 1 << 0 | 1 << 2 | 1 << 12)

	.section .text.entry, "ax"
	.global inmate_entry
inmate_entry:
	b	first_start
	.word	0
	.ascii	"INMATE\0\0"

first_start:
	mov	x19, x0		/* boot argument */
	mov	x20, #0
	bl	memory_on
	ldr	x0, =bss_start
	ldr	x1, =bss_end
1:	cmp	x0, x1
	b.hs	2f
	stp	xzr, xzr, [x0], #16
	b	1b
2:	bl	stack_on
	mov	x0, x19
	bl	inmate_main
	bl	power_off

	/* x0: number of this vCPU */
	.global inmate_secondary
inmate_secondary:
	mov	x20, x0
	bl	memory_on
	bl	stack_on
	bl	cpu_run
	bl	cpu_off

/* Stack and number of vCPU x20. */
stack_on:
	ldr	x0, =stacks + STACK_SIZE
	mov	x1, #STACK_SIZE
	madd	x0, x20, x1, x0
	mov	sp, x0
	msr	tpidr_el1, x20
	ret

memory_on:
	msr	daifset, #15
	msr	spsel, #1
	ldr	x0, =vectors
	msr	vbar_el1, x0
	ldr	x0, =MAIR
	msr	mair_el1, x0
	ldr	x0, =TCR
	msr	tcr_el1, x0
	adr	x0, table
	msr	ttbr0_el1, x0
	isb
	tlbi	vmalle1
	ic	iallu
	dsb	sy
	isb
	ldr	x0, =SCTLR
	msr	sctlr_el1, x0
	isb
	ret

	.ltorg

	.balign	4096
table:
	.quad	BLOCK_DEVICE(0x00000000)
	.quad	BLOCK_NORMAL(0x40000000)
	.quad	BLOCK_NORMAL(0x80000000)
	.quad	BLOCK_NORMAL(0xc0000000)
	.fill	508, 8, 0

	.section .stacks, "aw", %nobits
	.balign	4096
stacks:
	.skip	STACK_SIZE * MAX_CPUS
