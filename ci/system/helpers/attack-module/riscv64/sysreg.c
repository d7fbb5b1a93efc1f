// SPDX-License-Identifier: GPL-2.0-only
/* Registers and instructions of the hypervisor extension and of machine mode, by number. */
#include "own.h"

#include <asm/csr.h>
#include <linux/kernel.h>

static u64 own_register(u64 unused, u64 unused2)
{
	return csr_read(CSR_SSCRATCH);
}

#define READER(name, number)                            \
	static u64 read_##name(u64 unused, u64 unused2) \
	{                                               \
		return csr_read(number);                \
	}

#define WRITER(name, number)                           \
	static u64 write_##name(u64 value, u64 unused) \
	{                                              \
		csr_write(number, value);              \
		return 1;                              \
	}

#define REGISTERS(X)                                                                                      \
	X(hstatus, 0x600)                                                                                 \
	X(hedeleg, 0x602) X(hideleg, 0x603) X(hcounteren, 0x606) X(henvcfg, 0x60a) X(hvip, 0x645)         \
		X(hgatp, 0x680) X(vsatp, 0x280) X(vstvec, 0x205) X(vstimecmp, 0x24d) X(htimedelta, 0x605) \
			X(mstatus, 0x300) X(mtvec, 0x305) X(pmpaddr0, 0x3b0)

/* clang-format off */
REGISTERS(READER)
REGISTERS(WRITER)

#define INSTRUCTION(name, text)                                      \
	static u64 name(u64 address, u64 unused)                     \
	{                                                            \
		register u64 a0 asm("a0") = address;                 \
		register u64 a1 asm("a1") = 0;                       \
		asm volatile(text : "+r"(a1) : "r"(a0) : "memory");  \
		return a1;                                           \
	}
/* clang-format on */

INSTRUCTION(hfence_gvma, ".insn r 0x73, 0, 0x31, x0, x0, x0")
INSTRUCTION(hfence_vvma, ".insn r 0x73, 0, 0x11, x0, x0, x0")
INSTRUCTION(hlv_d, ".insn r 0x73, 4, 0x36, a1, a0, x0")
INSTRUCTION(hsv_d, ".insn r 0x73, 4, 0x37, x0, a0, a1")
INSTRUCTION(mret, ".word 0x30200073")

static void undefined(const struct row *row, struct result *result)
{
	struct outcome outcome;

	result->control = !guarded(own_register, 0, 0).exceptions;
	outcome = guarded(row->way->function, HYPERVISOR, 0);
	result_set(result, is_undefined(&outcome), "%s: %llu exceptions, cause %llu, value 0x%llx",
		   row->way->name, outcome.exceptions, outcome.syndrome, outcome.value);
}

/* clang-format off */
#define WAYS(name, number) \
	static const struct way way_read_##name = { read_##name, #name }, way_write_##name = { write_##name, #name };
#define ROWS(name, number)                                              \
	{ #name "-read", undefined, .way = &way_read_##name },          \
	{ #name "-write", undefined, .way = &way_write_##name },

REGISTERS(WAYS)

static const struct way way_gvma = { hfence_gvma, "hfence.gvma" }, way_vvma = { hfence_vvma, "hfence.vvma" },
			way_hlv = { hlv_d, "hlv.d" }, way_hsv = { hsv_d, "hsv.d" }, way_mret = { mret, "mret" };

static const struct row rows[] = {
	REGISTERS(ROWS)
	{ "hfence-gvma", undefined, .way = &way_gvma },
	{ "hfence-vvma", undefined, .way = &way_vvma },
	{ "hlv", undefined, .way = &way_hlv },
	{ "hsv", undefined, .way = &way_hsv },
	{ "mret", undefined, .way = &way_mret },
};
/* clang-format on */

ATTACK_CLASS(sysreg_class, "kernel-sysreg", rows);
