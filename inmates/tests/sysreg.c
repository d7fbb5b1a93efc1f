// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reads and writes registers that a guest may use, then those that it must not reach. Each forbidden access
 * must raise an exception in the guest (or fail the cell); ends with "sysreg: N forbidden, N refused".
 */
#include <inmate.h>

#include <regs.h>

struct attempt {
	const char *name;
	void (*access)(void *unused);
	bool allowed;
};

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

static const struct attempt attempts[] = {
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

void inmate_main(uint64_t boot_arg)
{
	unsigned int forbidden = 0, refused = 0, wrong = 0;

	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		struct exception last = { 0 };
		unsigned int count = exception_try(attempts[i].access, NULL, &last);

		printk("sysreg: %s: %s (ESR %llx)\n", attempts[i].name, count ? "refused" : "done",
		       (unsigned long long)last.syndrome);
		forbidden += !attempts[i].allowed;
		refused += !attempts[i].allowed && count == 1;
		wrong += attempts[i].allowed && count;
	}
	printk("sysreg: %u forbidden, %u refused, %u wrongly refused\n", forbidden, refused, wrong);
	power_off();
}
