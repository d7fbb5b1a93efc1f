// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which bits of CR4 are a cell's: all, known today or not, but these.
 *
 * VMXE: there is no VMX in a cell. SVM's processors have no such bit.
 * UINTR: SENDUIPI sends interrupts that no filter of ours sees. CPUID does not show it; under SVM nothing keeps CR4's
 * bits from a guest but an exit at each write, so a processor that has SVM and this (none is known) is refused.
 * FRED: an event that an exit interrupted has more than VMX delivers again here. Under SVM the bit would pass if a
 * processor has it; it changes how the guest takes its own events, by MSRs that it cannot write, and nobody else's.
 * MCE: with the bit off, a machine check shuts the processor down. VMX does not turn that into an exit, and Intel's
 * machine checks come to all CPUs; under SVM it is an exit, and ends the cell.
 */
#include "asm/cr4_policy.h"

#include <stddef.h>

enum cr4_answer cr4_written(uint64_t owned, uint64_t value, uint64_t *shown)
{
	uint64_t changed = (value ^ *shown) & owned;

	if (changed & ~CR4_KEPT)
		return CR4_INJECT;
	*shown ^= changed;
	return CR4_DONE;
}

const char *cr4_objection(uint64_t cr4)
{
	if (cr4 & CR4_VMXE)
		return "another hypervisor (KVM?) has switched VMX on: unload kvm_intel";
	if (cr4 & (CR4_FRED | CR4_UINTR))
		return "the kernel has switched FRED or user interrupts on: boot it with fred=off";
	return NULL;
}
