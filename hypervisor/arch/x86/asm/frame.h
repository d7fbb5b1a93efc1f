/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's general registers of the current exit. RIP, RSP and RFLAGS are the back end's: see asm/virt.h. */
#ifndef ASM_FRAME_H
#define ASM_FRAME_H

#include <asm/layout.h>
#include <bulkhead/types.h>

/** Numbers as instructions encode them. */
enum frame_register {
	REG_RAX = 0,
	REG_RCX = 1,
	REG_RDX = 2,
	REG_RBX = 3,
	REG_RSP = 4,
	REG_RBP = 5,
	REG_RSI = 6,
	REG_RDI = 7,
	REG_R8 = 8,
	REG_R9 = 9,
	REG_R10 = 10,
	REG_R11 = 11,
	REG_R12 = 12,
	REG_R13 = 13,
	REG_R14 = 14,
	REG_R15 = 15,
	REG_COUNT = 16
};

/**
 * struct frame - general registers by number
 * reg[REG_RSP] is not kept: take virt()->get(VCPU_RSP). reg[REG_RAX] is, also on SVM, whose VMCB has it.
 */
struct frame {
	uint64_t reg[REG_COUNT];
};
_Static_assert(sizeof(struct frame) == PERCPU_FRAME_SIZE, "struct frame and the assembler disagree");

/** The guest's registers of the current exit. */
static inline struct frame *percpu_frame(void)
{
	return (struct frame *)(PERCPU_BASE + PERCPU_FRAME);
}

#endif
