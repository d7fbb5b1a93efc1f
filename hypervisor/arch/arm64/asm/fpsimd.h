/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ASM_FPSIMD_H
#define ASM_FPSIMD_H

/** V0 to V31 (and what SVE has above them), FPCR, FPSR. */
void fpsimd_zero(void);

/** Predicates and FFR. Only where there is SVE. */
void fpsimd_zero_sve(void);

#endif
