// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The smallest program: say hello, switch off. */
#include <inmate.h>

void inmate_main(uint64_t boot_arg)
{
	printk("Hello from %s, vCPU %u\n", hypervisor_present() ? "a Bulkhead cell" : "a bare machine",
	       cpu_self());
	printk("hello: switching off\n");
}
