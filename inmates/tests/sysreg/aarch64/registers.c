// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "../sysreg.h"

#include <regs.h>

/* clang-format off */
#define ATTEMPT_READ(function, encoding)         \
	static void function(void *unused)       \
	{                                        \
		(void)sysreg_read(encoding);     \
	}

#define ATTEMPT_WRITE(function, encoding)        \
	static void function(void *unused)       \
	{                                        \
		sysreg_write(encoding, 0);       \
	}

ATTEMPT_READ(read_midr, MIDR_EL1)
ATTEMPT_READ(read_sctlr, SCTLR_EL1)
ATTEMPT_WRITE(write_contextidr, CONTEXTIDR_EL1)
ATTEMPT_READ(read_hcr, S3_4_C1_C1_0)      /* HCR_EL2 */
ATTEMPT_WRITE(write_vttbr, S3_4_C2_C1_0)  /* VTTBR_EL2 */
ATTEMPT_WRITE(write_vbar_el2, S3_4_C12_C0_0)
ATTEMPT_WRITE(write_ich_hcr, S3_4_C12_C11_0)
ATTEMPT_WRITE(write_cnthctl, S3_4_C14_C1_0)
ATTEMPT_WRITE(write_scr, S3_6_C1_C1_0) /* SCR_EL3 */
/* clang-format on */

const struct attempt sysreg_attempts[] = {
	{ "read MIDR_EL1", read_midr, true },
	{ "read SCTLR_EL1", read_sctlr, true },
	{ "write CONTEXTIDR_EL1", write_contextidr, true },
	{ "read HCR_EL2", read_hcr, false },
	{ "write VTTBR_EL2", write_vttbr, false },
	{ "write VBAR_EL2", write_vbar_el2, false },
	{ "write ICH_HCR_EL2", write_ich_hcr, false },
	{ "write CNTHCTL_EL2", write_cnthctl, false },
	{ "write SCR_EL3", write_scr, false },
};

const size_t sysreg_attempt_count = sizeof(sysreg_attempts) / sizeof(sysreg_attempts[0]);
