// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Refuses to shut down, each time it is asked, but lives. */
#include <inmate.h>

void inmate_main(uint64_t boot_arg)
{
	printk("deny: running\n");
	for (;;) {
		if (comm_shutdown_requested())
			comm_reply(BH_REPLY_DENY);
		comm_heartbeat();
		delay_us(1000);
	}
}
