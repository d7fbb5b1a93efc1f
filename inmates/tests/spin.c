// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A guest that hangs: interrupts masked, no exit, no answer to a shutdown request. On all vCPUs. */
#include <inmate.h>

static void spin(void)
{
	irqs_mask();
	for (;;)
		;
}

void inmate_main(uint64_t boot_arg)
{
	for (unsigned int cpu = 1; cpu_start(cpu, spin) == 0; cpu++)
		;
	printk("spin: nothing more to hear from me\n");
	spin();
}
