/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* System registers by name: sysreg_read(CNTVCT_EL0). GICv3 has encodings: all assemblers know them. */
#ifndef REGS_H
#define REGS_H

#include <stdint.h>

#define REGS_TEXT_(name) #name
#define REGS_TEXT(name) REGS_TEXT_(name)

#define sysreg_read(name)                                                             \
	({                                                                            \
		uint64_t value_;                                                      \
		asm volatile("mrs %0, " REGS_TEXT(name) : "=r"(value_) : : "memory"); \
		value_;                                                               \
	})
#define sysreg_write(name, value) \
	asm volatile("msr " REGS_TEXT(name) ", %0" : : "r"((uint64_t)(value)) : "memory")

#define isb() asm volatile("isb" : : : "memory")
#define dsb() asm volatile("dsb sy" : : : "memory")

#define ICC_PMR_EL1 S3_0_C4_C6_0
#define ICC_IAR1_EL1 S3_0_C12_C12_0
#define ICC_EOIR1_EL1 S3_0_C12_C12_1
#define ICC_BPR1_EL1 S3_0_C12_C12_3
#define ICC_CTLR_EL1 S3_0_C12_C12_4
#define ICC_SRE_EL1 S3_0_C12_C12_5
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICC_SGI1R_EL1 S3_0_C12_C11_5

#endif
