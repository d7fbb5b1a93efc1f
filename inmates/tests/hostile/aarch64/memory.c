// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory of others: hypervisor, root, another cell, nobody. */
#include "attacks.h"
#include "../memory.h"

#include <regs.h>

#define TCR_EPD1 (1ull << 23)
#define TCR_T1SZ_25 (25ull << 16)
#define TCR_TG1_4K (2ull << 30)
#define TTBR1_BASE 0xffffff8000000000ull

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

/* clang-format off */
static const struct row rows[] = {
	MEMORY_ROWS
	TOUCH("before-own", load64, HOSTILE_NO_EXECUTE + 0x200000),
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
	TOUCH("load-pair", load_pair, HYPERVISOR_MEMORY),
	TOUCH("store-pair", store_pair, HYPERVISOR_MEMORY),
	TOUCH("load-post-index", load_post_index, HYPERVISOR_MEMORY),
	TOUCH("store-pre-index", store_pre_index, VICTIM_MEMORY),
	TOUCH("load-exclusive", load_exclusive, VICTIM_MEMORY),
	TOUCH("load-acquire", load_acquire, VICTIM_MEMORY),
	{ "memory.zero-block", zero_own_block, 0, zero_block, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) },
	{ "memory.prefetch", OWN(prefetch), prefetch, HYPERVISOR_MEMORY, EXPECT_VALUE, 0, 1, 0 },
	{ "memory.own-again", store_own, 0, load_own, 0, EXPECT_VALUE, 0, 0x5a5a5a5a5a5a5a5a, 0 },
};
/* clang-format on */

ROWS(memory_rows, rows);
