// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Asks for a reset while its other vCPUs run. */
#include <inmate.h>

static void run(void)
{
	for (;;)
		cpu_relax();
}

void inmate_main(uint64_t boot_arg)
{
	for (unsigned int cpu = 1; cpu_start(cpu, run) == 0; cpu++)
		;
	printk("reset: PSCI SYSTEM_RESET\n");
	power_reset();
}
