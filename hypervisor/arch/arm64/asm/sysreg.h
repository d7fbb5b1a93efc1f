/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System registers: access, and bits that more than one file needs. Names are strings, encodings where gcc 12
 * has none.
 */
#ifndef ASM_SYSREG_H
#define ASM_SYSREG_H

#include <bulkhead/types.h>

#define sysreg_read(name)                                                                          \
	({                                                                                         \
		uint64_t value_;                                                                   \
		__asm__ volatile("mrs %0, " name : "=r"(value_) : : "memory");                     \
		value_;                                                                            \
	})

#define sysreg_write(name, value)                                                                  \
	__asm__ volatile("msr " name ", %x0" : : "rZ"((uint64_t)(value)) : "memory")

static inline void sysreg_isb(void)
{
	__asm__ volatile("isb" : : : "memory");
}

/** Stage 1 of the guest alone: what a read of @address by EL1 would translate to, in PAR_EL1. */
static inline void sysreg_translate_read(uint64_t address)
{
	__asm__ volatile("at s1e1r, %0\n"
			 "isb"
			 :
			 : "r"(address)
			 : "memory");
}

/** Four-bit field of an identification register. */
static inline unsigned int sysreg_field(uint64_t value, unsigned int shift)
{
	return (unsigned int)(value >> shift & 0xf);
}

#define HCR_VM (1ull << 0)
#define HCR_TERR (1ull << 36)
#define HCR_SWIO (1ull << 1)
#define HCR_PTW (1ull << 2)
#define HCR_FMO (1ull << 3)
#define HCR_IMO (1ull << 4)
#define HCR_TSC (1ull << 19)
#define HCR_TIDCP (1ull << 20)
#define HCR_TACR (1ull << 21)
#define HCR_RW (1ull << 31)
#define HCR_TLOR (1ull << 35)
#define HCR_APK (1ull << 40)
#define HCR_API (1ull << 41)

#define CPTR_TTA (1ull << 20)

#define MDCR_HPMN 0x1full
#define MDCR_TDOSA (1ull << 10)
#define MDCR_E2PB (3ull << 12)
#define MDCR_TPMS (1ull << 14)
#define MDCR_TTRF (1ull << 19)
#define MDCR_E2TB (3ull << 24)

#define ID_AA64ISAR1_EL1 "S3_0_C0_C6_1"
#define ID_AA64ISAR2_EL1 "S3_0_C0_C6_2"
#define ID_AA64MMFR0_EL1 "S3_0_C0_C7_0"
#define ID_AA64MMFR1_EL1 "S3_0_C0_C7_1"
#define ID_AA64MMFR2_EL1 "S3_0_C0_C7_2"
#define ID_AA64MMFR3_EL1 "S3_0_C0_C7_3"
#define ID_AA64PFR0_EL1 "S3_0_C0_C4_0"
#define ID_AA64PFR1_EL1 "S3_0_C0_C4_1"
#define ID_AA64DFR0_EL1 "S3_0_C0_C5_0"

/* PSTATE as SPSR_EL2 holds it. */
#define SPSR_EL1H 0x5ull
#define SPSR_DAIF 0x3c0ull
#define SPSR_MODE 0xfull
#define SPSR_AARCH32 (1ull << 4)
#define SPSR_PAN (1ull << 22)
#define SPSR_SSBS (1ull << 12)

/* ESR_ELx: exception classes. */
#define ESR_EC(esr) ((unsigned int)((esr) >> 26 & 0x3f))
#define ESR_IL (1ull << 25)
#define EC_UNKNOWN 0x00u
#define EC_WFX 0x01u
#define EC_HVC 0x16u
#define EC_SMC 0x17u
#define EC_SYSREG 0x18u
#define EC_INST_ABORT_LOWER 0x20u
#define EC_INST_ABORT_SAME 0x21u
#define EC_DATA_ABORT_LOWER 0x24u
#define EC_DATA_ABORT_SAME 0x25u

#endif
