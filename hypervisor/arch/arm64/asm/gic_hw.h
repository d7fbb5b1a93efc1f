/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GIC registers: GICv2 (IHI 0048B), GICv3 (IHI 0069). A list register is handled in its GICv3 form
 * (ICH_LR<n>_EL2) everywhere; lr_to_v2() packs it for GICH_LR.
 */
#ifndef ASM_GIC_HW_H
#define ASM_GIC_HW_H

#include <bulkhead/types.h>

#define GICD_CTLR 0x0000u
#define GICD_TYPER 0x0004u
#define GICD_IIDR 0x0008u
#define GICD_TYPER2 0x000cu
#define GICD_IGROUPR 0x0080u
#define GICD_ISENABLER 0x0100u
#define GICD_ICENABLER 0x0180u
#define GICD_ISPENDR 0x0200u
#define GICD_ICPENDR 0x0280u
#define GICD_ISACTIVER 0x0300u
#define GICD_ICACTIVER 0x0380u
#define GICD_IPRIORITYR 0x0400u
#define GICD_ITARGETSR 0x0800u
#define GICD_ICFGR 0x0c00u
#define GICD_IGRPMODR 0x0d00u
#define GICD_SGIR 0x0f00u
#define GICD_CPENDSGIR 0x0f10u
#define GICD_SPENDSGIR 0x0f20u
#define GICD_IROUTER 0x6000u
#define GICD_CTLR_ENABLES 0x3u
#define GICD_CTLR_RWP (1u << 31)
#define GIC_V3_IDREGS 0xffd0u
#define GIC_V2_IDREGS 0x0fd0u

#define GICR_CTLR 0x0000u
#define GICR_IIDR 0x0004u
#define GICR_TYPER 0x0008u
#define GICR_WAKER 0x0014u
#define GICR_PROPBASER 0x0070u
#define GICR_PENDBASER 0x0078u
#define GICR_SGI_FRAME 0x10000u
#define GICR_FRAME_SIZE 0x20000u
#define GICR_TYPER_PLPIS (1ull << 0)
#define GICR_TYPER_LAST (1ull << 4)
#define GICR_WAKER_SLEEP (1u << 1)
#define GICR_WAKER_ASLEEP (1u << 2)

#define GICC_CTLR 0x00u
#define GICC_PMR 0x04u
#define GICC_BPR 0x08u
#define GICC_IAR 0x0cu
#define GICC_EOIR 0x10u
#define GICC_DIR 0x1000u
#define GICC_CTLR_ENABLE (1u << 0)
#define GICC_CTLR_EOIMODE (1u << 9)

#define GICH_HCR 0x00u
#define GICH_VTR 0x04u
#define GICH_VMCR 0x08u
#define GICH_EISR0 0x20u
#define GICH_ELRSR0 0x30u
#define GICH_APR 0xf0u
#define GICH_LR 0x100u

#define ICC_IAR1_EL1 "S3_0_C12_C12_0"
#define ICC_EOIR1_EL1 "S3_0_C12_C12_1"
#define ICC_BPR1_EL1 "S3_0_C12_C12_3"
#define ICC_CTLR_EL1 "S3_0_C12_C12_4"
#define ICC_SRE_EL1 "S3_0_C12_C12_5"
#define ICC_IGRPEN1_EL1 "S3_0_C12_C12_7"
#define ICC_DIR_EL1 "S3_0_C12_C11_1"
#define ICC_SGI1R_EL1 "S3_0_C12_C11_5"
#define ICC_PMR_EL1 "S3_0_C4_C6_0"
#define ICC_SRE_EL2 "S3_4_C12_C9_5"
#define ICH_HCR_EL2 "S3_4_C12_C11_0"
#define ICH_VTR_EL2 "S3_4_C12_C11_1"
#define ICH_EISR_EL2 "S3_4_C12_C11_3"
#define ICH_ELRSR_EL2 "S3_4_C12_C11_5"
#define ICH_VMCR_EL2 "S3_4_C12_C11_7"
#define ICH_AP0R0_EL2 "S3_4_C12_C8_0"
#define ICH_AP1R0_EL2 "S3_4_C12_C9_0"

#define ICC_CTLR_EOIMODE (1u << 1)
#define ICH_HCR_EN (1u << 0)
#define ICH_HCR_UIE (1u << 1)  /* underflow: none or one list register in use */
#define ICH_HCR_NPIE (1u << 3) /* no list register is pending */

#define ICH_VMCR_ENG1 (1u << 1)
#define ICH_VMCR_EOIM (1u << 9)

/* A list register, GICv3 form. */
#define LR_PENDING (1ull << 62)
#define LR_ACTIVE (1ull << 63)
#define LR_STATE (LR_PENDING | LR_ACTIVE)
#define LR_HW (1ull << 61)
#define LR_GROUP1 (1ull << 60)
#define LR_EOI (1ull << 41) /* without HW: maintenance interrupt at end of interrupt */
#define LR_PRIORITY_SHIFT 48
#define LR_PHYS_SHIFT 32
#define LR_PHYS_MASK 0x3ffull
#define LR_SOURCE_SHIFT 32 /* GICv2 SGI: sender's interface */

static inline uint32_t lr_intid(uint64_t lr)
{
	return (uint32_t)lr;
}

static inline uint8_t lr_priority(uint64_t lr)
{
	return (uint8_t)(lr >> LR_PRIORITY_SHIFT);
}

static inline uint32_t lr_phys(uint64_t lr)
{
	return (uint32_t)(lr >> LR_PHYS_SHIFT & LR_PHYS_MASK);
}

/** GICv2 guests see group 0 (their GICC_CTLR.Enable is bit 0), so the group bit is not carried over. */
static inline uint32_t lr_to_v2(uint64_t lr)
{
	return (uint32_t)(lr >> 62) << 28 | (uint32_t)(lr >> 61 & 1) << 31 |
	       (uint32_t)(lr >> 51 & 0x1f) << 23 | (uint32_t)(lr >> LR_PHYS_SHIFT & LR_PHYS_MASK) << 10 |
	       ((uint32_t)lr & 0x3ff);
}

static inline uint64_t lr_from_v2(uint32_t lr)
{
	return (uint64_t)(lr >> 28 & 3) << 62 | (uint64_t)(lr >> 31) << 61 |
	       (uint64_t)(lr >> 23 & 0x1f) << 51 | (uint64_t)(lr >> 10 & 0x3ff) << LR_PHYS_SHIFT |
	       (lr & 0x3ff);
}

/*
 * Device accesses are single load and store instructions of exactly this form: an optimizing
 * compiler may otherwise pick addressing modes that no hypervisor below us could decode.
 */
static inline uint32_t mmio_read32(volatile const void *address)
{
	return *(volatile const uint32_t *)address;
}

static inline void mmio_write32(volatile void *address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

#define gic_read_sysreg(name)                                                                      \
	({                                                                                         \
		uint64_t value_;                                                                   \
		__asm__ volatile("mrs %0, " name : "=r"(value_));                                  \
		value_;                                                                            \
	})

#define gic_write_sysreg(name, value)                                                              \
	__asm__ volatile("msr " name ", %x0" : : "rZ"((uint64_t)(value)) : "memory")

/** What was written to memory is seen by the CPU that the SGI sent next reaches. */
static inline void gic_publish(void)
{
	__asm__ volatile("dsb ishst" : : : "memory");
}

/** The same, and registers that were written have taken effect. */
static inline void gic_complete_writes(void)
{
	__asm__ volatile("dsb sy" : : : "memory");
}

static inline void gic_isb(void)
{
	__asm__ volatile("isb" : : : "memory");
}

#endif
