// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hand-over table: every register that one owner of a CPU could leave behind for the next, with the value
 * that the next one reads. Frame, stage 2 and traps are set elsewhere; interrupts have their own part.
 */
#include <asm/vcpu.h>

#include <asm/csr.h>
#include <asm/features.h>

/* As firmware leaves it, and kernels count on it: user mode may read cycles, time and instructions. */
#define SCOUNTEREN_FIRMWARE 7

/* X(register, reset value, where it exists). scounteren, senvcfg and sstateen0 are not banked: one for all. */
#define HANDOVER_REGISTERS(X)                            \
	X(CSR_VSSTATUS, SSTATUS_UXL_64, FEATURE_ALWAYS)  \
	X(CSR_VSIE, 0, FEATURE_ALWAYS)                   \
	X(CSR_VSTVEC, 0, FEATURE_ALWAYS)                 \
	X(CSR_VSSCRATCH, 0, FEATURE_ALWAYS)              \
	X(CSR_VSEPC, 0, FEATURE_ALWAYS)                  \
	X(CSR_VSCAUSE, 0, FEATURE_ALWAYS)                \
	X(CSR_VSTVAL, 0, FEATURE_ALWAYS)                 \
	X(CSR_VSATP, 0, FEATURE_ALWAYS)                  \
	X(CSR_SCOUNTEREN, SCOUNTEREN_FIRMWARE, FEATURE_ALWAYS) \
	X(CSR_SENVCFG, 0, FEATURE_ALWAYS)                \
	X(CSR_SSTATEEN0, 0, FEATURE_SMSTATEEN)           \
	X(CSR_VSISELECT, 0, FEATURE_SSAIA)

void handover_reset(void)
{
#define HANDOVER_RESET(name, value, feature) \
	if (features_has(feature))           \
		csr_write(name, value);
	HANDOVER_REGISTERS(HANDOVER_RESET)
#undef HANDOVER_RESET
	csr_set(CSR_SSTATUS, SSTATUS_FS | SSTATUS_VS);
	if (features_has(FEATURE_FLOAT))
		fpstate_zero_float();
	if (features_has(FEATURE_VECTOR))
		fpstate_zero_vector();
}
