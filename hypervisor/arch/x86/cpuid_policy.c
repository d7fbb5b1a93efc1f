// SPDX-License-Identifier: GPL-2.0-or-later
/* What is taken away of CPUID, by leaf, with its name: data only. */
#include "asm/cpuid_policy.h"

#include "asm/msr_policy.h"

/* Who does not have it. */
enum cpuid_class { GUESTS = 1, ALL = 2 };

#define EAX CPUID_EAX
#define EBX CPUID_EBX
#define ECX CPUID_ECX
#define EDX CPUID_EDX
#define BIT(n) (1u << (n))
#define EVERYTHING 0xffffffffu
#define ANY 0xffffffffu

/* Bits. What a guest has no MSR for, it must not find here. */
static const struct {
	uint32_t leaf;
	uint32_t subleaf;
	uint8_t reg;
	uint32_t bits;
	uint8_t from;
	const char *name;
} rows[] = {
	{ 0x1, ANY, ECX, BIT(5), ALL, "VMX" },
	{ 0x1, ANY, ECX, BIT(6), ALL, "SMX" },
	{ 0x1, ANY, ECX, BIT(2), ALL, "DTES64" },
	{ 0x1, ANY, ECX, BIT(3) | BIT(4), GUESTS, "MONITOR, DS_CPL" },
	{ 0x1, ANY, ECX, BIT(7) | BIT(8) | BIT(15), GUESTS, "EIST, TM2, PDCM" },
	{ 0x1, ANY, EDX, BIT(7) | BIT(14), GUESTS, "MCE, MCA" },
	{ 0x1, ANY, EDX, BIT(12), GUESTS, "MTRR" },
	{ 0x1, ANY, EDX, BIT(21), ALL, "debug store" },
	{ 0x1, ANY, EDX, BIT(22) | BIT(29), GUESTS, "ACPI, TM" },
	{ 0x1, ANY, ECX, BIT(24), GUESTS, "TSC deadline: the real TSC's, not the guest's" },
	{ 0x6, ANY, EAX, EVERYTHING & ~BIT(2), GUESTS, "power management but ARAT" },
	{ 0x6, ANY, ECX, EVERYTHING, GUESTS, "APERF, MPERF" },
	{ 0x7, 0, EBX, BIT(2), ALL, "SGX" },
	{ 0x7, 0, EBX, BIT(12) | BIT(15) | BIT(25), GUESTS, "RDT, processor trace" },
	{ 0x7, 0, ECX, BIT(30), ALL, "SGX_LC" },
	{ 0x7, 0, ECX, BIT(5), GUESTS, "WAITPKG" },
	{ 0x7, 0, EDX, BIT(18) | BIT(19), GUESTS, "PCONFIG, LBR" },
	{ 0x7, 0, EBX, BIT(1), GUESTS, "TSC_ADJUST" },
	{ 0x7, 0, ECX, BIT(13) | BIT(23) | BIT(24), GUESTS, "TME, key locker, bus lock traps" },
	{ 0x7, 0, ECX, BIT(29) | BIT(31), GUESTS, "ENQCMD, PKS" },
	{ 0x7, 0, EDX, BIT(5), ALL, "user interrupts: their IPIs are no writes of ICR" },
	{ 0x7, 0, EDX, BIT(30), GUESTS, "CORE_CAPABILITIES" },
	{ 0x7, 1, EAX, BIT(17), ALL, "FRED" },
	{ 0xd, 1, EAX, BIT(4), GUESTS, "XFD" },
	{ 0xd, 1, ECX, (uint32_t)XSS_TRACE, ALL, "processor trace" },
	{ 0xd, 1, ECX, ~(uint32_t)XSS_CET, GUESTS, "supervisor components but CET" },
	{ 0xd, 1, EDX, EVERYTHING, GUESTS, "supervisor components" },
	{ 0x80000001, ANY, ECX, BIT(2) | BIT(12), ALL, "SVM, SKINIT" },
	{ 0x80000001, ANY, ECX, BIT(10) | BIT(13), GUESTS, "IBS, WDT" },
	{ 0x80000001, ANY, ECX, BIT(23) | BIT(24) | BIT(28), GUESTS, "performance counters" },
	{ 0x80000001, ANY, EDX, BIT(7) | BIT(12) | BIT(14), GUESTS, "MCE, MTRR, MCA" },
	{ 0x80000001, ANY, ECX, BIT(15), ALL, "lightweight profiling" },
	{ 0x80000007, ANY, EDX, EVERYTHING & ~BIT(8), GUESTS, "power management but an invariant TSC" },
	{ 0x80000008, ANY, EBX, BIT(3), ALL, "INVLPGB" },
	{ 0x8000001f, ANY, EAX, EVERYTHING, GUESTS, "SME, SEV" },
};

/* Whole leaves. */
static const struct {
	uint32_t leaf;
	uint8_t from;
	const char *name;
} leaves[] = {
	{ 0x5, GUESTS, "MONITOR" },
	{ 0xa, GUESTS, "performance counters" },
	{ 0xf, GUESTS, "cache monitoring" },
	{ 0x10, GUESTS, "cache allocation" },
	{ 0x12, ALL, "SGX" },
	{ 0x14, GUESTS, "processor trace" },
	{ 0x19, GUESTS, "key locker" },
	{ 0x1b, GUESTS, "PCONFIG" },
	{ 0x1c, GUESTS, "LBR" },
	{ 0x8000000a, ALL, "SVM" },
	{ 0x8000001b, GUESTS, "IBS" },
	{ 0x8000001c, ALL, "lightweight profiling" },
	{ 0x80000020, GUESTS, "cache allocation" },
	{ 0x80000022, GUESTS, "performance counters" },
	{ 0x80000026, GUESTS, "topology" },
};

static int lacks(uint8_t from, int is_root)
{
	return from == ALL || !is_root;
}

void cpuid_take_away(uint32_t leaf, uint32_t subleaf, int is_root, uint32_t *r)
{
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].leaf == leaf && (rows[i].subleaf == ANY || rows[i].subleaf == subleaf) &&
		    lacks(rows[i].from, is_root))
			r[rows[i].reg] &= ~rows[i].bits;
	}
	for (unsigned int i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
		if (leaves[i].leaf == leaf && lacks(leaves[i].from, is_root))
			r[EAX] = r[EBX] = r[ECX] = r[EDX] = 0;
	}
}
