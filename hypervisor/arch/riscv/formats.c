// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Table formats (privileged specification, "Sv39" and "Sv39x4"): Sv39 for the hypervisor itself, and for stage 2
 * what the harts have. Leaves carry A and D, so that no hart has to write them (Svade). Memory types are those of
 * the platform (PMA): an entry that names none keeps them, with Svpbmt and without.
 */
#include "asm/formats.h"

#include <arch/mmu.h>
#include <core/pagetable.h>

#define RV_VALID 1ull
#define RV_USER (1ull << 4)
#define RV_ACCESSED (1ull << 6)
#define RV_DIRTY (1ull << 7)
#define RV_LEAF (RV_VALID | RV_ACCESSED | RV_DIRTY)
#define RV_GUEST_LEAF (RV_LEAF | RV_USER) /* stage 2 translates as for user mode */

/* W without R is reserved: what may be written may be read. */
#define RV_COMMON                                                                                  \
	.addr_shift = 2, .valid_mask = RV_VALID, .addr_mask = 0x003ffffffffffc00ull, .table_mask = 7u << 1, \
	.table_value = 0, .table_bits = RV_VALID,                                                  \
	.prot_bits = {                                                                             \
		[0] = 0,                                                                           \
		[PT_READ] = 1u << 1,                                                               \
		[PT_WRITE] = 3u << 1,                                                              \
		[PT_READ | PT_WRITE] = 3u << 1,                                                    \
		[PT_EXEC] = 4u << 1,                                                               \
		[PT_READ | PT_EXEC] = 5u << 1,                                                     \
		[PT_WRITE | PT_EXEC] = 7u << 1,                                                    \
		[PT_READ | PT_WRITE | PT_EXEC] = 7u << 1,                                          \
	},                                                                                         \
	.prot_mask = 7u << 1

static const struct pt_format format_hypervisor = {
	.name = "hypervisor",
	.levels = 3,
	.root_bits = 9,
	.block_levels = 0x7,
	.leaf_bits = { RV_LEAF, RV_LEAF, RV_LEAF },
	RV_COMMON,
};

static const struct {
	unsigned int bits;
	uint64_t hgatp_mode;
	struct pt_format format;
} stage2[FORMATS_MODES] = {
	[FORMATS_SV39X4] = { 41, 8,
			     { .name = "stage 2", .levels = 3, .root_bits = 11, .block_levels = 0x7,
			       .leaf_bits = { RV_GUEST_LEAF, RV_GUEST_LEAF, RV_GUEST_LEAF }, RV_COMMON } },
	[FORMATS_SV48X4] = { 50, 9,
			     { .name = "stage 2", .levels = 4, .root_bits = 11, .block_levels = 0xf,
			       .leaf_bits = { RV_GUEST_LEAF, RV_GUEST_LEAF, RV_GUEST_LEAF, RV_GUEST_LEAF },
			       RV_COMMON } },
	[FORMATS_SV57X4] = { 56, 10,
			     { .name = "stage 2", .levels = 5, .root_bits = 11, .block_levels = 0x1f,
			       .leaf_bits = { RV_GUEST_LEAF, RV_GUEST_LEAF, RV_GUEST_LEAF, RV_GUEST_LEAF,
					      RV_GUEST_LEAF },
			       RV_COMMON } },
};

static enum formats_mode selected;

void formats_select(enum formats_mode mode)
{
	selected = mode;
}

unsigned int formats_bits(enum formats_mode mode)
{
	return stage2[mode].bits;
}

uint64_t formats_hgatp_mode(enum formats_mode mode)
{
	return stage2[mode].hgatp_mode;
}

uint64_t formats_hgatp_selected(void)
{
	return stage2[selected].hgatp_mode;
}

const struct pt_format *formats_stage2(enum formats_mode mode)
{
	return &stage2[mode].format;
}

const struct pt_format *arch_pt_hypervisor(void)
{
	return &format_hypervisor;
}

const struct pt_format *arch_pt_stage2(void)
{
	return &stage2[selected].format;
}

unsigned int arch_phys_bits(void)
{
	return stage2[selected].bits;
}
