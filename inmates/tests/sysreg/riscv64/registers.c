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

/* The entropy source (Zkr), which is read by writing: it never says that it is dead. */
static void read_seed(void *unused)
{
	uint64_t value = 0;

	asm volatile("csrrw %0, 0x015, zero" : "=r"(value));
	if ((value >> 30 & 3) == 3)
		printk("sysreg: entropy is %llx\n", (unsigned long long)value);
}

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
	{ "read seed", read_seed, SYSREG_DEPENDS },
};

const size_t sysreg_attempt_count = sizeof(sysreg_attempts) / sizeof(sysreg_attempts[0]);
