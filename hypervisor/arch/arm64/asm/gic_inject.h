/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Injection: which interrupt is in which list register, and who waits. Written once, compiled twice: @version
 * is a constant at every call, so that neither GICv2's nor GICv3's path has a branch or a pointer for the
 * other.
 *
 * Invariant: the list registers hold the most urgent of all interrupts that the vCPU has pending; the others
 * wait by priority in struct vgic_level, and while any waits the maintenance interrupt (underflow, none
 * pending) is on.
 */
#ifndef ASM_GIC_INJECT_H
#define ASM_GIC_INJECT_H

#include <asm/gic_hw.h>
#include <asm/gic_priv.h>
#include <asm/percpu.h>
#include <asm/types.h>
#include <lib/bitmap.h>

#define INLINE static inline __attribute__((always_inline))

/*
 * gicv3_irq.c: the list registers of GICv3 have names, not numbers: a chain of comparisons for all but the
 * first.
 */
uint64_t gic_v3_lr_read(unsigned int index);
void gic_v3_lr_write(unsigned int index, uint64_t lr);

INLINE uint64_t lr_read(unsigned int version, unsigned int index)
{
	if (version == 2)
		return lr_from_v2(mmio_read32(gic.gich + GICH_LR + index * 4));
	if (__builtin_expect(index == 0, 1))
		return gic_read_sysreg("S3_4_C12_C12_0");
	return gic_v3_lr_read(index);
}

INLINE void lr_write(unsigned int version, unsigned int index, uint64_t lr)
{
	if (version == 2)
		mmio_write32(gic.gich + GICH_LR + index * 4, lr_to_v2(lr));
	else if (__builtin_expect(index == 0, 1))
		gic_write_sysreg("S3_4_C12_C12_0", lr);
	else
		gic_v3_lr_write(index, lr);
}

/** Empty list registers, one bit each. */
INLINE uint32_t lr_empty(unsigned int version)
{
	if (version == 2)
		return mmio_read32(gic.gich + GICH_ELRSR0);
	return (uint32_t)gic_read_sysreg(ICH_ELRSR_EL2);
}

INLINE uint32_t lr_ended(unsigned int version)
{
	if (version == 2)
		return mmio_read32(gic.gich + GICH_EISR0);
	return (uint32_t)gic_read_sysreg(ICH_EISR_EL2);
}

INLINE void gich_set_hcr(unsigned int version, uint32_t value)
{
	if (version == 2)
		mmio_write32(gic.gich + GICH_HCR, value);
	else
		gic_write_sysreg(ICH_HCR_EL2, value);
}

/** Priority that the guest gave to @intid. */
INLINE uint8_t guest_priority(const struct vgic_cpu *cpu, const struct vgic_dist *dist, uint32_t intid)
{
	return intid < GIC_PRIVATE ? cpu->shared->priority[intid] : dist->priority[intid];
}

#define LR_IDENTITY (0x7ull << LR_SOURCE_SHIFT | 0xffffffffull)

/** Does @lr hold the SGI or virtual line with this number (and sender)? */
INLINE int lr_holds(uint64_t lr, uint64_t identity)
{
	return (lr & LR_STATE) && !(lr & LR_HW) && (lr & LR_IDENTITY) == identity;
}

/** List register that holds @identity, lr_count if none. */
INLINE unsigned int lr_find(unsigned int version, const struct vgic_cpu *cpu, uint64_t identity)
{
	unsigned int index = 0;

	while (index < cpu->lr_count && !lr_holds(lr_read(version, index), identity))
		index++;
	return index;
}

/** Write a list register and remember where an SGI is. */
INLINE void lr_put(unsigned int version, struct vgic_cpu *cpu, unsigned int index, uint64_t lr)
{
	lr_write(version, index, lr);
	if (lr_intid(lr) < GIC_SGIS)
		cpu->sgi_lr[lr_intid(lr)] = (uint8_t)index;
}

/* vgic_queue.c: what waits for a list register. */
void vgic_queue(struct vgic_cpu *cpu, uint64_t lr);
uint64_t vgic_dequeue(struct vgic_cpu *cpu, struct vgic_dist *dist);
void vgic_lpi_lost(uint32_t intid, const char *why);

/** No list register is free: keep the most urgent ones there, queue the other, and ask for maintenance. */
static __attribute__((noinline, unused)) void inject_overflow(unsigned int version, struct vgic_cpu *cpu,
							      uint64_t lr)
{
	unsigned int worst = cpu->lr_count;
	uint8_t worst_priority = lr_priority(lr);

	for (unsigned int index = 0; index < cpu->lr_count; index++) {
		uint64_t other = lr_read(version, index);

		if ((other & LR_STATE) == LR_PENDING && lr_priority(other) > worst_priority) {
			worst = index;
			worst_priority = lr_priority(other);
		}
	}
	if (worst < cpu->lr_count) {
		uint64_t evicted = lr_read(version, worst);

		lr_put(version, cpu, worst, lr);
		lr = evicted;
	}
	vgic_queue(cpu, lr);
	gich_set_hcr(version, ICH_HCR_EN | ICH_HCR_UIE | ICH_HCR_NPIE);
	percpu()->stats->count[BH_STAT_OVERFLOW]++;
}

/** Move what waits into free list registers, most urgent first. Bounded by the number of list registers. */
static __attribute__((noinline, unused)) void inject_refill(unsigned int version, struct vgic_cpu *cpu,
							    struct vgic_dist *dist)
{
	uint32_t free = lr_empty(version) & cpu->lr_mask;

	while (free && (cpu->waiting || cpu->lpi_count)) {
		unsigned int index = (unsigned int)__builtin_ctz(free);

		free &= free - 1;
		lr_put(version, cpu, index, vgic_dequeue(cpu, dist));
	}
	if (!cpu->waiting && !cpu->lpi_count)
		gich_set_hcr(version, ICH_HCR_EN);
	else if (!(lr_empty(version) & cpu->lr_mask))
		/*
		 * All in use: 'none pending' could be true at once and for long (all active), underflow
		 * cannot.
		 */
		gich_set_hcr(version, ICH_HCR_EN | ICH_HCR_UIE);
}

/** Make @lr pending for the guest. The interrupt is in no list register and in no queue. */
INLINE void inject(unsigned int version, struct vgic_cpu *cpu, struct vgic_dist *dist, uint64_t lr)
{
	uint32_t free = lr_empty(version) & cpu->lr_mask;

	if (__builtin_expect(!free, 0)) {
		inject_overflow(version, cpu, lr);
	} else if (__builtin_expect(cpu->waiting || cpu->lpi_count, 0)) {
		vgic_queue(cpu, lr);
		inject_refill(version, cpu, dist);
	} else {
		lr_put(version, cpu, (unsigned int)__builtin_ctz(free), lr);
	}
}

/**
 * Make SGI @intid from @source (GICv3: 0) pending; one that is still in a list register becomes pending
 * there.
 */
INLINE void inject_sgi(unsigned int version, struct vgic_cpu *cpu, struct vgic_dist *dist, uint32_t intid,
		       uint64_t source)
{
	uint64_t identity = source << LR_SOURCE_SHIFT | intid;
	unsigned int index = cpu->sgi_lr[intid];
	uint64_t lr = lr_read(version, index);

	if (version == 2 && !lr_holds(lr, identity)) {
		index = lr_find(version, cpu, identity);
		lr = index < cpu->lr_count ? lr_read(version, index) : 0;
	}
	if (lr_holds(lr, identity)) {
		lr_write(version, index, lr | LR_PENDING);
		return;
	}
	inject(version, cpu, dist,
	       LR_PENDING | LR_GROUP1 | (uint64_t)cpu->shared->priority[intid] << LR_PRIORITY_SHIFT |
		       identity);
}

#endif
