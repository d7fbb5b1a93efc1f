// SPDX-License-Identifier: GPL-2.0-or-later
/* GICv3: the interrupt path and virtual SGIs (IHI 0069, 8.2 and 12). */
#include <asm/gic.h>
#include <asm/gic_irq_path.h>

#define SPURIOUS(intid) ((intid) - 1020u < 4u)

/* ICH_LR0..7_EL2 are S3_4_C12_C12_0..7, ICH_LR8..15_EL2 are S3_4_C12_C13_0..7. */
#define LR_EACH(X)                                                                                 \
	X(0, "S3_4_C12_C12_0") X(1, "S3_4_C12_C12_1") X(2, "S3_4_C12_C12_2") X(3, "S3_4_C12_C12_3") \
	X(4, "S3_4_C12_C12_4") X(5, "S3_4_C12_C12_5") X(6, "S3_4_C12_C12_6") X(7, "S3_4_C12_C12_7") \
	X(8, "S3_4_C12_C13_0") X(9, "S3_4_C12_C13_1") X(10, "S3_4_C12_C13_2") X(11, "S3_4_C12_C13_3") \
	X(12, "S3_4_C12_C13_4") X(13, "S3_4_C12_C13_5") X(14, "S3_4_C12_C13_6") X(15, "S3_4_C12_C13_7")

uint64_t gic_v3_lr_read(unsigned int index)
{
#define LR_READ(n, name)                                                                           \
	if (index == (n))                                                                          \
		return gic_read_sysreg(name);
	LR_EACH(LR_READ)
#undef LR_READ
	return 0;
}

void gic_v3_lr_write(unsigned int index, uint64_t lr)
{
#define LR_WRITE(n, name)                                                                          \
	if (index == (n)) {                                                                        \
		gic_write_sysreg(name, lr);                                                        \
		return;                                                                            \
	}
	LR_EACH(LR_WRITE)
#undef LR_WRITE
}

INLINE void deactivate(uint32_t intid)
{
	gic_write_sysreg(ICC_DIR_EL1, intid);
}

/* Everything that is not the running cell's own wired interrupt. */
static __attribute__((noinline)) uint64_t special_irq(struct percpu *self, uint32_t intid)
{
	struct vgic_cpu *cpu = &self->gic;

	if (intid == GIC_KICK) {
		deactivate(intid);
		self->stats->count[BH_STAT_KICK]++;
		return serve_kick(3, cpu, self->cell);
	}
	if (intid < GIC_LPI_FIRST && intid == cpu->maintenance)
		serve_maintenance(3, cpu, self->cell);
	else if (intid >= GIC_LPI_FIRST && self->cell->is_root) /* the ITS is root's, guests have no LPIs */
		take_lpi_slow(3, cpu, &self->cell->gic, intid);
	deactivate(intid); /* for LPIs without effect; a stray SGI ends here */
	return 0;
}

uint64_t gic_v3_irq(void)
{
	struct percpu *self = percpu();
	struct vgic_cpu *cpu = &self->gic;
	uint32_t intid = (uint32_t)gic_read_sysreg(ICC_IAR1_EL1);

	self->stats->count[BH_STAT_TOTAL]++;
	self->stats->count[BH_STAT_IRQ]++;
	if (SPURIOUS(intid))
		return 0;
	gic_write_sysreg(ICC_EOIR1_EL1, intid);
	if (__builtin_expect(intid < GIC_SGIS || intid >= GIC_INTIDS || intid == cpu->maintenance, 0))
		return special_irq(self, intid);
	inject(3, cpu, &self->cell->gic,
	       LR_PENDING | LR_HW | LR_GROUP1 | (uint64_t)intid << LR_PHYS_SHIFT | intid |
		       (uint64_t)guest_priority(cpu, &self->cell->gic, intid) << LR_PRIORITY_SHIFT);
	return 0;
}

/*
 * One SGI to one vCPU. A CPU of the root cell that is lent to a guest cell is not root's to interrupt: who
 * owns a CPU changes only while it is parked, and arch_vcpu_start() empties its queues.
 */
INLINE void send_one(struct percpu *self, uint32_t vcpu, uint32_t intid)
{
	uint32_t slot = self->cell->slot[vcpu];
	struct cpu *target = cpu_get(slot);
	struct vgic_shared *shared = &target->arch.gic;

	if (slot == self->slot) {
		if (shared->sgi_enabled >> intid & 1)
			inject_sgi(3, &self->gic, &self->cell->gic, intid, 0);
		else
			self->gic.held |= 1u << intid;
		return;
	}
	if (__builtin_expect(target->cell != cpu_of(self->gic.shared)->cell, 0))
		return;
	/* A bit that was there already means that its kick is still on the way. */
	if (!__atomic_fetch_or(&shared->sgi_pending, 1u << intid, __ATOMIC_ACQ_REL)) {
		gic_publish();
		gic_write_sysreg(ICC_SGI1R_EL1, shared->kick);
		gic_isb();
	}
}

static __attribute__((noinline)) void send_to_others(struct percpu *self, uint32_t intid)
{
	for (uint32_t vcpu = 0; vcpu < self->cell->vcpu_count; vcpu++)
		if (vcpu != self->vcpu)
			send_one(self, vcpu, intid);
}

/*
 * ICC_SGI1R_EL1: [15:0] target list, [23:16] Aff1, [27:24] INTID, [39:32] Aff2, [40] IRM, [47:44] RS, [55:48]
 * Aff3.
 */
void gic_v3_send_sgi(uint64_t value)
{
	struct percpu *self = percpu();
	const struct vgic_dist *dist = &self->cell->gic;
	uint32_t intid = value >> 24 & 15;
	uint64_t key = (value >> 48 & 0xff) << 32 | (value >> 32 & 0xff) << 16 | (value >> 16 & 0xff) << 8 |
		       (value >> 44 & 15) << 4;

	self->stats->count[BH_STAT_TOTAL]++;
	self->stats->count[BH_STAT_IPI]++;
	if (value >> 40 & 1) {
		send_to_others(self, intid);
		return;
	}
	for (uint32_t index = 0; index < dist->cluster_count; index++) {
		if (dist->cluster[index].key != key)
			continue;
		for (uint32_t list = value & 0xffff; list; list &= list - 1) {
			uint32_t vcpu = dist->cluster[index].vcpu[__builtin_ctz(list)];

			if (vcpu != VGIC_NO_VCPU)
				send_one(self, vcpu, intid);
		}
		return;
	}
}
