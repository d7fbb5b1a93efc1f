// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Table formats of VMSAv8-64 with 4 KiB granule: EL2 stage 1 (39 bits) and stage 2 (what the CPU has, up to
 * 48).
 */
#include <asm/formats.h>

#include <arch/mmu.h>
#include <asm/sysreg.h>
#include <core/pagetable.h>

#define LEAF_AF (1ull << 10)
#define LEAF_INNER (3ull << 8)
#define LEAF_BLOCK (LEAF_AF | LEAF_INNER | 1)
#define LEAF_PAGE (LEAF_AF | LEAF_INNER | 3)
#define LEAF_XN (1ull << 54)

#define S1_RES1 (1ull << 6) /* AP[1] */
#define S1_RO (1ull << 7)
#define S2_READ (1ull << 6)
#define S2_WRITE (1ull << 7)

#define ADDRESS_MASK 0x0000fffffffff000ull

static const struct pt_format format_hypervisor = {
	.name = "hypervisor",
	.levels = 3,
	.root_bits = 9,
	.block_levels = 0x7,
	.valid_mask = 1,
	.addr_mask = ADDRESS_MASK,
	.table_mask = 2,
	.table_value = 2,
	.table_bits = 3,
	.leaf_bits = { LEAF_BLOCK | S1_RES1, LEAF_BLOCK | S1_RES1, LEAF_PAGE | S1_RES1 },
	.prot_bits = {
		[0] = S1_RO | LEAF_XN, /* EL2 has no way to say 'not readable' but not to map */
		[PT_READ] = S1_RO | LEAF_XN,
		[PT_WRITE] = LEAF_XN,
		[PT_READ | PT_WRITE] = LEAF_XN,
		[PT_EXEC] = S1_RO,
		[PT_READ | PT_EXEC] = S1_RO,
		[PT_WRITE | PT_EXEC] = 0,
		[PT_READ | PT_WRITE | PT_EXEC] = 0,
	},
	.prot_mask = S1_RO | LEAF_XN,
	.type_bits = { [PT_NORMAL] = 0, [PT_NONCACHED] = 1ull << 2, [PT_DEVICE] = 2ull << 2 },
	.type_mask = 7ull << 2,
};

#define S2_COMMON                                                                                  \
	.valid_mask = 1, .addr_mask = ADDRESS_MASK, .table_mask = 2, .table_value = 2, .table_bits = 3, \
	.prot_bits = {                                                                             \
		[0] = LEAF_XN,                                                                     \
		[PT_READ] = S2_READ | LEAF_XN,                                                     \
		[PT_WRITE] = S2_WRITE | LEAF_XN,                                                   \
		[PT_READ | PT_WRITE] = S2_READ | S2_WRITE | LEAF_XN,                               \
		[PT_EXEC] = 0,                                                                     \
		[PT_READ | PT_EXEC] = S2_READ,                                                     \
		[PT_WRITE | PT_EXEC] = S2_WRITE,                                                   \
		[PT_READ | PT_WRITE | PT_EXEC] = S2_READ | S2_WRITE,                               \
	},                                                                                         \
	.prot_mask = S2_READ | S2_WRITE | LEAF_XN,                                                 \
	.type_bits = { [PT_NORMAL] = 0xfull << 2, [PT_NONCACHED] = 0x5ull << 2, [PT_DEVICE] = 0x1ull << 2 }, \
	.type_mask = 0xfull << 2

/* A start at level 1 with concatenated roots (up to 16 tables) saves a level for every walk. */
#define S2_FROM_LEVEL1(bits)                                                                       \
	{                                                                                          \
		.name = "stage 2", .levels = 3, .root_bits = (bits) - 30, .block_levels = 0x7,     \
		.leaf_bits = { LEAF_BLOCK, LEAF_BLOCK, LEAF_PAGE }, S2_COMMON                      \
	}
#define S2_FROM_LEVEL0(bits)                                                                       \
	{                                                                                          \
		.name = "stage 2", .levels = 4, .root_bits = (bits) - 39, .block_levels = 0xe,     \
		.leaf_bits = { 0, LEAF_BLOCK, LEAF_BLOCK, LEAF_PAGE }, S2_COMMON                   \
	}

/*
 * By ID_AA64MMFR0_EL1.PARange. The root cell's tables name every GiB, memory or not, and with 48 bits there are 2^18 of
 * them: a second of work and 2 MiB of tables at every enable, for addresses at which no machine that we know has
 * anything. 44 bits are the most that is used; memory above is refused by name (cell/root.c).
 */
#define RANGE_MAX 4u
static const struct {
	unsigned int bits;
	struct pt_format format;
} stage2[] = {
	{ 32, S2_FROM_LEVEL1(32) }, { 36, S2_FROM_LEVEL1(36) }, { 40, S2_FROM_LEVEL1(40) },
	{ 42, S2_FROM_LEVEL1(42) }, { 44, S2_FROM_LEVEL0(44) },
};

static unsigned int pa_range(void)
{
	unsigned int range = sysreg_field(sysreg_read(ID_AA64MMFR0_EL1), 0);

	return range < RANGE_MAX ? range : RANGE_MAX;
}

const struct pt_format *arch_pt_hypervisor(void)
{
	return &format_hypervisor;
}

const struct pt_format *arch_pt_stage2(void)
{
	return &stage2[pa_range()].format;
}

unsigned int arch_phys_bits(void)
{
	return stage2[pa_range()].bits;
}

#define VTCR_RES1 (1ull << 31)
#define VTCR_WALKS (1ull << 8 | 1ull << 10 | 3ull << 12) /* write-back, inner shareable */

uint64_t formats_vtcr(void)
{
	unsigned int range = pa_range();
	uint64_t start_level = stage2[range].format.levels == 4 ? 2 : 1;

	return VTCR_RES1 | VTCR_WALKS | (uint64_t)range << 16 | start_level << 6 | (64 - stage2[range].bits);
}
