// SPDX-License-Identifier: GPL-2.0-only
/* Registers and instructions of EL2 and EL3. */
#include "own.h"

#include <asm/sysreg.h>
#include <linux/kernel.h>

static u64 own_register(u64 unused, u64 unused2)
{
	return read_sysreg(sctlr_el1);
}

#define READER(function, encoding)                                \
	static u64 function(u64 unused, u64 unused2)              \
	{                                                         \
		u64 value;                                        \
		asm volatile("mrs %0, " #encoding : "=r"(value)); \
		return value;                                     \
	}

#define WRITER(function, encoding)                                          \
	static u64 function(u64 value, u64 unused)                          \
	{                                                                   \
		asm volatile("msr " #encoding ", %0\n isb" : : "r"(value)); \
		return 1;                                                   \
	}

READER(read_hcr, S3_4_C1_C1_0)
READER(read_vttbr, S3_4_C2_C1_0)
READER(read_scr, S3_6_C1_C1_0)
WRITER(write_hcr, S3_4_C1_C1_0)
WRITER(write_vttbr, S3_4_C2_C1_0)
WRITER(write_vbar, S3_4_C12_C0_0)
WRITER(write_elr, S3_4_C4_C0_1)
WRITER(write_cnthctl, S3_4_C14_C1_0)
WRITER(write_cntvoff, S3_4_C14_C0_3)
WRITER(write_ich_lr0, S3_4_C12_C12_0)
WRITER(write_ich_hcr, S3_4_C12_C11_0)

static u64 tlbi_alle1(u64 unused, u64 unused2)
{
	asm volatile("sys #4, c8, c7, #4");
	return 1;
}

static u64 at_s12e1r(u64 address, u64 unused)
{
	asm volatile("sys #4, c7, c8, #4, %0" : : "r"(address));
	return 1;
}

static const struct way ways[] = {
	{ read_hcr, "HCR_EL2" },	  { read_vttbr, "VTTBR_EL2" },	    { read_scr, "SCR_EL3" },
	{ write_hcr, "HCR_EL2" },	  { write_vttbr, "VTTBR_EL2" },	    { write_vbar, "VBAR_EL2" },
	{ write_elr, "ELR_EL2" },	  { write_cnthctl, "CNTHCTL_EL2" }, { write_cntvoff, "CNTVOFF_EL2" },
	{ write_ich_lr0, "ICH_LR0_EL2" }, { write_ich_hcr, "ICH_HCR_EL2" }, { tlbi_alle1, "TLBI ALLE1" },
	{ at_s12e1r, "AT S12E1R" },
};

static void undefined(const struct row *row, struct result *result)
{
	struct outcome outcome;

	result->control = !guarded(own_register, 0, 0).exceptions;
	outcome = guarded(ways[row->a].function, HYPERVISOR, 0);
	result_set(result, is_undefined(&outcome), "%s: %llu exceptions, ESR 0x%llx, value 0x%llx",
		   ways[row->a].name, outcome.exceptions, outcome.syndrome, outcome.value);
}

static const struct row rows[] = {
	{ "hcr-read", undefined, 0 },	    { "vttbr-read", undefined, 1 },
	{ "scr-el3-read", undefined, 2 },   { "hcr-write", undefined, 3 },
	{ "vttbr-write", undefined, 4 },    { "vbar-el2-write", undefined, 5 },
	{ "elr-el2-write", undefined, 6 },  { "cnthctl-write", undefined, 7 },
	{ "cntvoff-write", undefined, 8 },  { "ich-lr0-write", undefined, 9 },
	{ "ich-hcr-write", undefined, 10 }, { "tlbi-alle1", undefined, 11 },
	{ "at-s12e1r", undefined, 12 },
};

ATTACK_CLASS(sysreg_class, "kernel-sysreg", rows);
