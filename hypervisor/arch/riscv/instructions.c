// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Instructions that a guest may not execute. What is not in the table does not exist: the guest gets an illegal
 * instruction, as on a hart without the hypervisor extension.
 */
#include <asm/vcpu.h>

#include <asm/access.h>
#include <asm/csr.h>

#define SYSTEM_BYTES 4u
#define OPCODE_SYSTEM 0x73u

/* CSRRW or CSRRWI to the entropy source (Zkr): always a trap in VS-mode, even where firmware permits it. */
static int read_seed(struct frame *frame, uint32_t instruction)
{
	unsigned int rd = instruction >> 7 & 31;
	uint64_t value;

	if (access_seed(0, &value))
		return 0;
	if (rd)
		frame->x[rd] = value;
	inject_skip(SYSTEM_BYTES);
	return 1;
}

/* Mask, value, handler (1: done), name. */
static const struct row {
	uint32_t mask, value;
	int (*handle)(struct frame *frame, uint32_t instruction);
	const char *name;
} rows[] = {
	{ 0xfff0307f, (uint32_t)CSR_SEED << 20 | 1u << 12 | OPCODE_SYSTEM, read_seed, "seed" },
};

void instructions_trap(struct frame *frame)
{
	uint32_t instruction = (uint32_t)percpu()->exit.value;
	uint64_t low, high;

	percpu_count(BH_STAT_SYSREG);
	if (!instruction && !access_guest_code16(csr_read(CSR_SEPC), &low) &&
	    !access_guest_code16(csr_read(CSR_SEPC) + 2, &high))
		instruction = (uint32_t)(low | high << 16);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if ((instruction & rows[i].mask) == rows[i].value && rows[i].handle(frame, instruction))
			return;
	}
	inject_illegal(instruction);
}
