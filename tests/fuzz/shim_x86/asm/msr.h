/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Model-specific registers of a machine that is memory. */
#ifndef ASM_MSR_H
#define ASM_MSR_H

#include <bulkhead/types.h>

#define MSR_APIC_BASE 0x1bu
#define MSR_X2APIC_BASE 0x800u

uint64_t msr_read(uint32_t msr);
void msr_write(uint32_t msr, uint64_t value);
uint64_t access_read_msr(uint32_t msr, uint64_t *value);
uint64_t access_write_msr(uint32_t msr, uint64_t value);

#endif
