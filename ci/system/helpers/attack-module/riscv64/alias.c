// SPDX-License-Identifier: GPL-2.0-only
/*
 * All physical addresses at once, by a table of our own: the kernel's upper half as it is, and below it one to one,
 * by leaves of the highest level, as memory that may be written and executed.
 */
#include "own.h"

#include <asm/csr.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/string.h>

#define ENTRIES 512u
#define HALF (ENTRIES / 2)
#define SV39 8u
#define LEAF 0xcfu /* V R W X A D */
#define TABLE 1u
#define PTE_SHIFT 10
#define PPN_MASK ((1ull << 44) - 1)
#define FOREIGN 1u /* entry that a table of others translates */

static u64 *table;

static unsigned int mode(u64 satp)
{
	return satp >> 60;
}

/* Of an address that entry translates: bits of what one entry covers. */
static unsigned int entry_shift(u64 satp)
{
	return 30 + 9 * (mode(satp) - SV39);
}

int alias_init(void)
{
	const u64 satp = csr_read(CSR_SATP);

	table = (u64 *)get_zeroed_page(GFP_KERNEL);
	if (!table)
		return -ENOMEM;
	for (u64 i = 0; i < HALF; i++)
		table[i] = (i << (entry_shift(satp) - PAGE_SHIFT) & PPN_MASK) << PTE_SHIFT | LEAF;
	return 0;
}

void alias_exit(void)
{
	free_page((unsigned long)table);
}

u64 alias(u64 address)
{
	return address;
}

static void forget(void)
{
	asm volatile("sfence.vma" : : : "memory");
}

/* Nobody else sees this table. */
struct outcome with_table(act function, u64 a, u64 b)
{
	const u64 satp = csr_read(CSR_SATP);
	struct outcome outcome;

	memcpy(table + HALF, (u64 *)__va((satp & PPN_MASK) << PAGE_SHIFT) + HALF, HALF * sizeof(u64));
	csr_write(CSR_SATP, (u64)mode(satp) << 60 | virt_to_phys(table) >> PAGE_SHIFT);
	forget();
	outcome = guarded(function, a, b);
	csr_write(CSR_SATP, satp);
	forget();
	return outcome;
}

struct outcome walk(u64 at, u64 unused)
{
	const u64 address = (u64)FOREIGN << entry_shift(csr_read(CSR_SATP)), before = table[FOREIGN];
	struct outcome outcome;
	unsigned long flags;

	local_irq_save(flags);
	table[FOREIGN] = at >> PAGE_SHIFT << PTE_SHIFT | TABLE;
	outcome = with_table(load64, address, 0);
	table[FOREIGN] = before;
	local_irq_restore(flags);
	return outcome;
}
