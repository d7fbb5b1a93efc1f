// SPDX-License-Identifier: GPL-2.0-or-later
/* Exceptions that the guest gets instead of what it wanted, as the CPU itself would take them to EL1. */
#include <arch/vcpu.h>

#include <asm/features.h>
#include <asm/sysreg.h>
#include <asm/vcpu.h>

#define SCTLR_SPAN (1ull << 23)
#define SCTLR_DSSBS (1ull << 44)
#define SPSR_NZCV (0xfull << 28)
#define SPSR_TCO (1ull << 25)
#define SPSR_DIT (1ull << 24)

#define VECTOR_CURRENT_SP0 0x000u
#define VECTOR_CURRENT_SPX 0x200u
#define VECTOR_LOWER_64 0x400u
#define VECTOR_LOWER_32 0x600u

#define FSC_EXTERNAL 0x10u /* synchronous external abort, not on a table walk */
#define ISS_WNR (1u << 6)

static int from_el0(uint64_t spsr)
{
	return (spsr & SPSR_AARCH32) || (spsr & SPSR_MODE) == 0;
}

static uint64_t vector_of(uint64_t spsr)
{
	if (spsr & SPSR_AARCH32)
		return VECTOR_LOWER_32;
	if ((spsr & SPSR_MODE) == 0)
		return VECTOR_LOWER_64;
	return spsr & 1 ? VECTOR_CURRENT_SPX : VECTOR_CURRENT_SP0;
}

static uint64_t new_pstate(uint64_t old)
{
	uint64_t sctlr = sysreg_read("sctlr_el1");
	uint64_t pstate = (old & (SPSR_NZCV | SPSR_DIT | SPSR_PAN)) | SPSR_DAIF | SPSR_EL1H;

	if (features_has(FEATURE_PAN) && !(sctlr & SCTLR_SPAN))
		pstate |= SPSR_PAN;
	if (sctlr & SCTLR_DSSBS)
		pstate |= SPSR_SSBS;
	if (features_has(FEATURE_MTE))
		pstate |= SPSR_TCO;
	return pstate;
}

static void take_exception(uint64_t esr)
{
	uint64_t spsr = sysreg_read("spsr_el2");

	sysreg_write("esr_el1", esr | ESR_IL);
	sysreg_write("elr_el1", sysreg_read("elr_el2"));
	sysreg_write("spsr_el1", spsr);
	sysreg_write("elr_el2", sysreg_read("vbar_el1") + vector_of(spsr));
	sysreg_write("spsr_el2", new_pstate(spsr));
	if (percpu()->stats)
		percpu()->stats->count[BH_STAT_INJECT]++;
}

void arch_vcpu_inject_undefined(void)
{
	take_exception((uint64_t)EC_UNKNOWN << 26);
}

void arch_vcpu_explain(struct bh_record *record)
{
	record->pc = sysreg_read("elr_el2");
	record->syndrome = sysreg_read("esr_el2");
}

void inject_skip(void)
{
	sysreg_write("elr_el2", sysreg_read("elr_el2") + 4);
}

/* The fault address is the virtual one, which FAR_EL2 still holds. */
void arch_vcpu_inject_fault(uint64_t address, int is_write)
{
	int is_fetch = ESR_EC(sysreg_read("esr_el2")) == EC_INST_ABORT_LOWER;
	int lower = from_el0(sysreg_read("spsr_el2"));
	uint64_t class;

	(void)address;
	if (is_fetch)
		class = lower ? EC_INST_ABORT_LOWER : EC_INST_ABORT_SAME;
	else
		class = lower ? EC_DATA_ABORT_LOWER : EC_DATA_ABORT_SAME;
	sysreg_write("far_el1", sysreg_read("far_el2"));
	take_exception(class << 26 | FSC_EXTERNAL | (is_write && !is_fetch ? ISS_WNR : 0));
}
