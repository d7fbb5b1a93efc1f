// SPDX-License-Identifier: GPL-2.0-or-later
/* Capabilities of VMX as rules over MSR values (Intel SDM volume 3, appendix A). */
#include "asm/vmx_caps.h"

#include "asm/vmcs.h"
#include <core/pagetable.h>

#define BASIC_REVISION 0x7fffffffu
#define BASIC_SIZE_SHIFT 32
#define BASIC_SIZE_MASK 0x1fffu
#define BASIC_TYPE_SHIFT 50
#define BASIC_TYPE_MASK 0xfu
#define BASIC_TYPE_WB 6u

#define EPT_CAP_4_LEVELS (1ull << 6)
#define EPT_CAP_5_LEVELS (1ull << 7)
#define EPT_CAP_WB (1ull << 14)
#define EPT_CAP_2M (1ull << 16)
#define EPT_CAP_1G (1ull << 17)
#define EPT_CAP_INVEPT (1ull << 20)
#define EPT_CAP_SINGLE (1ull << 25)
#define EPT_CAP_ALL (1ull << 26)
#define VPID_CAP_INVVPID (1ull << 32)
#define VPID_CAP_SINGLE (1ull << 41)
#define VPID_CAP_ALL (1ull << 42)

#define EPT_4_LEVEL_BITS 48

/* Required are what isolation and the design rest on; wanted is what saves an exit or lets a guest use more. */
static const struct {
	uint32_t required, wanted;
	const char *missing;
} words[VMX_WORDS] = {
	[VMX_PIN] = { PIN_NMI_EXITING | PIN_VIRTUAL_NMIS, 0,
		      "the CPU's VMX has no virtual NMIs" },
	[VMX_CPU] = { CPU_IO_BITMAPS | CPU_MSR_BITMAPS | CPU_SECONDARY | CPU_TSC_OFFSETTING, 0,
		      "the CPU's VMX has no I/O or MSR bitmaps, TSC offset or secondary controls" },
	[VMX_EXIT] = { EXIT_HOST_64 | EXIT_SAVE_DEBUG | EXIT_SAVE_PAT | EXIT_LOAD_PAT | EXIT_SAVE_EFER |
			       EXIT_LOAD_EFER,
		       EXIT_CONCEAL_PT,
		       "the CPU's VMX cannot save PAT and EFER on exits" },
	[VMX_ENTRY] = { ENTRY_LOAD_DEBUG | ENTRY_LOAD_PAT | ENTRY_LOAD_EFER, ENTRY_CONCEAL_PT,
			"the CPU's VMX cannot load PAT and EFER on entries" },
	[VMX_CPU2] = { CPU2_EPT | CPU2_UNRESTRICTED,
		       CPU2_VPID | CPU2_RDTSCP | CPU2_INVPCID | CPU2_XSAVES | CPU2_USER_WAIT | CPU2_CONCEAL_PT,
		       "the CPU's VMX has no EPT with unrestricted guests (Intel since 2010)" },
};

uint32_t vmx_adjust(uint64_t allowed, uint32_t required, uint32_t wanted, uint32_t *result)
{
	uint32_t must = (uint32_t)allowed, may = (uint32_t)(allowed >> 32);

	*result = ((required | wanted) & may) | must;
	return required & ~may;
}

static const char *check_basic(const struct vmx_msrs *msrs, uint64_t *bad)
{
	*bad = msrs->feature_control;
	if ((msrs->feature_control & VMX_FEATURE_LOCKED) && !(msrs->feature_control & VMX_FEATURE_OUTSIDE_SMX))
		return "firmware has locked IA32_FEATURE_CONTROL with VMX off: switch virtualization (VT-x) on in "
		       "the firmware's setup";
	*bad = msrs->basic;
	if ((msrs->basic >> BASIC_SIZE_SHIFT & BASIC_SIZE_MASK) > PAGE_SIZE)
		return "the CPU's VMCS is larger than a page";
	if ((msrs->basic >> BASIC_TYPE_SHIFT & BASIC_TYPE_MASK) != BASIC_TYPE_WB)
		return "the CPU's VMCS is not kept in write-back memory";
	return NULL;
}

static const char *check_ept(const struct vmx_msrs *msrs, unsigned int address_bits, struct vmx_caps *caps)
{
	uint64_t cap = msrs->ept_vpid;

	if (!(cap & EPT_CAP_WB) || !(cap & EPT_CAP_2M))
		return "the CPU's EPT has no write-back walks or no leaves of 2 MiB";
	if (!(cap & EPT_CAP_INVEPT) || !(cap & EPT_CAP_ALL))
		return "the CPU has no INVEPT";
	if (!(cap & EPT_CAP_4_LEVELS))
		return "the CPU's EPT has no tables of 4 levels";
	caps->ept_levels = address_bits > EPT_4_LEVEL_BITS && (cap & EPT_CAP_5_LEVELS) ? 5 : 4;
	caps->ept_bits = (uint8_t)(caps->ept_levels == 4 && address_bits > EPT_4_LEVEL_BITS ? EPT_4_LEVEL_BITS :
											     address_bits);
	caps->ept_1g = (cap & EPT_CAP_1G) != 0;
	caps->ept_single = (cap & EPT_CAP_SINGLE) != 0;
	return NULL;
}

/* Tags without a way to forget them are of no use. Entries and exits then forget everything. */
static void choose_vpid(const struct vmx_msrs *msrs, struct vmx_caps *caps)
{
	uint64_t cap = msrs->ept_vpid;

	if (!(cap & VPID_CAP_INVVPID) || !(cap & VPID_CAP_ALL))
		caps->word[VMX_CPU2] &= ~CPU2_VPID;
	caps->vpid = (caps->word[VMX_CPU2] & CPU2_VPID) != 0;
	caps->vpid_single = (cap & VPID_CAP_SINGLE) != 0;
}

const char *vmx_capabilities(const struct vmx_msrs *msrs, unsigned int address_bits, struct vmx_caps *caps,
			     uint64_t *bad)
{
	const char *sentence = check_basic(msrs, bad);

	if (sentence)
		return sentence;
	*caps = (struct vmx_caps){ .revision = (uint32_t)msrs->basic & BASIC_REVISION };
	for (unsigned int i = 0; i < VMX_WORDS; i++) {
		*bad = msrs->allowed[i];
		if (vmx_adjust(msrs->allowed[i], words[i].required, words[i].wanted, &caps->word[i]))
			return words[i].missing;
	}
	*bad = msrs->allowed[VMX_CPU];
	if ((uint32_t)msrs->allowed[VMX_CPU] & (CPU_CR3_LOAD | CPU_CR3_STORE))
		return "the CPU's VMX exits on each access to CR3";
	*bad = msrs->ept_vpid;
	sentence = check_ept(msrs, address_bits, caps);
	choose_vpid(msrs, caps);
	return sentence;
}

/* Extended page tables ------------------------------------------------------------------------------- */

#define EPT_READ 1ull
#define EPT_WRITE 2ull
#define EPT_EXEC 4ull
#define EPT_ALL (EPT_READ | EPT_WRITE | EPT_EXEC)
#define EPT_LEAF (1ull << 7) /* above the last level */
#define EPT_TYPE(type) ((uint64_t)(type) << 3)
#define EPT_UC 0
#define EPT_WC 1
#define EPT_WB 6

/*
 * Write without read is a misconfiguration, execute without read an option: what may be used may be read. The
 * guest's PAT is honoured: the type here is what MTRRs are without EPT.
 */
#define EPT_COMMON                                                                                 \
	.root_bits = 9, .addr_shift = 0, .valid_mask = EPT_ALL, .addr_mask = 0x000ffffffffff000ull,\
	.table_mask = EPT_LEAF, .table_value = 0, .table_bits = EPT_ALL,                           \
	.prot_bits = {                                                                             \
		[0] = 0,                                                                           \
		[PT_READ] = EPT_READ,                                                              \
		[PT_WRITE] = EPT_READ | EPT_WRITE,                                                 \
		[PT_READ | PT_WRITE] = EPT_READ | EPT_WRITE,                                       \
		[PT_EXEC] = EPT_READ | EPT_EXEC,                                                   \
		[PT_READ | PT_EXEC] = EPT_READ | EPT_EXEC,                                         \
		[PT_WRITE | PT_EXEC] = EPT_ALL,                                                    \
		[PT_READ | PT_WRITE | PT_EXEC] = EPT_ALL,                                          \
	},                                                                                         \
	.prot_mask = EPT_ALL,                                                                      \
	.type_bits = {                                                                             \
		[PT_NORMAL] = EPT_TYPE(EPT_WB),                                                    \
		[PT_NONCACHED] = EPT_TYPE(EPT_WC),                                                 \
		[PT_DEVICE] = EPT_TYPE(EPT_UC),                                                    \
	},                                                                                         \
	.type_mask = EPT_TYPE(7)

static const struct pt_format ept_formats[2][2] = {
	{
		{ .name = "EPT, 4 levels, 2 MiB", .levels = 4, .block_levels = 0x4,
		  .leaf_bits = { 0, 0, EPT_LEAF, 0 }, EPT_COMMON },
		{ .name = "EPT, 4 levels", .levels = 4, .block_levels = 0x6,
		  .leaf_bits = { 0, EPT_LEAF, EPT_LEAF, 0 }, EPT_COMMON },
	},
	{
		{ .name = "EPT, 5 levels, 2 MiB", .levels = 5, .block_levels = 0x8,
		  .leaf_bits = { 0, 0, 0, EPT_LEAF, 0 }, EPT_COMMON },
		{ .name = "EPT, 5 levels", .levels = 5, .block_levels = 0xc,
		  .leaf_bits = { 0, 0, EPT_LEAF, EPT_LEAF, 0 }, EPT_COMMON },
	},
};

const struct pt_format *vmx_ept_format(const struct vmx_caps *caps)
{
	return &ept_formats[caps->ept_levels == 5][caps->ept_1g];
}

uint64_t vmx_eptp(const struct vmx_caps *caps, uint64_t root)
{
	return root | (caps->ept_levels - 1ull) << 3 | EPT_WB;
}

uint64_t vmx_fixed(uint64_t value, uint64_t fixed0, uint64_t fixed1)
{
	return (value | fixed0) & fixed1;
}
