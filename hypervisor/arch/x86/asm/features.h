/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the CPU has: everything goes by what CPUID says, nothing by a model's name. */
#ifndef ASM_FEATURES_H
#define ASM_FEATURES_H

#include <asm/percpu.h>

enum feature {
	FEATURE_ALWAYS = 0,
	FEATURE_SVM,
	FEATURE_VMX,
	FEATURE_NPT,
	FEATURE_NRIP,		/* SVM says where the next instruction is */
	FEATURE_FLUSH_BY_ASID,
	FEATURE_DECODE_ASSISTS, /* SVM says which bytes were fetched */
	FEATURE_XSAVE,
	FEATURE_XSAVES,
	FEATURE_X2APIC,
	FEATURE_1GIB, /* pages */
	FEATURE_LA57,
	FEATURE_SMEP,
	FEATURE_RDTSCP,
	FEATURE_SPEC_CTRL,
	FEATURE_CET_SS,
	FEATURE_CET, /* either of the two */
	FEATURE_MONITOR,
	FEATURE_UINTR,
	FEATURE_COUNT
};

/** What one leaf of CPUID says. */
struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid_read(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
	return r;
}

/** Find out what this CPU has. */
void features_probe(void);

static inline int features_has(enum feature feature)
{
	return (int)(percpu()->features >> feature & 1);
}

/** Bits of physical address of this CPU. */
unsigned int features_phys_bits(void);

/** Components that XCR0 can have here. */
uint64_t features_xcr0(void);

/** CPU step: is this CPU like the first one? Return: 0 or error code. */
int features_check(void);

#endif
