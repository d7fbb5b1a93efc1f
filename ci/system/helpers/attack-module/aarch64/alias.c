// SPDX-License-Identifier: GPL-2.0-only
/*
 * All physical addresses at once, by a table of our own in TTBR0: memory as memory that may be written and
 * executed, devices as devices. The kernel's own ways (memremap(), ioremap()) never map to execute.
 */
#include "own.h"

#include <asm/barrier.h>
#include <asm/memory.h>
#include <asm/pgtable-hwdef.h>
#include <asm/sysreg.h>
#include <linux/gfp.h>
#include <linux/io.h>

#define LEVEL0_SHIFT 39
#define LEVEL1_SHIFT 30
#define ENTRIES 512
#define TABLES 4
#define DEVICE_ENTRY 2
#define TABLE 3u
#define BLOCK (1u | PTE_AF | PTE_NG)
#define INNER_SHAREABLE (3u << 8)
#define TCR_T0SZ_FIELD 0x3full
#define TCR_WIDE (1ull << 59) /* DS: addresses of 52 bits; shareability is in TCR_EL1 then */
#define T0SZ_48 16ull

static unsigned long tables;

static u64 *table_at(unsigned int number)
{
	return (u64 *)(tables + number * PAGE_SIZE);
}

static void fill(unsigned int number, u64 base, u64 attributes)
{
	for (u64 i = 0; i < ENTRIES; i++)
		table_at(number)[i] = (base + (i << LEVEL1_SHIFT)) | attributes | BLOCK;
}

/* Level 0, two tables of memory, one of devices. */
int alias_init(void)
{
	u64 shareable = read_sysreg(tcr_el1) & TCR_WIDE ? 0 : INNER_SHAREABLE;
	u64 memory = PTE_ATTRINDX(MT_NORMAL) | PTE_UXN | shareable;

	tables = __get_free_pages(GFP_KERNEL | __GFP_ZERO, 2);
	if (!tables)
		return -ENOMEM;
	fill(1, 0, memory);
	fill(2, 1ull << LEVEL0_SHIFT, memory);
	fill(3, 0, PTE_ATTRINDX(MT_DEVICE_nGnRE) | PTE_PXN | PTE_UXN);
	for (unsigned int i = 1; i < TABLES; i++)
		table_at(0)[i - 1] = virt_to_phys(table_at(i)) | TABLE;
	dsb(ish);
	return 0;
}

void alias_exit(void)
{
	free_pages(tables, 2);
}

u64 alias(u64 address)
{
	return address;
}

u64 alias_device(u64 address)
{
	return address + ((u64)DEVICE_ENTRY << LEVEL0_SHIFT);
}

static void forget(void)
{
	asm volatile("dsb ishst\n tlbi vmalle1\n dsb nsh\n isb" : : : "memory");
}

struct outcome with_table(act function, u64 a, u64 b)
{
	const u64 found = read_sysreg(ttbr0_el1), tcr = read_sysreg(tcr_el1);
	struct outcome outcome;

	write_sysreg((tcr & ~TCR_T0SZ_FIELD) | T0SZ_48, tcr_el1);
	write_sysreg(virt_to_phys(table_at(0)), ttbr0_el1);
	isb();
	forget();
	outcome = guarded(function, a, b);
	write_sysreg(found, ttbr0_el1);
	write_sysreg(tcr, tcr_el1);
	isb();
	forget();
	return outcome;
}
