// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A guest that sleeps for ever: every vCPU waits for an interrupt that does not come. */
#include <inmate.h>

static void sleep_for_ever(void)
{
	for (;;)
		cpu_wait();
}

void inmate_main(uint64_t boot_arg)
{
	for (unsigned int cpu = 1; cpu_start(cpu, sleep_for_ever) == 0; cpu++)
		;
	printk("wait: asleep\n");
	sleep_for_ever();
}
