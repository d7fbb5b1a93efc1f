// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hand-over table: every register that one owner of a CPU could leave behind for the next, with the value
 * that the next one reads. Frame (x0..x30), stage 2 and traps are set elsewhere; the interrupt controller has
 * its own part.
 */
#include <asm/vcpu.h>

#include <asm/features.h>
#include <asm/fpsimd.h>
#include <asm/sysreg.h>

#define SCTLR_EL1_RESET 0x30d00800ull /* RES1 bits; MMU and caches off, little endian */
#define PMCR_RESET_COUNTERS 0x6u
#define ALL_BITS 0xffffffffull
#define OS_LOCKED 1
#define CLAIM_TAGS 0xff

/* X(register, reset value, where it exists); registers that gate others come before them. */
#define HANDOVER_REGISTERS(X)                                                                      \
	X("sctlr_el1", SCTLR_EL1_RESET, FEATURE_ALWAYS)                                            \
	X("cpacr_el1", 0, FEATURE_ALWAYS)                                                          \
	X("tcr_el1", 0, FEATURE_ALWAYS)                                                            \
	X("ttbr0_el1", 0, FEATURE_ALWAYS)                                                          \
	X("ttbr1_el1", 0, FEATURE_ALWAYS)                                                          \
	X("mair_el1", 0, FEATURE_ALWAYS)                                                           \
	X("amair_el1", 0, FEATURE_ALWAYS)                                                          \
	X("contextidr_el1", 0, FEATURE_ALWAYS)                                                     \
	X("vbar_el1", 0, FEATURE_ALWAYS)                                                           \
	X("esr_el1", 0, FEATURE_ALWAYS)                                                            \
	X("far_el1", 0, FEATURE_ALWAYS)                                                            \
	X("afsr0_el1", 0, FEATURE_ALWAYS)                                                          \
	X("afsr1_el1", 0, FEATURE_ALWAYS)                                                          \
	X("par_el1", 0, FEATURE_ALWAYS)                                                            \
	X("csselr_el1", 0, FEATURE_ALWAYS)                                                         \
	X("elr_el1", 0, FEATURE_ALWAYS)                                                            \
	X("spsr_el1", 0, FEATURE_ALWAYS)                                                           \
	X("sp_el0", 0, FEATURE_ALWAYS)                                                             \
	X("sp_el1", 0, FEATURE_ALWAYS)                                                             \
	X("tpidr_el0", 0, FEATURE_ALWAYS)                                                          \
	X("tpidrro_el0", 0, FEATURE_ALWAYS)                                                        \
	X("tpidr_el1", 0, FEATURE_ALWAYS)                                                          \
	/* timers */                                                                               \
	X("cntkctl_el1", 0, FEATURE_ALWAYS)                                                        \
	X("cntv_ctl_el0", 0, FEATURE_ALWAYS)                                                       \
	X("cntv_cval_el0", 0, FEATURE_ALWAYS)                                                      \
	X("cntp_ctl_el0", 0, FEATURE_ALWAYS)                                                       \
	X("cntp_cval_el0", 0, FEATURE_ALWAYS)                                                      \
	/* debug; break- and watchpoints are below */                                              \
	X("mdscr_el1", 0, FEATURE_ALWAYS)                                                          \
	X("mdccint_el1", 0, FEATURE_ALWAYS)                                                        \
	X("oslar_el1", OS_LOCKED, FEATURE_ALWAYS)                                                  \
	X("osdlr_el1", 0, FEATURE_ALWAYS)                                                          \
	X("dbgclaimclr_el1", CLAIM_TAGS, FEATURE_ALWAYS)                                           \
	/* AArch32's banked registers */                                                           \
	X("dacr32_el2", 0, FEATURE_AARCH32_EL1)                                                    \
	X("ifsr32_el2", 0, FEATURE_AARCH32_EL1)                                                    \
	X("fpexc32_el2", 0x700, FEATURE_AARCH32_EL1)                                               \
	X("dbgvcr32_el2", 0, FEATURE_AARCH32_EL1)                                                  \
	X("spsr_abt", 0, FEATURE_AARCH32_EL1)                                                      \
	X("spsr_und", 0, FEATURE_AARCH32_EL1)                                                      \
	X("spsr_irq", 0, FEATURE_AARCH32_EL1)                                                      \
	X("spsr_fiq", 0, FEATURE_AARCH32_EL1)                                                      \
	/* performance monitors; the counters' types are below */                                  \
	X("pmcr_el0", PMCR_RESET_COUNTERS, FEATURE_PMU)                                            \
	X("pmcntenclr_el0", ALL_BITS, FEATURE_PMU)                                                 \
	X("pmintenclr_el1", ALL_BITS, FEATURE_PMU)                                                 \
	X("pmovsclr_el0", ALL_BITS, FEATURE_PMU)                                                   \
	X("pmuserenr_el0", 0, FEATURE_PMU)                                                         \
	X("pmccfiltr_el0", 0, FEATURE_PMU)                                                         \
	X("S3_3_C13_C2_3", 0, FEATURE_AMU) /* AMUSERENR_EL0 */                                     \
	/* statistical profiling, tracing, branch records */                                       \
	X("S3_0_C9_C9_0", 0, FEATURE_SPE)  /* PMSCR_EL1 */                                         \
	X("S3_0_C9_C10_0", 0, FEATURE_SPE) /* PMBLIMITR_EL1 */                                     \
	X("S3_0_C1_C2_1", 0, FEATURE_TRF)  /* TRFCR_EL1 */                                         \
	X("S3_0_C9_C11_0", 0, FEATURE_TRBE) /* TRBLIMITR_EL1 */                                    \
	X("S2_1_C9_C0_0", 0, FEATURE_BRBE) /* BRBCR_EL1 */                                         \
	X("S2_1_C9_C0_1", 0, FEATURE_BRBE) /* BRBFCR_EL1 */                                        \
	/* pointer authentication keys */                                                          \
	X("S3_0_C2_C1_0", 0, FEATURE_PAC) X("S3_0_C2_C1_1", 0, FEATURE_PAC)                        \
	X("S3_0_C2_C1_2", 0, FEATURE_PAC) X("S3_0_C2_C1_3", 0, FEATURE_PAC)                        \
	X("S3_0_C2_C2_0", 0, FEATURE_PAC) X("S3_0_C2_C2_1", 0, FEATURE_PAC)                        \
	X("S3_0_C2_C2_2", 0, FEATURE_PAC) X("S3_0_C2_C2_3", 0, FEATURE_PAC)                        \
	X("S3_0_C2_C3_0", 0, FEATURE_PAC) X("S3_0_C2_C3_1", 0, FEATURE_PAC)                        \
	/* vector extensions; leaving streaming mode and ZA comes before the registers are zeroed */ \
	X("S3_3_C4_C2_2", 0, FEATURE_SME)  /* SVCR */                                              \
	X("S3_0_C1_C2_6", 0, FEATURE_SME)  /* SMCR_EL1 */                                          \
	X("S3_0_C1_C2_4", 0, FEATURE_SME)  /* SMPRI_EL1 */                                         \
	X("S3_3_C13_C0_5", 0, FEATURE_SME) /* TPIDR2_EL0 */                                        \
	X("S3_0_C1_C2_0", 0, FEATURE_SVE)  /* ZCR_EL1 */                                           \
	/* memory tagging */                                                                       \
	X("S3_0_C5_C6_0", 0, FEATURE_MTE)  /* TFSR_EL1 */                                          \
	X("S3_0_C5_C6_1", 0, FEATURE_MTE)  /* TFSRE0_EL1 */                                        \
	X("S3_0_C1_C0_5", 0, FEATURE_MTE)  /* RGSR_EL1 */                                          \
	X("S3_0_C1_C0_6", 0, FEATURE_MTE)  /* GCR_EL1 */                                           \
	/* the rest of what newer CPUs have */                                                     \
	X("S3_0_C12_C1_1", 0, FEATURE_RAS)     /* DISR_EL1 */                                      \
	X("S3_0_C2_C5_0", 0, FEATURE_GCS)      /* GCSCR_EL1 */                                     \
	X("S3_0_C2_C5_2", 0, FEATURE_GCS)      /* GCSCRE0_EL1 */                                   \
	X("S3_0_C2_C5_1", 0, FEATURE_GCS)      /* GCSPR_EL1 */                                     \
	X("S3_3_C2_C5_1", 0, FEATURE_GCS)      /* GCSPR_EL0 */                                     \
	X("S3_0_C13_C0_7", 0, FEATURE_SCXTNUM) /* SCXTNUM_EL1 */                                   \
	X("S3_3_C13_C0_7", 0, FEATURE_SCXTNUM) /* SCXTNUM_EL0 */                                   \
	X("S3_0_C2_C0_3", 0, FEATURE_TCR2)     /* TCR2_EL1 */                                      \
	X("S3_0_C10_C2_3", 0, FEATURE_S1PIE)   /* PIR_EL1 */                                       \
	X("S3_0_C10_C2_2", 0, FEATURE_S1PIE)   /* PIRE0_EL1 */                                     \
	X("S3_0_C10_C2_4", 0, FEATURE_S1POE)   /* POR_EL1 */                                       \
	X("S3_3_C10_C2_4", 0, FEATURE_S1POE)   /* POR_EL0 */

/* Break- and watchpoints are numbered in the instruction. */
#define EACH_16(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

static void reset_debug(void)
{
	unsigned int breakpoints = sysreg_field(sysreg_read(ID_AA64DFR0_EL1), 12) + 1;
	unsigned int watchpoints = sysreg_field(sysreg_read(ID_AA64DFR0_EL1), 20) + 1;

#define RESET_DEBUG(n)                                                                             \
	if ((n) < breakpoints) {                                                                   \
		sysreg_write("dbgbcr" #n "_el1", 0);                                               \
		sysreg_write("dbgbvr" #n "_el1", 0);                                               \
	}                                                                                          \
	if ((n) < watchpoints) {                                                                   \
		sysreg_write("dbgwcr" #n "_el1", 0);                                               \
		sysreg_write("dbgwvr" #n "_el1", 0);                                               \
	}
	EACH_16(RESET_DEBUG)
#undef RESET_DEBUG
}

static void reset_pmu(void)
{
	unsigned int counters = (unsigned int)(sysreg_read("pmcr_el0") >> 11 & 0x1f);

	for (unsigned int i = 0; i < counters; i++) {
		sysreg_write("pmselr_el0", i);
		sysreg_isb();
		sysreg_write("pmxevtyper_el0", 0);
	}
	sysreg_write("pmselr_el0", 0);
}

/* Whether loads may pass older stores by speculation is firmware's state: they may not, as after reset. */
static void reset_store_bypass(void)
{
	if (firmware_feature(SMCCC_WORKAROUND_2) == 0)
		firmware_call(SMCCC_WORKAROUND_2, 1, 0, 0);
}

void handover_reset(void)
{
	uint32_t all = features_all();

#define HANDOVER_RESET(name, value, feature)                                                       \
	if (FEATURES_INCLUDE(all, feature))                                                        \
		sysreg_write(name, value);
	HANDOVER_REGISTERS(HANDOVER_RESET)
#undef HANDOVER_RESET
	reset_debug();
	if (FEATURES_INCLUDE(all, FEATURE_BRBE))
		__asm__ volatile("sys #1, c7, c2, #4" : : : "memory"); /* BRB IALL: what the last owner jumped to */
	if (features_has(FEATURE_PMU))
		reset_pmu();
	reset_store_bypass();
	sysreg_isb();
	if (features_has(FEATURE_SVE))
		fpsimd_zero_sve();
	fpsimd_zero();
}
