// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Beats for a second, then not any more: the watchdog must find out. */
#include <inmate.h>

void inmate_main(uint64_t boot_arg)
{
	printk("freeze: beating\n");
	for (int beat = 0; beat < 100; beat++) {
		comm_heartbeat();
		delay_us(10000);
	}
	printk("freeze: not beating\n");
	for (;;)
		cpu_wait();
}
