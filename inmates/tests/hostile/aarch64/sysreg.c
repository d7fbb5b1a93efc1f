// SPDX-License-Identifier: GPL-2.0-or-later
/* System registers and instructions of EL2 and EL3, and those of EL1 that reach further than the cell. */
#include "attacks.h"

#include <regs.h>

/* Reads have an E in their name's second column, writes store 0. X(row, encoding) */
/* clang-format off */
#define READS(X)                                       \
	X("hcr-read", hcr, S3_4_C1_C1_0)               \
	X("vttbr-read", vttbr, S3_4_C2_C1_0)           \
	X("sctlr-el2-read", sctlr, S3_4_C1_C0_0)       \
	X("ich-vtr-read", ich_vtr, S3_4_C12_C11_1)     \
	X("cnthctl-read", cnthctl, S3_4_C14_C1_0)      \
	X("mdcr-el2-read", mdcr, S3_4_C1_C1_1)         \
	X("scr-el3-read", scr, S3_6_C1_C1_0)           \
	X("implementation-read", imp, S3_1_C15_C2_0)   \
	X("implementation-el0", imp0, S3_3_C11_C0_0)   \
	X("sp-el1-read", sp_el1, S3_4_C4_C1_0)         \
	X("tpidr-el2-read", tpidr_el2, S3_4_C13_C0_2)

#define WRITES(X)                                      \
	X("hcr-write", w_hcr, S3_4_C1_C1_0)            \
	X("vttbr-write", w_vttbr, S3_4_C2_C1_0)        \
	X("vtcr-write", w_vtcr, S3_4_C2_C1_2)          \
	X("vbar-el2-write", w_vbar, S3_4_C12_C0_0)     \
	X("ttbr0-el2-write", w_ttbr0, S3_4_C2_C0_0)    \
	X("elr-el2-write", w_elr, S3_4_C4_C0_1)        \
	X("cptr-el2-write", w_cptr, S3_4_C1_C1_2)      \
	X("hstr-write", w_hstr, S3_4_C1_C1_3)          \
	X("vpidr-write", w_vpidr, S3_4_C0_C0_0)        \
	X("vmpidr-write", w_vmpidr, S3_4_C0_C0_5)      \
	X("cntvoff-write", w_cntvoff, S3_4_C14_C0_3)   \
	X("cnthp-write", w_cnthp, S3_4_C14_C2_1)       \
	X("cntps-write", w_cntps, S3_7_C14_C2_1)       \
	X("ich-hcr-write", w_ich_hcr, S3_4_C12_C11_0)  \
	X("ich-lr0-write", w_ich_lr0, S3_4_C12_C12_0)  \
	X("icc-sre-el2-write", w_sre2, S3_4_C12_C9_5)  \
	X("icc-sre-el3-write", w_sre3, S3_6_C12_C12_5)

/* Instructions by encoding: op1, CRn, CRm, op2 of SYS. */
#define INSTRUCTIONS(X)                                \
	X("tlbi-alle1", tlbi_alle1, "#4, c8, c7, #4")  \
	X("tlbi-alle2", tlbi_alle2, "#4, c8, c7, #0")  \
	X("tlbi-vmalls12e1", tlbi_s12, "#4, c8, c7, #6") \
	X("tlbi-ipas2e1", tlbi_ipas2, "#4, c8, c4, #1") \
	X("at-s12e1r", at_s12, "#4, c7, c8, #4")       \
	X("at-s1e2r", at_s1e2, "#4, c7, c8, #0")
/* clang-format on */

#define DEFINE_READ(row, function, encoding)      \
	static uint64_t function(uint64_t unused) \
	{                                         \
		return sysreg_read(encoding) | 1; \
	}
READS(DEFINE_READ)

#define DEFINE_WRITE(row, function, encoding)     \
	static uint64_t function(uint64_t unused) \
	{                                         \
		sysreg_write(encoding, 0);        \
		return 1;                         \
	}
WRITES(DEFINE_WRITE)

#define DEFINE_INSTRUCTION(row, function, operands)                 \
	static uint64_t function(uint64_t unused)                   \
	{                                                           \
		asm volatile("sys " operands ", %0" : : "r"(0ull)); \
		return 1;                                           \
	}
INSTRUCTIONS(DEFINE_INSTRUCTION)

static uint64_t read_own(uint64_t unused)
{
	return sysreg_read(SCTLR_EL1);
}

static uint64_t write_own(uint64_t unused)
{
	sysreg_write(CONTEXTIDR_EL1, 0x77);
	return sysreg_read(CONTEXTIDR_EL1) == 0x77;
}

static uint64_t tlbi_own(uint64_t unused)
{
	asm volatile("tlbi vmalle1\n dsb sy\n isb");
	return 1;
}

static uint64_t read_mpidr(uint64_t unused)
{
	return sysreg_read(MPIDR_EL1);
}

/* What is written must not stay. */
static uint64_t change_actlr(uint64_t unused)
{
	uint64_t before = sysreg_read(ACTLR_EL1);

	sysreg_write(ACTLR_EL1, ~before);
	return sysreg_read(ACTLR_EL1) == before;
}

/* Breakpoints of the cell must not fire in the hypervisor: HMC with all levels, at the hypercall's vector. */
static uint64_t break_in_hypervisor(uint64_t unused)
{
	uint64_t code;

	sysreg_write(S2_0_C1_C0_4, 0);				     /* OSLAR_EL1: unlock */
	sysreg_write(S2_0_C0_C0_4, 0x4000000000ull);		     /* DBGBVR0_EL1 */
	sysreg_write(S2_0_C0_C0_5, 1 | 3 << 1 | 1 << 13 | 0xf << 5); /* DBGBCR0_EL1 */
	sysreg_write(S2_0_C0_C2_2, 1 << 15 | 1 << 13);		     /* MDSCR_EL1: MDE, KDE */
	isb();
	code = hypercall(BH_HC_INFO, 0, 0, 0).code;
	sysreg_write(S2_0_C0_C2_2, 0);
	sysreg_write(S2_0_C0_C0_5, 0);
	isb();
	return code;
}

/* By set and way: only what this CPU holds, and with SWIO nothing is lost. */
static uint64_t clean_set_way(uint64_t unused)
{
	asm volatile("dc isw, %0\n dsb sy" : : "r"(0ull) : "memory");
	return load64(own_word()) != 0;
}

static uint64_t sre_off(uint64_t unused)
{
	sysreg_write(ICC_SRE_EL1, 0);
	isb();
	return sysreg_read(ICC_SRE_EL1) & 1;
}

/* Trapped each time, where there are any: that they are, the scenario counts. */
static uint64_t error_records(uint64_t times)
{
	uint64_t value = 0;

	if (!(sysreg_read(ID_AA64PFR0_EL1) >> 28 & 0xf)) /* RAS */
		return 0;
	for (uint64_t i = 0; i < times; i++)
		value |= sysreg_read(S3_0_C5_C3_0); /* ERRIDR_EL1 */
	return value;
}

/* clang-format off */
#define ROW_READ(row, function, encoding) { "sysreg." row, read_own, 0, function, 0, EXPECT_UNDEFINED, 0, 0, 0 },
#define ROW_WRITE(row, function, encoding) { "sysreg." row, write_own, 0, function, 0, EXPECT_UNDEFINED, 0, 0, 0 },
#define ROW_INSTRUCTION(row, function, operands) { "sysreg." row, tlbi_own, 0, function, 0, EXPECT_UNDEFINED, 0, 0, 0 },

static const struct row rows[] = {
	READS(ROW_READ)
	WRITES(ROW_WRITE)
	INSTRUCTIONS(ROW_INSTRUCTION)
	{ "sysreg.mpidr-is-virtual", read_own, 0, read_mpidr, 0, EXPECT_VALUE, 0, 0x80000000, 0 },
	{ "sysreg.actlr-write", write_own, 0, change_actlr, 0, EXPECT_VALUE, 0, 1, 0 },
	{ "sysreg.breakpoint-in-hypervisor", write_own, 0, break_in_hypervisor, 0, EXPECT_VALUE, 0, 0, 0 },
	{ "sysreg.cache-by-set-way", write_own, 0, clean_set_way, 0, EXPECT_VALUE, 0, 1, 0 },
	{ "sysreg.sre-off", read_own, 0, sre_off, 0, EXPECT_VALUE, 0, 1, 3 },
	{ "sysreg.error-records", read_own, 0, error_records, 1000, EXPECT_VALUE, 0, 0, 0 },
};
/* clang-format on */

ROWS(sysreg_rows, rows);
