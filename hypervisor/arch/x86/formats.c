// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Table formats (AMD64 Architecture Programmer's Manual, volume 2, 5.3 and 15.25): the hypervisor's own, of which
 * only the top 512 GiB are used with 4 levels and with 5, and nested tables. Leaves carry A and D, so that no CPU has
 * to write them. What is no RAM is strongly uncacheable (PAT entry 3), whatever the guest says.
 */
#include "asm/formats.h"

#include <arch/mmu.h>
#include <asm/layout.h>
#include <core/pagetable.h>

#define ENTRY_PRESENT (1ull << 0)
#define ENTRY_WRITE (1ull << 1)
#define ENTRY_USER (1ull << 2)
#define ENTRY_UNCACHED (3ull << 3) /* PWT and PCD */
#define ENTRY_ACCESSED (1ull << 5)
#define ENTRY_DIRTY (1ull << 6)
#define ENTRY_LARGE (1ull << 7)
#define ENTRY_NX (1ull << 63)

#define LEAF (ENTRY_ACCESSED | ENTRY_DIRTY)
#define BLOCK (LEAF | ENTRY_LARGE)
#define NESTED_LEAF (LEAF | ENTRY_USER) /* nested tables translate as for user mode */
#define NESTED_BLOCK (BLOCK | ENTRY_USER)

/* What may be written or executed may be read. */
#define COMMON                                                                                     \
	.addr_shift = 0, .valid_mask = ENTRY_PRESENT, .addr_mask = 0x000ffffffffff000ull,          \
	.table_mask = ENTRY_LARGE, .table_value = 0,                                               \
	.prot_bits = {                                                                             \
		[0] = 0,                                                                           \
		[PT_READ] = ENTRY_PRESENT | ENTRY_NX,                                              \
		[PT_WRITE] = ENTRY_PRESENT | ENTRY_WRITE | ENTRY_NX,                               \
		[PT_READ | PT_WRITE] = ENTRY_PRESENT | ENTRY_WRITE | ENTRY_NX,                     \
		[PT_EXEC] = ENTRY_PRESENT,                                                         \
		[PT_READ | PT_EXEC] = ENTRY_PRESENT,                                               \
		[PT_WRITE | PT_EXEC] = ENTRY_PRESENT | ENTRY_WRITE,                                \
		[PT_READ | PT_WRITE | PT_EXEC] = ENTRY_PRESENT | ENTRY_WRITE,                      \
	},                                                                                         \
	.prot_mask = ENTRY_PRESENT | ENTRY_WRITE | ENTRY_NX,                                       \
	.type_bits = { [PT_NONCACHED] = ENTRY_UNCACHED, [PT_DEVICE] = ENTRY_UNCACHED },            \
	.type_mask = ENTRY_UNCACHED

static const struct pt_format hypervisor = {
	.name = "hypervisor",
	.levels = 3,
	.root_bits = 9,
	.block_levels = 0x6,
	.table_bits = ENTRY_PRESENT | ENTRY_WRITE | ENTRY_ACCESSED,
	.leaf_bits = { BLOCK, BLOCK, LEAF },
	COMMON,
};

#define NESTED .name = "stage 2", .root_bits = 9, \
	       .table_bits = ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER | ENTRY_ACCESSED
#define NESTED_4 NESTED, .levels = 4, .leaf_bits = { 0, NESTED_BLOCK, NESTED_BLOCK, NESTED_LEAF }
#define NESTED_5 NESTED, .levels = 5, .leaf_bits = { 0, 0, NESTED_BLOCK, NESTED_BLOCK, NESTED_LEAF }

static const struct pt_format nested[2][2] = {
	{ { NESTED_4, .block_levels = 0xc, COMMON }, { NESTED_4, .block_levels = 0xe, COMMON } },
	{ { NESTED_5, .block_levels = 0x18, COMMON }, { NESTED_5, .block_levels = 0x1c, COMMON } },
};

static const struct pt_format *selected = &nested[0][0];

void formats_select(const struct pt_format *format)
{
	selected = format;
}

const struct pt_format *formats_npt(unsigned int levels, int has_1gib)
{
	return &nested[levels == 5][!!has_1gib];
}

const struct pt_format *arch_pt_hypervisor(void)
{
	return &hypervisor;
}

const struct pt_format *arch_pt_stage2(void)
{
	return selected;
}
