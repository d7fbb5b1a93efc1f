/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Model-specific registers by name, and how to reach them. Those of a vCPU's state are in asm/state.h. */
#ifndef ASM_MSR_H
#define ASM_MSR_H

#include <bulkhead/types.h>

#define MSR_TSC 0x10u
#define MSR_APIC_BASE 0x1bu
#define MSR_MCG_STATUS 0x17au
#define MSR_X2APIC_BASE 0x800u
#define MSR_X2APIC_ICR 0x830u
#define MSR_EFER 0xc0000080u
#define MSR_FS_BASE 0xc0000100u
#define MSR_GS_BASE 0xc0000101u
#define MSR_VM_CR 0xc0010114u
#define MSR_VM_HSAVE_PA 0xc0010117u

#define MCG_STATUS_RIPV (1ull << 0) /* what was interrupted can go on */

#define EFER_SCE (1ull << 0)
#define EFER_LME (1ull << 8)
#define EFER_LMA (1ull << 10)
#define EFER_NXE (1ull << 11)
#define EFER_SVME (1ull << 12)

#define VM_CR_LOCK (1ull << 3)
#define VM_CR_SVMDIS (1ull << 4)

static inline uint64_t msr_read(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

/** The same where the register may be missing (access.S). Return: 0, or 1: #GP. */
uint64_t access_read_msr(uint32_t msr, uint64_t *value);
uint64_t access_write_msr(uint32_t msr, uint64_t value);

#endif
