// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reads its own memory (that must work), then the hypervisor's, by the physical address that the boards
 * of ours give it. The cell must fail at that instruction; "survived" must never be printed.
 */
#include <inmate.h>

#define HYPERVISOR_MEMORY 0xbf000000ull

void inmate_main(uint64_t boot_arg)
{
	static volatile uint64_t own = 0x600d;
	volatile uint64_t *foreign = (volatile uint64_t *)(uintptr_t)HYPERVISOR_MEMORY;

	printk("bad-access: own memory reads %llx\n", (unsigned long long)own);
	printk("bad-access: reading %llx\n", (unsigned long long)(uintptr_t)foreign);
	printk("bad-access: survived, read %llx\n", (unsigned long long)*foreign);
	power_off();
}
