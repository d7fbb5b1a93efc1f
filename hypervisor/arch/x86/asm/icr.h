/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom a destination means: pure, so that unit tests can call it. */
#ifndef ASM_ICR_H
#define ASM_ICR_H

#include "apic_types.h"

/** struct icr_target - a destination as a message or a command has it. @wide: of 32 bits (x2APIC), else of 8. */
struct icr_target {
	uint32_t destination;
	uint8_t logical;
	uint8_t wide;
};

/**
 * icr_match() - vCPUs that @target means
 * Physical and logical (flat, cluster, x2APIC's clusters), with the broadcasts. Never more than the cell's own.
 * Return: number of vCPUs in *@set.
 */
unsigned int icr_match(const struct vapics *apics, struct icr_target target, struct apic_set *set);

/**
 * icr_command() - vCPUs that interrupt command @icr of vCPU @self means, shorthands included
 * @mode: of the sender: where in @icr the destination is.
 */
unsigned int icr_command(const struct vapics *apics, unsigned int self, uint64_t icr, enum apic_mode mode,
			 struct apic_set *set);

/**
 * icr_only() - the one vCPU that a command without shorthand means, in a few steps for the common cases
 * Return: vCPU, or -1: look with icr_command().
 */
int icr_only(const struct vapics *apics, uint64_t icr, enum apic_mode mode);

#endif
