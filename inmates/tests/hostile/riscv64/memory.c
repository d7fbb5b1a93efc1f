// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of others: hypervisor, root, another cell, nobody. */
#include "attacks.h"

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

static uint64_t own[2] __attribute__((aligned(64))) = { 0x600d600d, 0x600d600d };
static uint64_t table[512] __attribute__((aligned(4096)));

uint64_t own_word(void)
{
	return (uint64_t)(uintptr_t)own;
}

uint64_t load_own(uint64_t unused)
{
	return load64(own_word());
}

static uint64_t store_own(uint64_t unused)
{
	return store64(own_word());
}

static __attribute__((noinline)) void nothing(void)
{
	asm volatile("");
}

static uint64_t call_own(uint64_t unused)
{
	return call((uint64_t)(uintptr_t)nothing);
}

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
#define OWN(operation) operation, (uint64_t)(uintptr_t)own
#define FAILS(address) EXPECT_FAILED, BH_REASON_MEMORY_ACCESS, address, ANY
#define FAILS_DEVICE(address) EXPECT_FAILED, BH_REASON_MMIO_ACCESS, address, ANY

static const struct row rows[] = {
	{ "memory.hypervisor-read", OWN(load64), load64, HYPERVISOR_MEMORY, FAILS(HYPERVISOR_MEMORY) },
	{ "memory.hypervisor-write", OWN(store64), store64, HYPERVISOR_MEMORY, FAILS(HYPERVISOR_MEMORY) },
	{ "memory.hypervisor-last-word", OWN(load64), load64, HYPERVISOR_LAST, FAILS(HYPERVISOR_LAST) },
	{ "memory.hypervisor-byte-write", OWN(store8), store8, HYPERVISOR_MEMORY + 0x123457,
	  FAILS(HYPERVISOR_MEMORY + 0x123457) },
	{ "memory.hypervisor-fetch", call_own, 0, call, HYPERVISOR_MEMORY, FAILS(HYPERVISOR_MEMORY) },
	{ "memory.root-read", OWN(load64), load64, ROOT_MEMORY, FAILS(ROOT_MEMORY) },
	{ "memory.root-write", OWN(store64), store64, ROOT_MEMORY, FAILS(ROOT_MEMORY) },
	{ "memory.other-cell-read", OWN(load64), load64, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "memory.other-cell-write", OWN(store64), store64, VICTIM_MEMORY + 0x100000,
	  FAILS(VICTIM_MEMORY + 0x100000) },
	{ "memory.other-cell-fetch", call_own, 0, call, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "memory.pool-read", OWN(load64), load64, ROOT_SENTINELS, FAILS(ROOT_SENTINELS) },
	{ "memory.pool-write", OWN(store64), store64, ROOT_SENTINELS, FAILS(ROOT_SENTINELS) },
	{ "memory.behind-own", OWN(load64), load64, HOSTILE_RAM_END, FAILS(HOSTILE_RAM_END) },
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
	{ "memory.load-compressed", OWN(load_compressed), load_compressed, HYPERVISOR_MEMORY,
	  FAILS(HYPERVISOR_MEMORY) },
	{ "memory.store-compressed", OWN(store_compressed), store_compressed, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "memory.load-reserved", OWN(load_reserved), load_reserved, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "memory.atomic-swap", OWN(swap32), swap32, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "memory.atomic-add", OWN(swap64), swap64, HYPERVISOR_MEMORY, FAILS(HYPERVISOR_MEMORY) },
	{ "memory.load-float", OWN(load_float), load_float, HYPERVISOR_MEMORY, FAILS(HYPERVISOR_MEMORY) },
	{ "memory.store-float", OWN(store_float), store_float, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "memory.own-again", store_own, 0, load_own, 0, EXPECT_VALUE, 0, 0x5a5a5a5a5a5a5a5a, ANY },
};
/* clang-format on */

ROWS(memory_rows, rows);
