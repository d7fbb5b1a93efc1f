// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/features.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <asm/gic.h>
#include <asm/sysreg.h>
#include <bulkhead/errors.h>
#include <core/cpu.h>

#define CPTR_TZ (1ull << 8)
#define CPTR_TSM (1ull << 12)

static unsigned int pfr0(unsigned int shift)
{
	return sysreg_field(sysreg_read(ID_AA64PFR0_EL1), shift);
}

static unsigned int pfr1(unsigned int shift)
{
	return sysreg_field(sysreg_read(ID_AA64PFR1_EL1), shift);
}

static unsigned int dfr0(unsigned int shift)
{
	return sysreg_field(sysreg_read(ID_AA64DFR0_EL1), shift);
}

static unsigned int mmfr0(unsigned int shift)
{
	return sysreg_field(sysreg_read(ID_AA64MMFR0_EL1), shift);
}

static unsigned int mmfr1(unsigned int shift)
{
	return sysreg_field(sysreg_read(ID_AA64MMFR1_EL1), shift);
}

static unsigned int mmfr3(unsigned int shift)
{
	return sysreg_field(sysreg_read(ID_AA64MMFR3_EL1), shift);
}

static int has_pac(void)
{
	/* APA, API, GPA, GPI; APA3 and GPA3 */
	return (sysreg_read(ID_AA64ISAR1_EL1) & 0xff000ff0ull) || (sysreg_read(ID_AA64ISAR2_EL1) & 0xff00ull);
}

int features_has(enum feature feature)
{
	switch (feature) {
	case FEATURE_ALWAYS:
		return 1;
	case FEATURE_AARCH32_EL1:
		return pfr0(4) == 2;
	case FEATURE_PMU:
		return dfr0(8) != 0 && dfr0(8) != 0xf;
	case FEATURE_SVE:
		return pfr0(32) != 0 && !(sysreg_read("cptr_el2") & CPTR_TZ);
	case FEATURE_SME:
		return pfr1(24) != 0 && !(sysreg_read("cptr_el2") & CPTR_TSM);
	case FEATURE_PAC:
		return has_pac();
	case FEATURE_MTE:
		return pfr1(8) >= 2;
	case FEATURE_RAS:
		return pfr0(28) != 0;
	case FEATURE_SCXTNUM:
		return pfr0(56) >= 2;
	case FEATURE_LOR:
		return mmfr1(16) != 0;
	case FEATURE_PAN:
		return mmfr1(20) != 0;
	case FEATURE_SPE:
		return dfr0(32) != 0;
	case FEATURE_TRF:
		return dfr0(40) != 0;
	case FEATURE_TRBE:
		return dfr0(44) != 0;
	case FEATURE_BRBE:
		return dfr0(52) != 0;
	case FEATURE_AMU:
		return pfr0(44) != 0;
	case FEATURE_GCS:
		return pfr1(44) != 0;
	case FEATURE_FGT:
		return mmfr0(56) != 0;
	case FEATURE_HCX:
		return mmfr1(40) != 0;
	case FEATURE_TCR2:
		return mmfr3(0) != 0;
	case FEATURE_S1PIE:
		return mmfr3(8) != 0;
	case FEATURE_S1POE:
		return mmfr3(16) != 0;
	case FEATURE_COUNT:
		break;
	}
	return 0;
}

uint32_t features_all(void)
{
	uint32_t all = 0;

	for (unsigned int feature = 0; feature < FEATURE_COUNT; feature++)
		all |= (uint32_t)features_has((enum feature)feature) << feature;
	return all;
}

/* Pages of 4 KiB in stage 1, and in stage 2 (where 0 says 'as stage 1'). */
static int has_4k(void)
{
	return mmfr0(28) != 0xf && mmfr0(40) != 1;
}

int features_check(void)
{
	static unsigned int first_bits; /* stage 2 is shared, so that all CPUs must be able to walk it */

	if (!has_4k())
		return cpu_refuse("no pages of 4 KiB, ID_AA64MMFR0_EL1", sysreg_read(ID_AA64MMFR0_EL1));
	if (gic_version() == 3 && !pfr0(24))
		return cpu_refuse("no GICv3 system registers, ID_AA64PFR0_EL1", sysreg_read(ID_AA64PFR0_EL1));
	if (!first_bits)
		first_bits = arch_phys_bits();
	if (arch_phys_bits() != first_bits)
		return cpu_refuse("physical addresses of other width than the first CPU's", arch_phys_bits());
	return 0;
}
