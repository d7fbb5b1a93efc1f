// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A cell's virtual GIC: set-up, ownership of interrupts, lines of virtual devices.
 *
 * A virtual line lives in three places: its state in struct vgic_dist (under the lock), a 'look at it' bit at
 * the CPU that it is routed to, and, once taken there, a list register with the EOI bit, so that its
 * completion comes back to us and a line that is still asserted is taken again.
 */
#include <arch/irq.h>
#include <asm/gic.h>
#include <asm/gic_irq_path.h>
#include <core/image.h>
#include <lib/config.h>
#include <lib/string.h>

static int init_root(struct cell_arch *cell)
{
	const struct bh_config_gic *config = &image_config()->gic;
	struct vgic_dist *dist = &cell->gic;

	dist->gicd = config->gicd.base;
	dist->gicd_size = config->gicd.size;
	if (gic_is_v2())
		return pt_map(&cell->stage2, config->gicc.base, hpa(gic.gicv_base), CONFIG_GICC_SIZE,
			      PT_READ | PT_WRITE, PT_DEVICE);
	dist->gicr = config->gicr.base;
	dist->gicr_size = config->gicr.size;
	return 0;
}

int vgic_cell_init(struct cell_arch *cell, const struct bh_config_cell *config)
{
	struct vgic_dist *dist = &cell->gic;

	memset(dist, 0, sizeof(*dist));
	if (!config)
		return init_root(cell);
	dist->gicd = config->gic.gicd;
	if (gic_is_v2()) {
		dist->gicd_size = CONFIG_GICD_V2_SIZE;
		return pt_map(&cell->stage2, config->gic.gicc, hpa(gic.gicv_base), CONFIG_GICC_SIZE,
			      PT_READ | PT_WRITE, PT_DEVICE);
	}
	dist->gicd_size = CONFIG_GICD_V3_SIZE;
	dist->gicr = config->gic.gicr;
	dist->gicr_size = (uint64_t)config->cpus.count * CONFIG_GICR_STRIDE;
	return 0;
}

void vgic_cell_exit(struct cell_arch *cell)
{
	memset(&cell->gic, 0, sizeof(cell->gic));
}

void vgic_cell_reset(struct cell_arch *cell)
{
	struct vgic_dist *dist = &cell->gic;
	uint32_t irq;

	vgic_build_clusters(cell);
	spin_lock(&dist->lock);
	dist->ctlr = 0;
	memset(dist->enabled, 0, sizeof(dist->enabled));
	memset(dist->pending, 0, sizeof(dist->pending));
	memset(dist->line, 0, sizeof(dist->line));
	memset(dist->inflight, 0, sizeof(dist->inflight));
	memset(dist->priority, 0, sizeof(dist->priority));
	memset(dist->route, 0, sizeof(dist->route));
	bit_for_each(irq, dist->hw, GIC_INTIDS) {
		gic_quiesce(irq);
		gic_set_priority(irq, 0);
		gic_ops()->route(irq, cell->slot[0]);
	}
	spin_unlock(&dist->lock);
}

void vgic_leave_slot(struct cell_arch *cell, unsigned int slot)
{
	struct vgic_dist *dist = &cell->gic;
	uint16_t here = (uint16_t)percpu()->vcpu;

	spin_lock(&dist->lock);
	for (uint32_t irq = GIC_PRIVATE; irq < gic.intids; irq++) {
		if (cell->slot[dist->route[irq]] != slot)
			continue;
		dist->route[irq] = here;
		if (bit_test(dist->hw, irq))
			gic_ops()->route(irq, cell->slot[here]);
		else if (bit_test(dist->virt, irq))
			vgic_evaluate(cell, irq);
	}
	spin_unlock(&dist->lock);
}

/* By affinity: the clusters of GICv3's SGIs. */
void vgic_build_clusters(struct cell_arch *cell)
{
	struct vgic_dist *dist = &cell->gic;

	dist->cluster_count = 0;
	for (unsigned int vcpu = 0; vcpu < cell->vcpu_count; vcpu++) {
		uint64_t key = cell->hwid[vcpu] & ~15ull;
		struct vgic_cluster *cluster = dist->cluster;

		while (cluster < dist->cluster + dist->cluster_count && cluster->key != key)
			cluster++;
		if (cluster == dist->cluster + dist->cluster_count) {
			dist->cluster_count++;
			cluster->key = key;
			for (unsigned int index = 0; index < 16; index++)
				cluster->vcpu[index] = VGIC_NO_VCPU;
		}
		cluster->vcpu[cell->hwid[vcpu] & 15] = (uint16_t)vcpu;
	}
}

static int is_due(const struct vgic_dist *dist, uint32_t irq)
{
	return dist->ctlr && bit_test(dist->enabled, irq) && !bit_test(dist->inflight, irq) &&
	       (bit_test(dist->pending, irq) || (bit_test(dist->line, irq) && !bit_test(dist->edge, irq)));
}

void vgic_evaluate(struct cell_arch *cell, uint32_t irq)
{
	struct vgic_dist *dist = &cell->gic;
	unsigned int slot = cell->slot[dist->route[irq]];
	struct vgic_shared *shared = &cpu_get(slot)->arch.gic;

	if (!is_due(dist, irq))
		return;
	__atomic_fetch_or(&shared->spi_pending[irq / 64], 1ull << (irq % 64), __ATOMIC_ACQ_REL);
	__atomic_fetch_or(&shared->spi_summary, 1u << (irq / 64), __ATOMIC_ACQ_REL);
	gic_kick(slot);
}

int vgic_take_line(struct cell_arch *cell, uint32_t irq, uint64_t *lr)
{
	struct vgic_dist *dist = &cell->gic;
	int due;

	if (irq >= GIC_INTIDS)
		return 0;
	spin_lock(&dist->lock);
	due = bit_test(dist->virt, irq) && is_due(dist, irq);
	if (due) {
		bit_set(dist->inflight, irq);
		bit_clear(dist->pending, irq);
		*lr = LR_PENDING | LR_GROUP1 | LR_EOI | (uint64_t)dist->priority[irq] << LR_PRIORITY_SHIFT |
		      irq;
	}
	spin_unlock(&dist->lock);
	if (due)
		percpu()->stats->count[BH_STAT_VIRQ]++;
	return due;
}

void vgic_line_ended(struct cell_arch *cell, uint32_t irq)
{
	struct vgic_dist *dist = &cell->gic;

	if (irq >= GIC_INTIDS)
		return;
	spin_lock(&dist->lock);
	bit_clear(dist->inflight, irq);
	if (bit_test(dist->virt, irq))
		vgic_evaluate(cell, irq);
	spin_unlock(&dist->lock);
}

/* A line that was moved to another CPU while this one had it is due there from now on. */
static void give_back_line(struct cell_arch *cell, uint32_t irq, int was_pending, int is_parking)
{
	struct vgic_dist *dist = &cell->gic;

	spin_lock(&dist->lock);
	bit_clear(dist->inflight, irq);
	if (was_pending && bit_test(dist->edge, irq))
		bit_set(dist->pending, irq);
	if (is_parking && bit_test(dist->virt, irq))
		vgic_evaluate(cell, irq);
	spin_unlock(&dist->lock);
}

static void give_back_hardware(uint64_t lr)
{
	uint32_t irq = lr_phys(lr);
	volatile uint8_t *frame = irq < GIC_PRIVATE ? gic_ops()->private_frame(percpu()->slot) : gic.gicd;

	/* An edge that the guest has not seen must come again; a level does so by itself. */
	if (lr & LR_PENDING && mmio_read32(frame + GICD_ICFGR + irq / 16 * 4) >> (irq % 16 * 2 + 1) & 1)
		mmio_write32(frame + GICD_ISPENDR + irq / 32 * 4, 1u << (irq % 32));
	gic_ops()->complete(irq);
}

void vgic_give_back(uint64_t lr, int active_too)
{
	struct percpu *self = percpu();
	uint32_t intid = lr_intid(lr);

	if (lr & LR_HW) {
		if (lr & LR_PENDING || active_too)
			give_back_hardware(lr);
	} else if (intid < GIC_SGIS) {
		if (lr & LR_PENDING)
			self->gic.held |= 1u << intid;
		if (lr & LR_PENDING && gic_is_v2())
			__atomic_fetch_or(&self->gic.shared->sgi_source[intid],
					  (uint8_t)(1u << (lr >> LR_SOURCE_SHIFT & 7)), __ATOMIC_ACQ_REL);
	} else if (intid < GIC_INTIDS) {
		give_back_line(self->cell, intid, (lr & LR_PENDING) != 0, active_too);
	} else {
		vgic_lpi_lost(intid, "it was not yet taken when its CPU left");
	}
}

int arch_irq_valid(uint32_t irq)
{
	return irq >= GIC_PRIVATE && irq < gic.intids;
}

/* A guest finds the type as the board has it, and all else as after reset. */
static void pass_on(struct cell_arch *cell, uint32_t irq)
{
	struct vgic_dist *dist = &cell->gic;

	bit_clear(dist->edge, irq);
	if (gic_is_edge(irq))
		bit_set(dist->edge, irq);
	dist->priority[irq] = 0;
	dist->route[irq] = 0;
	gic_set_priority(irq, 0);
	gic_ops()->route(irq, cell->slot[0]);
}

/*
 * Root's kernel set type, priority and target long ago and will not do so again; it finds them as it left them. So
 * does a driver that has stayed with the device: its interrupt is enabled.
 */
static void reclaim(struct cell_arch *root, uint32_t irq)
{
	struct vgic_dist *dist = &root->gic;
	unsigned int slot = root->slot[dist->route[irq]];

	if (cpu_get(slot)->cell != cpu_self()->cell) { /* lent: as vgic_leave_slot() would have it */
		dist->route[irq] = (uint16_t)percpu()->vcpu;
		slot = percpu()->slot;
	}
	gic_set_edge(irq, bit_test(dist->edge, irq));
	gic_write_bits(GICD_ICPENDR, irq & ~31u, 1u << (irq % 32)); /* the change may have made it pending */
	gic_set_priority(irq, dist->priority[irq]);
	gic_ops()->route(irq, slot);
	if (dist->ctlr && bit_test(dist->enabled, irq))
		gic_write_bits(GICD_ISENABLER, irq & ~31u, 1u << (irq % 32));
}

void arch_irq_assign(struct cell_arch *cell, uint32_t irq)
{
	struct vgic_dist *dist = &cell->gic;

	spin_lock(&dist->lock);
	gic_quiesce(irq);
	if (cell->is_root) {
		reclaim(cell, irq);
	} else {
		pass_on(cell, irq);
		bit_clear(dist->enabled, irq);
	}
	bit_set(dist->hw, irq);
	spin_unlock(&dist->lock);
}

void arch_irq_release(struct cell_arch *cell, uint32_t irq)
{
	struct vgic_dist *dist = &cell->gic;

	spin_lock(&dist->lock);
	bit_clear(dist->hw, irq);
	if (!cell->is_root)
		bit_clear(dist->enabled, irq);
	gic_quiesce(irq);
	spin_unlock(&dist->lock);
}

void arch_irq_add_virtual(struct cell_arch *cell, uint32_t irq)
{
	struct vgic_dist *dist = &cell->gic;

	spin_lock(&dist->lock);
	if (bit_test(dist->hw, irq))
		gic_quiesce(irq);
	bit_clear(dist->hw, irq);
	bit_clear(dist->enabled, irq);
	bit_set(dist->virt, irq);
	spin_unlock(&dist->lock);
}

void arch_irq_set(struct cell_arch *cell, uint32_t irq, int level)
{
	struct vgic_dist *dist = &cell->gic;

	if (irq >= GIC_INTIDS || !bit_test(dist->virt, irq))
		return;
	spin_lock(&dist->lock);
	if (!level) {
		bit_clear(dist->line, irq);
	} else if (!bit_test(dist->line, irq)) {
		bit_set(dist->line, irq);
		if (bit_test(dist->edge, irq))
			bit_set(dist->pending, irq);
		vgic_evaluate(cell, irq);
	}
	spin_unlock(&dist->lock);
}
