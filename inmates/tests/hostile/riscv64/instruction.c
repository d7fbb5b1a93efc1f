// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Instructions of the hypervisor and of machine mode, and returns to where nothing is the cell's. As words: what the
 * assembler knows depends on its age.
 */
#include "attacks.h"

#include <regs.h>

#define SSTATUS_SPP (1u << 8)

/* clang-format off */
#define INSTRUCTION(name, text)                                                                      \
	static uint64_t name(uint64_t value)                                                         \
	{                                                                                            \
		register uint64_t a0 asm("a0") = value;                                              \
		register uint64_t a1 asm("a1") = 0;                                                  \
		asm volatile(text : "+r"(a1) : "r"(a0) : "memory");                                  \
		return a1 | 1;                                                                       \
	}
/* clang-format on */

INSTRUCTION(hfence_vvma, ".insn r 0x73, 0, 0x11, x0, x0, x0")
INSTRUCTION(hfence_gvma, ".insn r 0x73, 0, 0x31, x0, x0, x0")
INSTRUCTION(hfence_gvma_by, ".insn r 0x73, 0, 0x31, x0, a0, a0")
INSTRUCTION(hlv_b, ".insn r 0x73, 4, 0x30, a1, a0, x0")
INSTRUCTION(hlv_wu, ".insn r 0x73, 4, 0x34, a1, a0, x1")
INSTRUCTION(hlv_d, ".insn r 0x73, 4, 0x36, a1, a0, x0")
INSTRUCTION(hlvx_hu, ".insn r 0x73, 4, 0x32, a1, a0, x3")
INSTRUCTION(hlvx_wu, ".insn r 0x73, 4, 0x34, a1, a0, x3")
INSTRUCTION(hsv_b, ".insn r 0x73, 4, 0x31, x0, a0, a1")
INSTRUCTION(hsv_w, ".insn r 0x73, 4, 0x35, x0, a0, a1")
INSTRUCTION(hsv_d, ".insn r 0x73, 4, 0x37, x0, a0, a1")
INSTRUCTION(mret, ".word 0x30200073")
INSTRUCTION(dret, ".word 0x7b200073")
INSTRUCTION(mnret, ".word 0x70200073")
INSTRUCTION(all_ones, ".word 0xffffffff")
INSTRUCTION(all_zeros, ".2byte 0")
INSTRUCTION(fence_all, "sfence.vma")
INSTRUCTION(fence_by, "sfence.vma a0, a0")
INSTRUCTION(fence_i, "fence.i")

static uint64_t own_fence(uint64_t unused)
{
	return fence_all(0) && fence_i(0);
}

/* A return to VS-mode, to others' memory. */
static uint64_t return_to(uint64_t address)
{
	csr_set(sstatus, SSTATUS_SPP);
	csr_write(sepc, address);
	asm volatile("sret" : : : "memory");
	return 1;
}

/* The same to user mode. */
static uint64_t return_to_user(uint64_t address)
{
	csr_clear(sstatus, SSTATUS_SPP);
	csr_write(sepc, address);
	asm volatile("sret" : : : "memory");
	return 1;
}

/* Its own traps go where nothing is the cell's: the first one does. */
static uint64_t vectors_at(uint64_t address)
{
	csr_write(stvec, address);
	asm volatile(".2byte 0" : : : "memory");
	return 1;
}

/* A mode that no table has leaves the register as it was. */
static uint64_t wild_satp(uint64_t value)
{
	csr_write(satp, value);
	return csr_read(satp);
}

/* clang-format off */
#define UNDEFINED EXPECT_UNDEFINED, 0, 0, ANY
#define FAILS(address) EXPECT_FAILED, BH_REASON_MEMORY_ACCESS, address, ANY
#define ROW(name, target) { "instruction." #name, own_fence, 0, name, target, UNDEFINED }

static const struct row rows[] = {
	ROW(hfence_vvma, 0),
	ROW(hfence_gvma, 0),
	ROW(hfence_gvma_by, HYPERVISOR_MEMORY),
	ROW(hlv_b, HYPERVISOR_MEMORY),
	ROW(hlv_wu, VICTIM_MEMORY),
	ROW(hlv_d, HYPERVISOR_MEMORY),
	ROW(hlvx_hu, HYPERVISOR_MEMORY),
	ROW(hlvx_wu, VICTIM_MEMORY),
	ROW(hsv_b, VICTIM_MEMORY),
	ROW(hsv_w, HYPERVISOR_MEMORY),
	ROW(hsv_d, VICTIM_MEMORY),
	ROW(mret, 0),
	ROW(dret, 0),
	ROW(mnret, 0),
	ROW(all_ones, 0),
	ROW(all_zeros, 0),
	{ "instruction.fence-of-any-asid", own_fence, 0, fence_by, 0xffff, EXPECT_VALUE, 0, 1, ANY },
	{ "instruction.satp-of-no-mode", own_fence, 0, wild_satp, 15ull << 60 | HYPERVISOR_MEMORY >> 12,
	  EXPECT_VALUE, 0, 0, ANY },
	{ "instruction.return-to-hypervisor", own_fence, 0, return_to, HYPERVISOR_MEMORY, FAILS(HYPERVISOR_MEMORY) },
	{ "instruction.return-to-user-in-victim", own_fence, 0, return_to_user, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "instruction.vectors-in-hypervisor", own_fence, 0, vectors_at, HYPERVISOR_MEMORY + 0x100,
	  FAILS(HYPERVISOR_MEMORY + 0x100) },
};
/* clang-format on */

ROWS(instruction_rows, rows);
