// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "../sysreg.h"

#include <regs.h>

/* clang-format off */
#define ATTEMPT_READ(function, number)           \
	static void function(void *unused)       \
	{                                        \
		(void)csr_read(number);          \
	}

#define ATTEMPT_WRITE(function, number)          \
	static void function(void *unused)       \
	{                                        \
		csr_write(number, 0);            \
	}

ATTEMPT_READ(read_time, time)
ATTEMPT_READ(read_sstatus, sstatus)
ATTEMPT_WRITE(write_sscratch, sscratch)
ATTEMPT_READ(read_hstatus, 0x600)
ATTEMPT_WRITE(write_hgatp, 0x680)
ATTEMPT_WRITE(write_vsatp, 0x280)
ATTEMPT_WRITE(write_hvip, 0x645)
ATTEMPT_WRITE(write_htimedelta, 0x605)
ATTEMPT_WRITE(write_mstatus, 0x300)
/* clang-format on */

const struct attempt sysreg_attempts[] = {
	{ "read time", read_time, true },
	{ "read sstatus", read_sstatus, true },
	{ "write sscratch", write_sscratch, true },
	{ "read hstatus", read_hstatus, false },
	{ "write hgatp", write_hgatp, false },
	{ "write vsatp", write_vsatp, false },
	{ "write hvip", write_hvip, false },
	{ "write htimedelta", write_htimedelta, false },
	{ "write mstatus", write_mstatus, false },
};

const size_t sysreg_attempt_count = sizeof(sysreg_attempts) / sizeof(sysreg_attempts[0]);
