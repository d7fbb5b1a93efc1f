// SPDX-License-Identifier: GPL-2.0-only
/*
 * All physical addresses at once, by a table of our own: the kernel's upper half as it is, and below it one to one,
 * by leaves of 1 GiB, as memory that may be written and executed.
 */
#include "own.h"

#include <asm/cpufeature.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/string.h>

#define ENTRIES 512u
#define HALF (ENTRIES / 2)
#define TABLE 0x03u
#define LEAF 0xe3u /* present, writable, accessed, dirty, large */
#define GIB_SHIFT 30
#define TOP_SHIFT 39
#define FOREIGN 1u /* entry that a table of others translates */
#define ADDRESS_MASK 0x000ffffffffff000ull

static u64 *top, *direct;

static u64 own_cr3(void)
{
	u64 value;

	asm volatile("movq %%cr3, %0" : "=r"(value));
	return value;
}

/* What is not global is forgotten with it. */
static void set_cr3(u64 value)
{
	asm volatile("movq %0, %%cr3" : : "r"(value) : "memory");
}

int alias_init(void)
{
	if (!boot_cpu_has(X86_FEATURE_GBPAGES) || pgtable_l5_enabled())
		return -EOPNOTSUPP;
	top = (u64 *)get_zeroed_page(GFP_KERNEL);
	direct = (u64 *)get_zeroed_page(GFP_KERNEL);
	if (!top || !direct) {
		alias_exit();
		return -ENOMEM;
	}
	for (u64 i = 0; i < ENTRIES; i++)
		direct[i] = i << GIB_SHIFT | LEAF;
	top[0] = virt_to_phys(direct) | TABLE;
	return 0;
}

void alias_exit(void)
{
	free_page((unsigned long)top);
	free_page((unsigned long)direct);
}

u64 alias(u64 address)
{
	return address;
}

/* Nobody else sees this table. The kernel does not use the address space id 0. */
struct outcome with_table(act function, u64 a, u64 b)
{
	const u64 cr3 = own_cr3();
	struct outcome outcome;

	memcpy(top + HALF, (u64 *)__va(cr3 & ADDRESS_MASK) + HALF, HALF * sizeof(u64));
	set_cr3(virt_to_phys(top));
	outcome = guarded(function, a, b);
	set_cr3(cr3);
	return outcome;
}

struct outcome walk(u64 at, u64 unused)
{
	struct outcome outcome;
	unsigned long flags;

	local_irq_save(flags);
	top[FOREIGN] = at | TABLE;
	outcome = with_table(load64, (u64)FOREIGN << TOP_SHIFT, 0);
	top[FOREIGN] = 0;
	local_irq_restore(flags);
	return outcome;
}
