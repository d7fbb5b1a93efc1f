/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared among the gic*.c and vgic*.c files only. */
#ifndef ASM_GIC_PRIV_H
#define ASM_GIC_PRIV_H

#include <arch/types.h>
#include <arch/upcall.h>
#include <bulkhead/config.h>
#include <core/lock.h>

/**
 * struct gic - the machine's GIC
 * @version: 2 or 3.  @intids: number of INTIDs implemented (multiple of 32, at most 1020).
 * @maintenance: INTID of the maintenance interrupt.
 * @gicd ... @gich: mapped frames.  @lock: read-modify-write of distributor registers that cells share.
 */
struct gic {
	uint32_t version;
	uint32_t intids;
	uint32_t maintenance;
	uint32_t its;
	volatile uint8_t *gicd;
	volatile uint8_t *gicr;
	volatile uint8_t *gicc;
	volatile uint8_t *gich;
	uint64_t gicv_base;
	struct spinlock lock;
};
extern struct gic gic;

/* Is the interrupt path for this version in the image? gic_probe() refuses a machine whose version is not. */
static inline int gic_is_built(unsigned int version)
{
#ifdef CONFIG_GICV2
	if (version == 2)
		return 1;
#endif
#ifdef CONFIG_GICV3
	if (version == 3)
		return 1;
#endif
	return 0;
}

/* GICv2, or GICv3? A constant in an image that was built for one of them, so that the other's code is left out. */
static inline int gic_is_v2(void)
{
	return gic_is_built(2) && (!gic_is_built(3) || gic.version == 2);
}

/** PPIs that a cell may use: not the maintenance interrupt, not the timers of EL2 (26, 28). */
uint32_t gic_cell_ppis(void);

/* What differs between GICv2 and GICv3 outside the interrupt path. */
struct gic_ops {
	int (*probe)(const struct bh_config_gic *config);
	int (*cpu_probe)(void);
	void (*cpu_activate)(void);
	void (*cpu_leave)(void);
	void (*cpu_reset)(void);       /* virtual interface to power-on state */
	void (*give_back)(int active_too); /* empty list registers and queues */
	void (*complete)(uint32_t intid);  /* deactivate */
	void (*kick)(unsigned int slot);
	int (*park_irq)(void);
	void (*route)(uint32_t irq, unsigned int slot);
	volatile uint8_t *(*private_frame)(
		unsigned int slot); /* where ISENABLER0 and so on of that CPU are */
};
extern const struct gic_ops gic_v2_ops, gic_v3_ops;
const struct gic_ops *gic_ops(void);

/* GICv2 only. */
unsigned int gic_v2_interface(const struct cell_arch *cell, unsigned int vcpu);
void gic_v2_send_sgi(uint32_t value);

/* vgic.c: interrupts of virtual devices. */
void vgic_evaluate(struct cell_arch *cell, uint32_t irq);               /* lock held: queue it if it is due */
int vgic_take_line(struct cell_arch *cell, uint32_t irq,
		   uint64_t *lr); /* on the target: 1: *lr is to be injected */
void vgic_line_ended(struct cell_arch *cell, uint32_t irq);             /* the guest completed it */
void vgic_build_clusters(struct cell_arch *cell);

/* gic.c: distributor registers that cells share; @mask only has interrupts of the caller's cell. */
void gic_write_bits(uint32_t reg, uint32_t first, uint32_t mask);
uint32_t gic_read_bits(uint32_t reg, uint32_t first);
void gic_set_edge(uint32_t irq, int edge);
int gic_is_edge(uint32_t irq);
void gic_set_priority(uint32_t irq, uint8_t priority);
void gic_quiesce(uint32_t irq);

/* Register files; @offset in the window. Unknown registers read as zero and ignore writes, as on hardware. */
void vgic_dist_access(struct cell_arch *cell, uint32_t offset, struct mmio_access *access);
void vgic_redist_access(struct cell_arch *cell, uint64_t offset, struct mmio_access *access);
/**
 * Registers of SGIs and PPIs of the CPU in @slot: GICR_I*0 (v3), the banked first words of the distributor
 * (v2).
 */
void vgic_private_access(unsigned int slot, uint32_t offset, struct mmio_access *access);

#endif
