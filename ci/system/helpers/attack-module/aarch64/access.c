// SPDX-License-Identifier: GPL-2.0-only
/* Memory of others by what only AArch64 has, devices of others, and the table walker. */
#include "own.h"

#include <asm/barrier.h>
#include <asm/sysreg.h>
#include <linux/kernel.h>

#define TRANSLATED 0x40001000ull

/* TTBR0 points to it. */
static u64 walk_now(u64 table, u64 by_instruction)
{
	u64 found = read_sysreg(ttbr0_el1), value = 1;

	write_sysreg(table, ttbr0_el1);
	isb();
	asm volatile("tlbi vmalle1\n dsb nsh\n isb" : : : "memory");
	if (by_instruction)
		asm volatile("at s1e1r, %0\n isb" : : "r"(TRANSLATED) : "memory");
	else
		value = load64(TRANSLATED, 0);
	write_sysreg(found, ttbr0_el1);
	isb();
	asm volatile("tlbi vmalle1\n dsb nsh\n isb" : : : "memory");
	return value;
}

struct outcome walk(u64 table, u64 by_instruction)
{
	return guarded(walk_now, table, by_instruction);
}

static const struct way pair_read = { load_pair, "pair read" }, pair_written = { store_pair, "pair written" },
			exclusive = { load_exclusive, "exclusive" },
			block_zeroed = { zero_block, "block zeroed" };

static const struct row access_rows[] = {
	{ "guest-pair-read", by_alias, VICTIM + 0x8000, .way = &pair_read },
	{ "guest-pair-write", by_alias, VICTIM + 0x100000, .way = &pair_written },
	{ "guest-exclusive", by_alias, VICTIM + 0x100000, .way = &exclusive },
	{ "guest-block-zero", by_alias, VICTIM + 0x100000, .way = &block_zeroed },
	{ "table-walk-by-instruction", by_walk, HYPERVISOR, 1 },
};

ATTACK_CLASS(access_class, "kernel-memory", access_rows);

static const struct row device_rows[] = {
	{ "passed-uart", by_ioremap, UART_OF_VICTIM, 0x18 },
	{ "passed-uart-data", by_ioremap, UART_OF_VICTIM, 0 },
	{ "gich", by_ioremap, GICH, 0, 2 },
	{ "gich-list-register", by_ioremap, GICH, 0x100, 2 },
	{ "gich-of-lent-cpu", by_ioremap, GICH, 0x500, 2 },
	{ "gicv", by_ioremap, GICV, 0, 2 },
	{ "gicv-acknowledge", by_ioremap, GICV, 0xc, 2 },
};

ATTACK_CLASS(device_class, "kernel-device", device_rows);
