// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "../sysreg.h"

#include <regs.h>

/* clang-format off */
#define ATTEMPT_READ(function, number)           \
	static void function(void *unused)       \
	{                                        \
		(void)msr_read(number);          \
	}

#define ATTEMPT_WRITE(function, number)          \
	static void function(void *unused)       \
	{                                        \
		msr_write(number, 0);            \
	}

ATTEMPT_READ(read_tsc, 0x10)
ATTEMPT_READ(read_pat, 0x277)
ATTEMPT_WRITE(write_kernel_gs, 0xc0000102)
ATTEMPT_READ(read_top_mem, 0xc001001a)
ATTEMPT_WRITE(write_vm_cr, 0xc0010114)
ATTEMPT_WRITE(write_hsave, 0xc0010117)
ATTEMPT_WRITE(write_feature_control, 0x3a)
ATTEMPT_READ(read_vmx_basic, 0x480)
ATTEMPT_READ(read_smm_base, 0xc0010111)
/* clang-format on */

const struct attempt sysreg_attempts[] = {
	{ "read TSC", read_tsc, true },
	{ "read PAT", read_pat, true },
	{ "write KERNEL_GS_BASE", write_kernel_gs, true },
	{ "read TOP_MEM", read_top_mem, false },
	{ "write VM_CR", write_vm_cr, false },
	{ "write VM_HSAVE_PA", write_hsave, false },
	{ "write FEATURE_CONTROL", write_feature_control, false },
	{ "read VMX_BASIC", read_vmx_basic, false },
	{ "read SMM_BASE", read_smm_base, false },
};

const size_t sysreg_attempt_count = sizeof(sysreg_attempts) / sizeof(sysreg_attempts[0]);
