/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The clock by which a stock Linux cell knows its TSC's rate and that it may use x2APIC: KVM's leaf of CPUID with
 * CLOCKSOURCE2 and its stable bit, and nothing else of KVM.
 */
#ifndef ASM_PVCLOCK_H
#define ASM_PVCLOCK_H

#include <bulkhead/types.h>

/** struct pvclock_scale - ns = (shift < 0 ? tsc >> -shift : tsc << shift) * mul >> 32 */
struct pvclock_scale {
	uint32_t mul;
	int8_t shift;
};

/** The scale for a TSC of @hz, not 0. */
struct pvclock_scale pvclock_scale(uint64_t hz);

/** Leaves from 0x40000100 on, EAX to EDX; @r is 0. */
void pvclock_cpuid(uint32_t leaf, uint32_t *r);

/** Registers 0x4b564d00 (wall clock) and 0x4b564d01 (time). Return: 0, or 1: #GP. */
int pvclock_read_msr(uint32_t msr, uint64_t *value);
int pvclock_write_msr(uint32_t msr, uint64_t value);

#endif
