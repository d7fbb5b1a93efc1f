// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of others: hypervisor, root, another cell, nobody; by all that makes a processor touch memory. */
#include "attacks.h"
#include "../memory.h"

#include <regs.h>

#define OTHER_HALF (1ull << 39) /* the second entry of the uppermost table */
#define PAGE_TABLE 0x03u

struct pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

static uint64_t *top_table(void)
{
	uint64_t cr3;

	asm volatile("movq %%cr3, %0" : "=r"(cr3));
	return (uint64_t *)(uintptr_t)cr3;
}

/* A page table of the cell that lies in memory of others. */
uint64_t table_walk(uint64_t table)
{
	top_table()[1] = table | PAGE_TABLE;
	return load64(OTHER_HALF);
}

/* All of them. */
static uint64_t top_table_at(uint64_t table)
{
	asm volatile("movq %0, %%cr3" : : "r"(table) : "memory");
	return 1;
}

static uint64_t own_top_table(uint64_t unused)
{
	return top_table_at((uint64_t)(uintptr_t)top_table());
}

/* Descriptors that lie there: of segments, */
static uint64_t segments_at(uint64_t base)
{
	const struct pointer gdt = { 0xfff, base };

	asm volatile("lgdt %0; movl %1, %%es" : : "m"(gdt), "r"(0x10) : "memory");
	return 1;
}

/* and of what happens next. */
static uint64_t vectors_at(uint64_t base)
{
	const struct pointer idt = { 0xfff, base };

	asm volatile("lidt %0; int3" : : "m"(idt) : "memory");
	return 1;
}

/* An exception has to store where it came from. */
static uint64_t exception_stack_at(uint64_t stack)
{
	asm volatile("movq %0, %%rsp; int3" : : "r"(stack) : "memory");
	return 1;
}

static uint64_t store_gdt_at(uint64_t address)
{
	asm volatile("sgdt (%0)" : : "r"(address) : "memory");
	return 1;
}

static uint64_t save_vectors_at(uint64_t address)
{
	asm volatile("fxsave64 (%0)" : : "r"(address) : "memory");
	return 1;
}

static uint64_t save_own_vectors(uint64_t unused)
{
	static uint8_t area[512] __attribute__((aligned(64)));

	return save_vectors_at((uint64_t)(uintptr_t)area);
}

static uint64_t prefetch(uint64_t address)
{
	asm volatile("prefetcht0 (%0)" : : "r"(address));
	return 1;
}

static uint64_t own_exception(uint64_t unused)
{
	return 1; /* the frame itself lives of them */
}

/* clang-format off */
static const struct row rows[] = {
	MEMORY_ROWS
	{ "memory.behind-comm-page", load64, INMATE_COMM_PAGE, store64, INMATE_COMM_PAGE + 0x1000,
	  FAILS(INMATE_COMM_PAGE + 0x1000) },
	{ "memory.read-only-write", load64, HOSTILE_READ_ONLY, store64, HOSTILE_READ_ONLY, FAILS(HOSTILE_READ_ONLY) },
	{ "memory.read-only-locked", load64, HOSTILE_READ_ONLY, add_locked, HOSTILE_READ_ONLY + 0x1000,
	  FAILS(HOSTILE_READ_ONLY + 0x1000) },
	{ "memory.no-execute-fetch", store64, HOSTILE_NO_EXECUTE, call, HOSTILE_NO_EXECUTE, FAILS(HOSTILE_NO_EXECUTE) },
	{ "memory.above-4g", OWN(load64), load64, ALIAS_ABOVE_4G, FAILS_DEVICE(0x100000000) },
	{ "memory.last-of-40-bits", OWN(load64), load64, ALIAS_LAST_OF_40 + 0x3ffffff8, FAILS_DEVICE(0xfffffffff8) },
	{ "memory.across-the-end", OWN(load64), load64, HOSTILE_RAM_END - 4, FAILS(HOSTILE_RAM_END) },
	{ "memory.table-walk", load_own, 0, table_walk, HYPERVISOR_MEMORY, FAILS(HYPERVISOR_MEMORY) },
	{ "memory.table-walk-other-cell", load_own, 0, table_walk, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "memory.top-table", own_top_table, 0, top_table_at, HYPERVISOR_MEMORY, FAILS(HYPERVISOR_MEMORY) },
	{ "memory.segment-descriptors", own_exception, 0, segments_at, HYPERVISOR_MEMORY,
	  FAILS(HYPERVISOR_MEMORY + 0x10) },
	{ "memory.interrupt-descriptors", own_exception, 0, vectors_at, HYPERVISOR_MEMORY,
	  FAILS(HYPERVISOR_MEMORY + 3 * 16) },
	{ "memory.exception-stack", own_exception, 0, exception_stack_at, VICTIM_MEMORY + 0x101000,
	  FAILS(VICTIM_MEMORY + 0x100ff8) },
	TOUCH("add-locked", add_locked, VICTIM_MEMORY),
	TOUCH("exchange", exchange, VICTIM_MEMORY),
	TOUCH("compare-16-bytes", compare_16_bytes, VICTIM_MEMORY),
	TOUCH("string-from", move_string_from, HYPERVISOR_MEMORY),
	TOUCH("string-to", move_string_to, VICTIM_MEMORY),
	TOUCH("push", push_to, VICTIM_MEMORY),
	TOUCH("vector-load", load_vector, HYPERVISOR_MEMORY),
	TOUCH("vector-store", store_vector, VICTIM_MEMORY),
	{ "memory.store-gdt", OWN(store64), store_gdt_at, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "memory.save-vectors", save_own_vectors, 0, save_vectors_at, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "memory.prefetch", OWN(prefetch), prefetch, HYPERVISOR_MEMORY, EXPECT_VALUE, 0, 1, 0 },
	{ "memory.own-again", store_own, 0, load_own, 0, EXPECT_VALUE, 0, 0x5a5a5a5a5a5a5a5a, 0 },
};
/* clang-format on */

ROWS(memory_rows, rows);
