// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of others: hypervisor, root, another cell, nobody. */
#include "attacks.h"
#include "../memory.h"

#include <regs.h>

#define SATP_SV39 (8ull << 60)
#define PAGE_SHIFT 12
#define PTE_SHIFT 10
#define PTE_V 1u
#define PTE_ALL 0xcfu /* V R W X A D */
#define GIB_SHIFT 30
#define FOREIGN_GIB 4ull
#define INDEX_OF_CODE 2u /* the GiB of our own memory */
#define ABOVE_41_BITS 0x20000000000ull
#define LAST_OF_ALL 0xfffffffffffffff8ull

static uint64_t table[512] __attribute__((aligned(4096)));

static void translate_by(uint64_t root)
{
	asm volatile("sfence.vma" : : : "memory");
	csr_write(satp, SATP_SV39 | root >> PAGE_SHIFT);
	asm volatile("sfence.vma" : : : "memory");
}

/* Our own table: one to one, but for one GiB that a table of others translates. */
static void make_table(uint64_t foreign)
{
	for (uint64_t gib = 0; gib < FOREIGN_GIB; gib++)
		table[gib] = gib << (GIB_SHIFT - PAGE_SHIFT + PTE_SHIFT) | PTE_ALL;
	table[FOREIGN_GIB] = foreign >> PAGE_SHIFT << PTE_SHIFT | PTE_V;
}

uint64_t walk(uint64_t foreign)
{
	make_table(foreign);
	translate_by((uint64_t)(uintptr_t)table);
	return load8((FOREIGN_GIB << GIB_SHIFT) + 3);
}

uint64_t walk_own(uint64_t unused)
{
	static uint64_t second[512] __attribute__((aligned(4096)));
	uint64_t value;

	second[0] = (uint64_t)(uintptr_t)table >> 21 << 21 >> PAGE_SHIFT << PTE_SHIFT | PTE_ALL;
	value = walk((uint64_t)(uintptr_t)second);
	csr_write(satp, 0);
	asm volatile("sfence.vma" : : : "memory");
	return value | 1;
}

/* The next instruction already is fetched through the victim's memory. */
static uint64_t root_table(uint64_t foreign)
{
	translate_by(foreign);
	return 1;
}

/* clang-format off */
static const struct row rows[] = {
	MEMORY_ROWS
	{ "memory.before-own", OWN(load64), load64, HOSTILE_RAM - 8, FAILS_DEVICE(HOSTILE_RAM - 8) },
	{ "memory.behind-comm-page", load64, INMATE_COMM_PAGE, store64, INMATE_COMM_PAGE + 0x1000,
	  FAILS_DEVICE(INMATE_COMM_PAGE + 0x1000) },
	{ "memory.read-only-write", load64, HOSTILE_READ_ONLY, store64, HOSTILE_READ_ONLY,
	  FAILS_DEVICE(HOSTILE_READ_ONLY) },
	{ "memory.read-only-atomic", load64, HOSTILE_READ_ONLY, swap64, HOSTILE_READ_ONLY + 0x1000,
	  FAILS_DEVICE(HOSTILE_READ_ONLY + 0x1000) },
	{ "memory.no-execute-fetch", store64, HOSTILE_NO_EXECUTE, call, HOSTILE_NO_EXECUTE,
	  FAILS(HOSTILE_NO_EXECUTE) },
	{ "memory.device-fetch", call_own, 0, call, INMATE_UART, FAILS(INMATE_UART) },
	{ "memory.above-4g", OWN(load64), load64, 0x100000000, FAILS_DEVICE(0x100000000) },
	{ "memory.above-41-bits", OWN(load64), load64, ABOVE_41_BITS, FAILS_DEVICE(ABOVE_41_BITS) },
	{ "memory.last-of-all", OWN(store64), store64, LAST_OF_ALL, FAILS_DEVICE(LAST_OF_ALL) },
	{ "memory.across-the-end", OWN(load64), load64, HOSTILE_RAM_END - 4, FAILS(HOSTILE_RAM_END) },
	{ "memory.table-walk", walk_own, 0, walk, HYPERVISOR_MEMORY, FAILS(HYPERVISOR_MEMORY) },
	{ "memory.table-walk-of-victim", walk_own, 0, walk, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "memory.table-walk-of-device", walk_own, 0, walk, INMATE_UART, FAILS_DEVICE(INMATE_UART) },
	{ "memory.table-of-root", walk_own, 0, root_table, VICTIM_MEMORY, FAILS(VICTIM_MEMORY + INDEX_OF_CODE * 8) },
	TOUCH("load-compressed", load_compressed, HYPERVISOR_MEMORY),
	TOUCH("store-compressed", store_compressed, VICTIM_MEMORY),
	TOUCH("load-reserved", load_reserved, VICTIM_MEMORY),
	TOUCH("atomic-swap", swap32, VICTIM_MEMORY),
	TOUCH("atomic-add", swap64, HYPERVISOR_MEMORY),
	TOUCH("load-float", load_float, HYPERVISOR_MEMORY),
	TOUCH("store-float", store_float, VICTIM_MEMORY),
	{ "memory.own-again", store_own, 0, load_own, 0, EXPECT_VALUE, 0, 0x5a5a5a5a5a5a5a5a, ANY },
};
/* clang-format on */

ROWS(memory_rows, rows);
