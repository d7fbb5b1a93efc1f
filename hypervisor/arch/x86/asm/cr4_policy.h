/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which bits of CR4 are a cell's. */
#ifndef ASM_CR4_POLICY_H
#define ASM_CR4_POLICY_H

#include <bulkhead/types.h>

#include "control.h"

/** Not there for cells: to set one is #GP. Where VMX wants VMXE set, the cell does not see it. */
#define CR4_REFUSED (CR4_VMXE | CR4_UINTR | CR4_FRED)
/** Cells read what they wrote; the processor keeps the hypervisor's. */
#define CR4_KEPT CR4_MCE
/** All others, known today or not, are the cell's own. */

enum cr4_answer {
	CR4_DONE,   /* the cell reads what it wrote, nothing more is to do */
	CR4_INJECT, /* #GP */
};

/**
 * cr4_written() - a cell writes bits of CR4 that are not its own
 * @owned: all bits that are not its own here: CR4_REFUSED, CR4_KEPT, and what the back end prescribes
 * @shown: what it reads of CR4; the new value of the owned bits if the answer is CR4_DONE
 */
enum cr4_answer cr4_written(uint64_t owned, uint64_t value, uint64_t *shown);

/**
 * cr4_objection() - can the hypervisor go under a kernel with this CR4?
 * Return: NULL, or what stands against it, as part of a sentence that ends with CR4's value.
 */
const char *cr4_objection(uint64_t cr4);

#endif
