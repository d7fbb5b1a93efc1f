/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VT-d units that root's kernel uses to remap interrupts (Intel VT-d specification 5.1). */
#ifndef ASM_VTD_H
#define ASM_VTD_H

#include <asm/icr.h>

/** Map the units of the board and see what they do. Step of enable. Return: 0 or error code. */
int vtd_probe(void);
void vtd_unprobe(void);

/** Are interrupts remapped by root's tables? */
int vtd_is_remapping(void);

/**
 * vtd_lookup() - what root's table says of an I/O APIC's entry in remappable form
 * Return: 1, with destination and vector; 0: nothing valid.
 */
int vtd_lookup(uint64_t entry, struct icr_target *target, uint32_t *vector);

#endif
