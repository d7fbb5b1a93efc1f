/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control registers, flags and the instructions that go with them. */
#ifndef ASM_CONTROL_H
#define ASM_CONTROL_H

#include <bulkhead/types.h>

#define CR0_PE (1ull << 0)
#define CR0_MP (1ull << 1)
#define CR0_EM (1ull << 2)
#define CR0_TS (1ull << 3)
#define CR0_ET (1ull << 4)
#define CR0_NE (1ull << 5)
#define CR0_WP (1ull << 16)
#define CR0_AM (1ull << 18)
#define CR0_NW (1ull << 29)
#define CR0_CD (1ull << 30)
#define CR0_PG (1ull << 31)

#define CR4_PAE (1ull << 5)
#define CR4_MCE (1ull << 6)
#define CR4_PGE (1ull << 7)
#define CR4_OSFXSR (1ull << 9)
#define CR4_OSXMMEXCPT (1ull << 10)
#define CR4_LA57 (1ull << 12)
#define CR4_VMXE (1ull << 13)
#define CR4_PCIDE (1ull << 17)
#define CR4_OSXSAVE (1ull << 18)
#define CR4_SMEP (1ull << 20)
#define CR4_SMAP (1ull << 21)
#define CR4_PKE (1ull << 22)
#define CR4_CET (1ull << 23)
#define CR4_UINTR (1ull << 25)
#define CR4_FRED (1ull << 32)

#define RFLAGS_FIXED (1ull << 1)
#define RFLAGS_TF (1ull << 8)
#define RFLAGS_IF (1ull << 9)
#define RFLAGS_RF (1ull << 16)

#define CONTROL_READ(name)                                               \
	static inline uint64_t control_read_##name(void)                 \
	{                                                                \
		uint64_t value;                                          \
		__asm__ volatile("mov %%" #name ", %0" : "=r"(value) : : "memory"); \
		return value;                                            \
	}
#define CONTROL_WRITE(name)                                              \
	static inline void control_write_##name(uint64_t value)          \
	{                                                                \
		__asm__ volatile("mov %0, %%" #name : : "r"(value) : "memory"); \
	}
CONTROL_READ(cr0)
CONTROL_READ(cr2)
CONTROL_READ(cr3)
CONTROL_READ(cr4)
CONTROL_READ(cr8)
CONTROL_READ(dr6)
CONTROL_READ(dr7)
CONTROL_WRITE(cr0)
CONTROL_WRITE(cr2)
CONTROL_WRITE(cr3)
CONTROL_WRITE(cr4)
CONTROL_WRITE(cr8)
CONTROL_WRITE(dr0)
CONTROL_WRITE(dr1)
CONTROL_WRITE(dr2)
CONTROL_WRITE(dr3)
CONTROL_WRITE(dr6)
CONTROL_WRITE(dr7)
#undef CONTROL_READ
#undef CONTROL_WRITE

static inline uint64_t control_read_xcr0(void)
{
	uint32_t low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

static inline void control_write_xcr0(uint64_t value)
{
	__asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

static inline uint64_t control_read_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

#endif
