// SPDX-License-Identifier: GPL-2.0-or-later
/* Refused accesses as fast as they go, each of which the hypervisor would like to put into its log. */
#include <inmate.h>

#include <regs.h>

#define TIMES_A_BEAT 100u

static void flood(void *unused)
{
	for (unsigned int i = 0; i < TIMES_A_BEAT; i++)
		(void)sysreg_read(S3_1_C15_C2_0);
}

void inmate_main(uint64_t boot_arg)
{
	printk("flood: ready\n");
	for (;;) {
		if (exception_try(flood, NULL, NULL) != TIMES_A_BEAT) {
			printk("flood: an access was not refused\n");
			power_off();
		}
		comm_heartbeat();
	}
}
