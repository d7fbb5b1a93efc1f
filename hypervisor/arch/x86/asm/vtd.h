/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intel's VT-d units (VT-d specification, 3.x): they translate what devices read and write by a table of each cell,
 * and go on to remap root's interrupts where its kernel had them do that.
 */
#ifndef ASM_VTD_H
#define ASM_VTD_H

#include <bulkhead/types.h>

struct icr_target;

/** Are interrupts remapped by root's tables? */
int vtd_is_remapping(void);

/** CPUs of root have come or gone: look at its entries again. */
void vtd_route(void);

/**
 * vtd_lookup() - what root's table says of an I/O APIC's entry in remappable form
 * Return: 1, with destination and vector; 0: nothing valid.
 */
int vtd_lookup(uint64_t entry, struct icr_target *target, uint32_t *vector);

#endif
