// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reads and writes registers that a guest may use, then those that it must not reach. Each forbidden access
 * must raise an exception in the guest (or fail the cell); ends with "sysreg: N forbidden, N refused".
 */
#include "sysreg/sysreg.h"

void inmate_main(uint64_t boot_arg)
{
	unsigned int forbidden = 0, refused = 0, wrong = 0;

	for (size_t i = 0; i < sysreg_attempt_count; i++) {
		struct exception last = { 0 };
		unsigned int count = exception_try(sysreg_attempts[i].access, NULL, &last);

		printk("sysreg: %s: %s (syndrome %llx)\n", sysreg_attempts[i].name, count ? "refused" : "done",
		       (unsigned long long)last.syndrome);
		if (sysreg_attempts[i].allowed == SYSREG_DEPENDS)
			continue;
		forbidden += !sysreg_attempts[i].allowed;
		refused += !sysreg_attempts[i].allowed && count == 1;
		wrong += sysreg_attempts[i].allowed && count;
	}
	printk("sysreg: %u forbidden, %u refused, %u wrongly refused\n", forbidden, refused, wrong);
	power_off();
}
