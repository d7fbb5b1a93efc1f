// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/features.h>

#include <arch/mmu.h>
#include <bulkhead/errors.h>
#include <core/cpu.h>
#include <lib/config.h>

/* Registers of CPUID as the table below counts them. */
enum cpuid_register { EAX, EBX, ECX, EDX };

#define LEAF_EXTENDED 0x80000000u
#define LEAF_XSAVE 0xdu
#define LEAF_SVM 0x8000000au
#define LEAF_ADDRESS 0x80000008u

/* What CPUID says, where. A leaf above the last one has nothing. */
static const struct {
	uint32_t leaf, subleaf;
	uint8_t reg, bit, feature;
} rows[] = {
	{ 0x80000001, 0, ECX, 2, FEATURE_SVM },
	{ 0x00000001, 0, ECX, 5, FEATURE_VMX },
	{ LEAF_SVM, 0, EDX, 0, FEATURE_NPT },
	{ LEAF_SVM, 0, EDX, 3, FEATURE_NRIP },
	{ LEAF_SVM, 0, EDX, 6, FEATURE_FLUSH_BY_ASID },
	{ LEAF_SVM, 0, EDX, 7, FEATURE_DECODE_ASSISTS },
	{ 0x00000001, 0, ECX, 26, FEATURE_XSAVE },
	{ 0x0000000d, 1, EAX, 3, FEATURE_XSAVES },
	{ 0x00000001, 0, ECX, 21, FEATURE_X2APIC },
	{ 0x80000001, 0, EDX, 26, FEATURE_1GIB },
	{ 0x00000007, 0, ECX, 16, FEATURE_LA57 },
	{ 0x00000007, 0, EBX, 7, FEATURE_SMEP },
	{ 0x80000001, 0, EDX, 27, FEATURE_RDTSCP },
	{ 0x00000007, 0, EDX, 26, FEATURE_SPEC_CTRL },
	{ 0x80000008, 0, EBX, 14, FEATURE_SPEC_CTRL },
	{ 0x00000007, 0, ECX, 7, FEATURE_CET_SS },
	{ 0x00000007, 0, ECX, 7, FEATURE_CET },
	{ 0x00000007, 0, EDX, 20, FEATURE_CET },
	{ 0x00000007, 0, EDX, 5, FEATURE_UINTR },
	{ 0x00000001, 0, ECX, 3, FEATURE_MONITOR },
};

static int leaf_exists(uint32_t leaf)
{
	return cpuid_read(leaf & LEAF_EXTENDED, 0).eax >= leaf;
}

static uint32_t pick(struct cpuid all, unsigned int reg)
{
	const uint32_t values[] = { all.eax, all.ebx, all.ecx, all.edx };

	return values[reg];
}

void features_probe(void)
{
	uint64_t all = 1ull << FEATURE_ALWAYS;

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!leaf_exists(rows[i].leaf))
			continue;
		if (pick(cpuid_read(rows[i].leaf, rows[i].subleaf), rows[i].reg) >> rows[i].bit & 1)
			all |= 1ull << rows[i].feature;
	}
	percpu()->features = all;
}

unsigned int features_phys_bits(void)
{
	return leaf_exists(LEAF_ADDRESS) ? cpuid_read(LEAF_ADDRESS, 0).eax & 0xff : 36;
}

uint64_t features_xcr0(void)
{
	struct cpuid leaf = cpuid_read(LEAF_XSAVE, 0);

	return (uint64_t)leaf.edx << 32 | leaf.eax;
}

/* The configuration knows no address above, and a nested table of four levels has none. */
unsigned int arch_phys_bits(void)
{
	unsigned int bits = features_phys_bits();

	while (1ull << bits > CONFIG_ADDRESS_LIMIT)
		bits--;
	return bits;
}

int features_check(void)
{
	return cpu_check_features(percpu()->features);
}
