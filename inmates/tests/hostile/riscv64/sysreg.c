// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CSRs that a guest has not: of the hypervisor extension, of the guest below a guest, of machine mode, of state
 * enables and counters. By number: what the assembler knows depends on its age.
 */
#include "attacks.h"

#include <regs.h>

#define SELECT_DELIVERY 0x70u

static uint64_t own_sscratch(uint64_t unused)
{
	csr_write(sscratch, 0x600d);
	return csr_read(sscratch) == 0x600d;
}

static uint64_t read_time(uint64_t unused)
{
	return csr_read(time);
}

/* clang-format off */
/* CSRRS and CSRRW of each, by name: the number is part of the instruction. */
#define TOUCH(name, number)                           \
	static uint64_t read_##name(uint64_t unused)  \
	{                                             \
		return csr_read(number);              \
	}                                             \
	static uint64_t write_##name(uint64_t value)  \
	{                                             \
		csr_write(number, value);             \
		return 1;                             \
	}

#define REGISTERS(X)                                                                                          \
	X(hstatus, 0x600) X(hedeleg, 0x602) X(hideleg, 0x603) X(hie, 0x604) X(htimedelta, 0x605)              \
	X(hcounteren, 0x606) X(hgeie, 0x607) X(hvien, 0x608) X(hvictl, 0x609) X(henvcfg, 0x60a)               \
	X(hstateen0, 0x60c) X(htval, 0x643) X(hip, 0x644) X(hvip, 0x645) X(hviprio1, 0x646)                   \
	X(hviprio2, 0x647) X(htinst, 0x64a) X(hgatp, 0x680) X(vsstatus, 0x200) X(vsie, 0x204)                 \
	X(vstvec, 0x205) X(vsscratch, 0x240) X(vsepc, 0x241) X(vscause, 0x242) X(vstval, 0x243)               \
	X(vsip, 0x244) X(vstimecmp, 0x24d) X(vsiselect, 0x250) X(vsireg, 0x251) X(vstopei, 0x25c)             \
	X(vsatp, 0x280) X(mstatus, 0x300) X(medeleg, 0x302) X(mideleg, 0x303) X(mie, 0x304) X(mtvec, 0x305)   \
	X(mcounteren, 0x306) X(menvcfg, 0x30a) X(mstateen0, 0x30c) X(mepc, 0x341) X(mip, 0x344)               \
	X(pmpcfg0, 0x3a0) X(pmpaddr0, 0x3b0) X(tselect, 0x7a0) X(tdata1, 0x7a1) X(dcsr, 0x7b0)                \
	X(mcycle, 0xb00) X(minstret, 0xb02) X(mhpmevent3, 0x323)

/* Those that nobody can write. */
#define COUNTERS(X)                                                                                           \
	X(cycle, 0xc00) X(instret, 0xc02) X(hpmcounter3, 0xc03) X(hpmcounter31, 0xc1f) X(hgeip, 0xe12)        \
	X(vstopi, 0xeb0) X(mhartid, 0xf14) X(mvendorid, 0xf11)

#define READ(name, number)                            \
	static uint64_t read_##name(uint64_t unused)  \
	{                                             \
		return csr_read(number);              \
	}

REGISTERS(TOUCH)
COUNTERS(READ)
/* clang-format on */

/* Registers behind selectors, of which a guest without an interrupt file has none. */
static uint64_t delivery(uint64_t select)
{
	csr_write(0x150, select);
	csr_write(0x151, 1);
	return 1;
}

static uint64_t read_stopei(uint64_t unused)
{
	return csr_read(0x15c);
}

/* Counters that run over are nobody's but the machine's: Sscofpmf is hidden. */
static uint64_t overflow_interrupt(uint64_t bit)
{
	csr_set(sie, 1ull << bit);
	csr_set(sip, 1ull << bit);
	return (csr_read(sie) | csr_read(sip)) >> bit & 1;
}

/* clang-format off */
#define ROW(name, number) \
	{ "sysreg." #name "-read", own_sscratch, 0, read_##name, 0, EXPECT_UNDEFINED, 0, 0, ANY }, \
	{ "sysreg." #name "-write", own_sscratch, 0, write_##name, ~0ull, EXPECT_UNDEFINED, 0, 0, ANY },
#define COUNTER_ROW(name, number) \
	{ "sysreg." #name, read_time, 0, read_##name, 0, EXPECT_UNDEFINED, 0, 0, ANY },

static const struct row rows[] = {
	REGISTERS(ROW)
	COUNTERS(COUNTER_ROW)
	{ "sysreg.overflow-interrupt", own_sscratch, 0, overflow_interrupt, 13, EXPECT_VALUE, 0, 0, ANY },
	{ "sysreg.sireg-plic", own_sscratch, 0, delivery, SELECT_DELIVERY, EXPECT_UNDEFINED, 0, 0, PLIC },
	{ "sysreg.sireg-aplic", own_sscratch, 0, delivery, SELECT_DELIVERY, EXPECT_UNDEFINED, 0, 0, APLIC },
	{ "sysreg.stopei-plic", own_sscratch, 0, read_stopei, 0, EXPECT_UNDEFINED, 0, 0, PLIC },
	{ "sysreg.stopei-aplic", own_sscratch, 0, read_stopei, 0, EXPECT_UNDEFINED, 0, 0, APLIC },
};
/* clang-format on */

ROWS(sysreg_rows, rows);
