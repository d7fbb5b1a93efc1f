// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of others: hypervisor, root, another cell, nobody. */
#include "attacks.h"

#include <regs.h>

#define TCR_EPD1 (1ull << 23)
#define TCR_T1SZ_25 (25ull << 16)
#define TCR_TG1_4K (2ull << 30)
#define TTBR1_BASE 0xffffff8000000000ull

static uint64_t own[2] __attribute__((aligned(64))) = { 0x600d600d, 0x600d600d };

uint64_t own_word(void)
{
	return (uint64_t)(uintptr_t)own;
}

static uint64_t call(uint64_t address)
{
	((void (*)(void))(uintptr_t)address)();
	return 1;
}

static __attribute__((noinline)) void nothing(void)
{
	asm volatile("");
}

static uint64_t call_own(uint64_t unused)
{
	return call((uint64_t)(uintptr_t)nothing);
}

/* A page table of the cell that lies in memory of others. */
uint64_t table_walk(uint64_t table)
{
	uint64_t tcr = sysreg_read(TCR_EL1);

	sysreg_write(TTBR1_EL1, table);
	sysreg_write(TCR_EL1, (tcr & ~TCR_EPD1) | TCR_T1SZ_25 | TCR_TG1_4K);
	isb();
	return load64(TTBR1_BASE);
}

static uint64_t zero_block(uint64_t address)
{
	asm volatile("dc zva, %0" : : "r"(address) : "memory");
	return 1;
}

static uint64_t zero_own_block(uint64_t unused)
{
	static uint8_t room[4096] __attribute__((aligned(2048)));

	return zero_block((uint64_t)(uintptr_t)room);
}

static uint64_t prefetch(uint64_t address)
{
	asm volatile("prfm pldl1keep, [%0]" : : "r"(address));
	return 1;
}

static uint64_t load_own(uint64_t unused)
{
	return load64(own_word());
}

static uint64_t store_own(uint64_t unused)
{
	return store64(own_word());
}

/* clang-format off */
#define OWN(operation) operation, (uint64_t)(uintptr_t)own
#define FAILS(address) EXPECT_FAILED, BH_REASON_MEMORY_ACCESS, address, 0
#define FAILS_DEVICE(address) EXPECT_FAILED, BH_REASON_MMIO_ACCESS, address, 0

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
	{ "memory.before-own", OWN(load64), load64, HOSTILE_NO_EXECUTE + 0x200000,
	  FAILS(HOSTILE_NO_EXECUTE + 0x200000) },
	{ "memory.behind-comm-page", load64, INMATE_COMM_PAGE, store64, INMATE_COMM_PAGE + 0x1000,
	  FAILS(INMATE_COMM_PAGE + 0x1000) },
	{ "memory.read-only-write", load64, HOSTILE_READ_ONLY, store64, HOSTILE_READ_ONLY,
	  FAILS(HOSTILE_READ_ONLY) },
	{ "memory.read-only-pair", load64, HOSTILE_READ_ONLY, store_pair, HOSTILE_READ_ONLY + 0x1000,
	  FAILS(HOSTILE_READ_ONLY + 0x1000) },
	{ "memory.no-execute-fetch", store64, HOSTILE_NO_EXECUTE, call, HOSTILE_NO_EXECUTE,
	  FAILS(HOSTILE_NO_EXECUTE) },
	{ "memory.device-fetch", call_own, 0, call, ALIAS_DEVICES + 0x9010000, FAILS(0x9010000) },
	{ "memory.above-4g", OWN(load64), load64, ALIAS_ABOVE_4G, FAILS_DEVICE(0x100000000) },
	{ "memory.last-of-40-bits", OWN(load64), load64, ALIAS_LAST_OF_40 + 0x3ffffff8,
	  FAILS_DEVICE(0xfffffffff8) },
	{ "memory.across-the-end", OWN(load64), load64, HOSTILE_RAM_END - 4, FAILS(HOSTILE_RAM_END) },
	{ "memory.table-walk", load_own, 0, table_walk, HYPERVISOR_MEMORY, FAILS(HYPERVISOR_MEMORY) },
	{ "memory.load-pair", OWN(load_pair), load_pair, HYPERVISOR_MEMORY, FAILS(HYPERVISOR_MEMORY) },
	{ "memory.store-pair", OWN(store_pair), store_pair, HYPERVISOR_MEMORY, FAILS(HYPERVISOR_MEMORY) },
	{ "memory.load-post-index", OWN(load_post_index), load_post_index, HYPERVISOR_MEMORY,
	  FAILS(HYPERVISOR_MEMORY) },
	{ "memory.store-pre-index", OWN(store_pre_index), store_pre_index, VICTIM_MEMORY,
	  FAILS(VICTIM_MEMORY) },
	{ "memory.load-exclusive", OWN(load_exclusive), load_exclusive, VICTIM_MEMORY,
	  FAILS(VICTIM_MEMORY) },
	{ "memory.load-acquire", OWN(load_acquire), load_acquire, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "memory.zero-block", zero_own_block, 0, zero_block, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "memory.prefetch", OWN(prefetch), prefetch, HYPERVISOR_MEMORY, EXPECT_VALUE, 0, 1, 0 },
	{ "memory.own-again", store_own, 0, load_own, 0, EXPECT_VALUE, 0, 0x5a5a5a5a5a5a5a5a, 0 },
};
/* clang-format on */

ROWS(memory_rows, rows);
