/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the CPU's VMX can do, from its capability MSRs, and the control words that follow from it. No register
 * is touched here: unit tests use it.
 */
#ifndef ASM_VMX_CAPS_H
#define ASM_VMX_CAPS_H

#include <bulkhead/types.h>

#define VMX_FIXED 4u

struct pt_format;

/** The words of controls, in the order of their capability MSRs. */
enum vmx_word { VMX_PIN, VMX_CPU, VMX_EXIT, VMX_ENTRY, VMX_CPU2, VMX_WORDS };

/**
 * struct vmx_msrs - the capability MSRs as read
 * @feature_control: IA32_FEATURE_CONTROL.  @basic: IA32_VMX_BASIC.
 * @allowed: by enum vmx_word: low half must be 1, high half may be 1. VMX_CPU2 is 0 where there is none.
 * @ept_vpid: IA32_VMX_EPT_VPID_CAP, 0 where there is none.
 * @fixed: bits of CR0 and CR4 that must be 1, and may be 1.
 */
struct vmx_msrs {
	uint64_t feature_control;
	uint64_t basic;
	uint64_t allowed[VMX_WORDS];
	uint64_t ept_vpid;
	union {
		struct {
			uint64_t cr0_fixed0, cr0_fixed1, cr4_fixed0, cr4_fixed1;
		};
		uint64_t fixed[VMX_FIXED];
	};
};

/**
 * struct vmx_caps - what follows
 * @word: controls to run with.  @revision: of VMXON region and VMCS.
 * @ept_levels: of tables (4 or 5).  @ept_bits: of guest-physical address that they translate.
 * @ept_1g: leaves of 1 GiB.  @vpid: tags are in use.
 * @vpid_single, @ept_single: INVVPID and INVEPT know one context, else only all.
 */
struct vmx_caps {
	uint32_t word[VMX_WORDS];
	uint32_t revision;
	uint8_t ept_levels;
	uint8_t ept_bits;
	uint8_t ept_1g;
	uint8_t vpid;
	uint8_t vpid_single;
	uint8_t ept_single;
};

#define VMX_FEATURE_LOCKED (1u << 0)
#define VMX_FEATURE_OUTSIDE_SMX (1u << 2)

/**
 * vmx_adjust() - one word of controls by its capability MSR
 * @allowed: the MSR.  @required, @wanted: bits that must be on, and that are taken where they exist.
 * @result: filled in on success, with all other bits as the CPU prescribes.
 * Return: 0, or the bits of @required that do not exist.
 */
uint32_t vmx_adjust(uint64_t allowed, uint32_t required, uint32_t wanted, uint32_t *result);

/**
 * vmx_capabilities() - can the hypervisor run on this VMX, and how?
 * @address_bits: of physical address: more than 48 take 5 levels, or stay out of reach where EPT has 4 only.
 * @bad: on refusal the value that is to blame.
 * Return: NULL, or a sentence: what is missing and what mends it; *caps is then undefined.
 */
const char *vmx_capabilities(const struct vmx_msrs *msrs, unsigned int address_bits, struct vmx_caps *caps,
			     uint64_t *bad);

/** Table format of EPT for these capabilities. */
const struct pt_format *vmx_ept_format(const struct vmx_caps *caps);

/** Value of EPTP for a root at @root (page aligned). */
uint64_t vmx_eptp(const struct vmx_caps *caps, uint64_t root);

/** What stands for @value in CR0 or CR4 while VMX is on: the bits that it prescribes. */
uint64_t vmx_fixed(uint64_t value, uint64_t fixed0, uint64_t fixed1);

#endif
