/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * State of the virtual GIC: what a cell has (distributor), what a CPU keeps for itself (list registers and
 * the interrupts that wait for one) and what other CPUs may change in it (virtual SGIs, lines of virtual
 * devices).
 */
#ifndef ASM_VGIC_TYPES_H
#define ASM_VGIC_TYPES_H

#include <bulkhead/types.h>
#include <core/lock.h>

#define GIC_INTIDS 1020u /* SGI, PPI, SPI: 0..1019 */
#define GIC_WORDS 16u    /* 64-bit words of a bit map over them */
#define GIC_SGIS 16u
#define GIC_PRIVATE 32u  /* SGIs and PPIs */
#define GIC_LPI_FIRST 8192u

/**
 * Physical SGI that means 'look at your queues'. Guests' SGIs never exist in hardware. 0..7: not reserved by
 * firmware.
 */
#define GIC_KICK 7u

/**
 * struct vgic_shared - part of a CPU that others write
 * @sgi_pending: virtual SGIs sent to it, not yet seen (atomic).
 * @spi_summary: bit w: @spi_pending[w] is not zero (atomic; set after the word).
 * @spi_pending: interrupts of virtual devices routed to it, to be looked at (atomic).
 * @sgi_source: GICv2: by SGI, bit = virtual interface of each sender (atomic).
 * @sgi_enabled, @priority: GICR_ISENABLER0 (SGI half) and GICR_IPRIORITYR0..7 of the running vCPU.
 * @asleep: GICR_WAKER.ProcessorSleep as the vCPU wrote it.
 * @kick: value for ICC_SGI1R_EL1 (v3) or GICD_SGIR (v2) that reaches this CPU.
 * @redist: v3: its redistributor, 128 KiB.  @redist_base: the frame's physical address.
 * @interface: v2: its CPU interface number.
 */
struct vgic_shared {
	uint32_t sgi_pending;
	uint32_t spi_summary;
	uint32_t sgi_enabled;
	uint32_t asleep;
	uint64_t kick;
	uint8_t sgi_source[GIC_SGIS];
	uint8_t priority[GIC_PRIVATE];
	uint64_t spi_pending[GIC_WORDS];
	volatile uint8_t *redist;
	uint64_t redist_base;
	uint32_t interface;
};

/** Interrupts of one priority level that wait for a list register. @words: bit w: @map[w] is not zero. */
struct vgic_level {
	uint32_t words;
	uint64_t map[GIC_WORDS];
};

#define VGIC_LEVELS 32u /* priority bits 7:3: what every GIC implements */
#define VGIC_LPI_QUEUE 64u

/**
 * struct vgic_cpu - private part, hot fields first
 * @shared: this CPU's public part.
 * @lr_mask: one bit for each list register.  @lr_count: how many.
 * @waiting: bit l: @level[l] is not empty; bit 31 is priority 0, the highest.
 * @held: virtual SGIs that are pending but disabled.
 * @sgi_lr: list register that last held each SGI.  @sgi_wait: senders of each SGI that waits (GICv3: bit 0).
 * @lpi, @lpi_count: LPIs that wait (they have no active state, so they are queued as they come).
 * @found_*: physical interface as the kernel left it.  @lpis_off: root had LPIs on here before it lent the CPU.
 */
struct vgic_cpu {
	struct vgic_shared *shared;
	uint32_t lr_mask;
	uint32_t lr_count;
	uint32_t waiting;
	uint32_t held;
	uint32_t maintenance;
	uint32_t lpi_count;
	uint8_t sgi_lr[GIC_SGIS];
	uint8_t sgi_wait[GIC_SGIS];
	struct vgic_level level[VGIC_LEVELS];
	uint32_t lpi[VGIC_LPI_QUEUE];
	uint64_t found_ctlr;
	uint64_t found_pmr;
	uint32_t found_enabled;
	uint32_t found_sre;
	uint8_t found_priority;
	uint8_t lpis_off;
};

/** vCPUs that share the upper affinity bits. @key: affinity with the low four bits of Aff0 cleared. */
struct vgic_cluster {
	uint64_t key;
	uint16_t vcpu[16]; /* by Aff0 & 15; VGIC_NO_VCPU: none */
};
#define VGIC_NO_VCPU 0xffffu

/**
 * struct vgic_dist - a cell's distributor
 * @lock: everything below but what the interrupt path only reads (@hw, @priority).
 * @gicd, @gicr, @gicr_size: guest-physical windows.
 * @ctlr: group enables as the guest wrote them.
 * @hw: hardware SPIs of the cell.  @virt: lines of virtual devices.
 * @enabled: GICD_ISENABLER of both.  @edge: configuration.
 * @pending: virtual lines: latched.  @line: virtual lines: level.  @inflight: virtual lines: in a list
 * register.
 * @route: vCPU.
 */
struct vgic_dist {
	struct spinlock lock;
	uint32_t ctlr;
	uint64_t gicd;
	uint64_t gicd_size;
	uint64_t gicr;
	uint64_t gicr_size;
	uint32_t cluster_count;
	uint64_t hw[GIC_WORDS];
	uint64_t virt[GIC_WORDS];
	uint64_t enabled[GIC_WORDS];
	uint64_t edge[GIC_WORDS];
	uint64_t pending[GIC_WORDS];
	uint64_t line[GIC_WORDS];
	uint64_t inflight[GIC_WORDS];
	uint8_t priority[GIC_INTIDS];
	uint16_t route[GIC_INTIDS];
	struct vgic_cluster cluster[CONFIG_MAX_CPUS];
};

#endif
