/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Local APICs that a cell sees, and the numbers that hardware and guests share (SDM 3 chapter 11, APM 2 chapter 16). */
#ifndef ASM_APIC_TYPES_H
#define ASM_APIC_TYPES_H

#include <bulkhead/types.h>

#ifndef CONFIG_MAX_CPUS
#define CONFIG_MAX_CPUS 64
#endif

/* Offsets of registers in the page; as MSR: 0x800 + offset / 16. */
#define APIC_ID 0x020u
#define APIC_VERSION 0x030u
#define APIC_TPR 0x080u
#define APIC_EOI 0x0b0u
#define APIC_LDR 0x0d0u
#define APIC_DFR 0x0e0u
#define APIC_SVR 0x0f0u
#define APIC_ISR 0x100u
#define APIC_IRR 0x200u
#define APIC_ESR 0x280u
#define APIC_LVT_CMCI 0x2f0u
#define APIC_ICR 0x300u
#define APIC_ICR_HIGH 0x310u
#define APIC_LVT_TIMER 0x320u
#define APIC_LVT_THERMAL 0x330u
#define APIC_LVT_PERF 0x340u
#define APIC_LVT_LINT0 0x350u
#define APIC_LVT_LINT1 0x360u
#define APIC_LVT_ERROR 0x370u
#define APIC_TIMER_INITIAL 0x380u
#define APIC_TIMER_DIVIDE 0x3e0u
#define APIC_SELF_IPI 0x3f0u

#define APIC_MSR(offset) (0x800u + (offset) / 16)

#define APIC_BASE_BSP (1ull << 8)
#define APIC_BASE_X2 (1ull << 10)
#define APIC_BASE_ENABLE (1ull << 11)
#define APIC_BASE_ADDRESS 0xfee00000ull /* where all CPUs have it, and where messages go */
#define APIC_PAGE_SIZE 0x1000u

/* Interrupt command, entries of an IOAPIC and data of a message agree in these. */
#define ICR_VECTOR 0xffu
#define ICR_MODE_SHIFT 8
#define ICR_MODE (7u << ICR_MODE_SHIFT)
#define ICR_LOGICAL (1u << 11)
#define ICR_PENDING (1u << 12)
#define ICR_ASSERT (1u << 14)
#define ICR_LEVEL (1u << 15)
#define ICR_SHORTHAND_SHIFT 18
#define ICR_SHORTHAND (3u << ICR_SHORTHAND_SHIFT)

#define LVT_MASKED (1u << 16)

enum apic_delivery {
	DELIVER_FIXED = 0,
	DELIVER_LOWEST = 1,
	DELIVER_SMI = 2,
	DELIVER_NMI = 4,
	DELIVER_INIT = 5,
	DELIVER_STARTUP = 6,
	DELIVER_EXTINT = 7
};

enum apic_shorthand { SHORTHAND_NONE = 0, SHORTHAND_SELF = 1, SHORTHAND_ALL = 2, SHORTHAND_OTHERS = 3 };

enum apic_mode { APIC_OFF = 0, APIC_X = 1, APIC_X2 = 2 };

/**
 * struct vapic - the local APIC of one vCPU, as far as others must know it
 * @id: as the guest sees it.  @mode: enum apic_mode.
 * @ldr, @dfr: as the guest wrote them; in x2APIC mode the logical destination follows from @id.
 * @icr: as the guest wrote it (xAPIC mode: both halves).
 * Written by the vCPU's own CPU, read by all of the cell's.
 */
struct vapic {
	uint32_t id;
	uint32_t mode;
	uint32_t ldr;
	uint32_t dfr;
	uint64_t icr;
};

/** struct vapics - all of a cell. @count: vCPUs. */
struct vapics {
	uint32_t count;
	struct vapic vcpu[CONFIG_MAX_CPUS];
};

/** struct apic_set - vCPUs that are meant. */
struct apic_set {
	uint64_t word[(CONFIG_MAX_CPUS + 63) / 64];
};

#endif
