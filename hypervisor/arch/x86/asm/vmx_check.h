/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why an entry into the guest failed, in words. No register is touched here: unit tests use it. */
#ifndef ASM_VMX_CHECK_H
#define ASM_VMX_CHECK_H

#include "vmx_caps.h"

/** struct vmx_guest - what the rules of an entry speak of. Rights as in the VMCS. */
struct vmx_guest {
	uint64_t cr0, cr4, efer, rflags, rip, dr7;
	union {
		struct {
			uint64_t cr0_fixed0, cr0_fixed1, cr4_fixed0, cr4_fixed1;
		};
		uint64_t fixed[VMX_FIXED];
	};
	uint64_t link, pat, debugctl, pending_debug;
	uint64_t cs, ss, tr, ldtr;
	uint64_t tr_selector;
	uint64_t activity, interruptibility;
	uint64_t event;
	uint64_t entry_controls;
};

/** The first rule that @guest breaks (Intel SDM volume 3, "Checks on the Guest State Area"), or NULL. */
const char *vmx_check_guest(const struct vmx_guest *guest);

/** What basic exit reason @reason is, in less than 40 bytes; never NULL. */
const char *vmx_exit_name(uint32_t reason);

/** What VM-instruction error @number says; never NULL. */
const char *vmx_instruction_error(uint64_t number);

#endif
