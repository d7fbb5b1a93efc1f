// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GICv2: interrupt path, virtual SGIs, and moving a CPU between the physical and the virtual CPU interface
 * (IHI 0048B).
 */
#include <asm/gic.h>
#include <arch/mmu.h>
#include <asm/gic_irq_path.h>
#include <core/log.h>

#define IAR_INTID 0x3ffu
#define VMCR_PMR_SHIFT 27
#define VMCR_BPR_SHIFT 21
#define VMCR_EOIM (1u << 9)
#define VMCR_ENG0 (1u << 0)

INLINE void deactivate(uint32_t iar)
{
	mmio_write32(gic.gicc + GICC_DIR, iar);
}

static __attribute__((noinline)) uint64_t special_irq(struct percpu *self, uint32_t iar)
{
	struct vgic_cpu *cpu = &self->gic;
	uint32_t intid = iar & IAR_INTID;

	if (intid == GIC_KICK) {
		deactivate(iar);
		self->stats->count[BH_STAT_KICK]++;
		return serve_kick(2, cpu, self->cell);
	}
	if (intid == cpu->maintenance)
		serve_maintenance(2, cpu, self->cell);
	deactivate(iar);
	return 0;
}

uint64_t gic_v2_irq(void)
{
	struct percpu *self = percpu();
	struct vgic_cpu *cpu = &self->gic;
	uint32_t iar = mmio_read32(gic.gicc + GICC_IAR);
	uint32_t intid = iar & IAR_INTID;

	self->stats->count[BH_STAT_TOTAL]++;
	self->stats->count[BH_STAT_IRQ]++;
	if (intid >= GIC_INTIDS)
		return 0;
	mmio_write32(gic.gicc + GICC_EOIR, iar);
	if (__builtin_expect(intid < GIC_SGIS || intid == cpu->maintenance, 0))
		return special_irq(self, iar);
	inject(2, cpu, &self->cell->gic,
	       LR_PENDING | LR_HW | LR_GROUP1 | (uint64_t)intid << LR_PHYS_SHIFT | intid |
		       (uint64_t)guest_priority(cpu, &self->cell->gic, intid) << LR_PRIORITY_SHIFT);
	return 0;
}

/* The number by which the guest knows the CPU interface of @vcpu: root's are the real ones. */
unsigned int gic_v2_interface(const struct cell_arch *cell, unsigned int vcpu)
{
	return cell->is_root ? cpu_get(cell->slot[vcpu])->arch.gic.interface : vcpu;
}

static void send_one(struct percpu *self, unsigned int vcpu, uint32_t intid)
{
	struct cpu *target = cpu_get(self->cell->slot[vcpu]);
	struct vgic_shared *shared = &target->arch.gic;
	uint32_t source = gic_v2_interface(self->cell, self->vcpu);

	if (target->cell != cpu_of(self->gic.shared)->cell)
		return;
	__atomic_fetch_or(&shared->sgi_source[intid], (uint8_t)(1u << source), __ATOMIC_ACQ_REL);
	__atomic_fetch_or(&shared->sgi_pending, 1u << intid, __ATOMIC_ACQ_REL);
	if (target->slot == self->slot)
		take_sgis(2, &self->gic, &self->cell->gic);
	else
		gic_kick(target->slot);
}

/* GICD_SGIR: [25:24] filter, [23:16] list of interfaces, [3:0] INTID. */
void gic_v2_send_sgi(uint32_t value)
{
	struct percpu *self = percpu();
	uint32_t filter = value >> 24 & 3;

	self->stats->count[BH_STAT_IPI]++;
	for (unsigned int vcpu = 0; vcpu < self->cell->vcpu_count && vcpu < 8; vcpu++) {
		int is_self = vcpu == self->vcpu;

		if ((filter == 0 && value >> (16 + gic_v2_interface(self->cell, vcpu)) & 1) ||
		    (filter == 1 && !is_self) || (filter == 2 && is_self))
			send_one(self, vcpu, value & 15);
	}
}

static int v2_probe(const struct bh_config_gic *config)
{
	gic.gicc = arch_map_device(hpa(config->gicc.base), 0x2000);
	gic.gich = arch_map_device(hpa(config->gich.base), 0x1000);
	gic.gicv_base = config->gicv.base;
	if (!gic.gicc || !gic.gich)
		return BH_E_NO_MEMORY;
	if (cpu_count() > 8) {
		log_error("GICv2 has 8 CPU interfaces, the board lists %u CPUs", cpu_count());
		return BH_E_HARDWARE;
	}
	return 0;
}

/* GICD_ITARGETSR0 is banked and names the reading CPU's own interface. */
static int v2_cpu_probe(void)
{
	struct vgic_cpu *cpu = &percpu()->gic;
	struct vgic_shared *shared = &cpu_self()->arch.gic;
	uint32_t mask = mmio_read32(gic.gicd + GICD_ITARGETSR) & 0xff;

	shared->interface = mask ? (uint32_t)__builtin_ctz(mask) : 0;
	shared->kick = 1ull << (16 + shared->interface) | GIC_KICK;
	cpu->lr_count = (mmio_read32(gic.gich + GICH_VTR) & 0x3f) + 1;
	if (cpu->lr_count > 16)
		cpu->lr_count = 16;
	cpu->lr_mask = (1u << cpu->lr_count) - 1;
	return 0;
}

static volatile uint8_t *v2_private_frame(unsigned int slot)
{
	return slot == percpu()->slot ? gic.gicd : NULL; /* banked: only one's own can be reached */
}

static void own_physical_interface(void)
{
	uint32_t ctlr = mmio_read32(gic.gicc + GICC_CTLR);

	mmio_write32(gic.gicc + GICC_CTLR, ctlr | GICC_CTLR_ENABLE | GICC_CTLR_EOIMODE);
	mmio_write32(gic.gicc + GICC_PMR, 0xff);
	mmio_write32(gic.gicc + GICC_BPR, 0);
}

static void clear_list_registers(const struct vgic_cpu *cpu)
{
	for (unsigned int index = 0; index < cpu->lr_count; index++)
		lr_write(2, index, 0);
	mmio_write32(gic.gich + GICH_APR, 0);
}

/* Where the kernel had routed what; only now is it known which interface is whose. */
static void adopt_routes(struct percpu *self)
{
	for (uint32_t irq = GIC_PRIVATE; irq < gic.intids; irq++)
		if (*(gic.gicd + GICD_ITARGETSR + irq) >> self->gic.shared->interface & 1)
			self->cell->gic.route[irq] = (uint16_t)self->vcpu;
}

static void v2_cpu_activate(void)
{
	struct vgic_cpu *cpu = &percpu()->gic;

	adopt_routes(percpu());
	cpu->found_ctlr = mmio_read32(gic.gicc + GICC_CTLR);
	cpu->found_pmr = mmio_read32(gic.gicc + GICC_PMR);
	mmio_write32(gic.gicd + GICD_ICACTIVER, 0xffff); /* SGIs in service: as in gicv3.c */
	for (unsigned int sgi = 0; sgi < GIC_SGIS; sgi++) {
		volatile uint8_t *pending = gic.gicd + GICD_SPENDSGIR + sgi;
		uint8_t sources = *pending;

		if (!sources)
			continue;
		*(gic.gicd + GICD_CPENDSGIR + sgi) = sources;
		__atomic_fetch_or(&cpu->shared->sgi_source[sgi], sources, __ATOMIC_ACQ_REL);
		__atomic_fetch_or(&cpu->shared->sgi_pending, 1u << sgi, __ATOMIC_ACQ_REL);
	}
	clear_list_registers(cpu);
	mmio_write32(gic.gich + GICH_VMCR,
		     (uint32_t)(cpu->found_pmr >> 3 & 0x1f) << VMCR_PMR_SHIFT |
			     (mmio_read32(gic.gicc + GICC_BPR) & 7) << VMCR_BPR_SHIFT |
			     (cpu->found_ctlr & GICC_CTLR_EOIMODE ? VMCR_EOIM : 0) |
			     (cpu->found_ctlr & GICC_CTLR_ENABLE ? VMCR_ENG0 : 0));
	own_physical_interface();
	mmio_write32(gic.gich + GICH_HCR, ICH_HCR_EN);
	gic_complete_writes();
}

static void v2_cpu_leave(void)
{
	struct vgic_cpu *cpu = &percpu()->gic;
	uint32_t vmcr = mmio_read32(gic.gich + GICH_VMCR);
	uint32_t ctlr = (uint32_t)cpu->found_ctlr & ~(GICC_CTLR_EOIMODE | GICC_CTLR_ENABLE);

	mmio_write32(gic.gich + GICH_HCR, 0);
	mmio_write32(gic.gicc + GICC_CTLR, ctlr | (vmcr & VMCR_EOIM ? GICC_CTLR_EOIMODE : 0) |
						   (vmcr & VMCR_ENG0 ? GICC_CTLR_ENABLE : 0));
	mmio_write32(gic.gicc + GICC_BPR, vmcr >> VMCR_BPR_SHIFT & 7);
	mmio_write32(gic.gicc + GICC_PMR, (vmcr >> VMCR_PMR_SHIFT & 0x1f) << 3);
	for (uint32_t sgis = cpu->held; sgis; sgis &= sgis - 1) {
		uint32_t sgi = (uint32_t)__builtin_ctz(sgis);

		*(gic.gicd + GICD_SPENDSGIR + sgi) =
			__atomic_exchange_n(&cpu->shared->sgi_source[sgi], 0, __ATOMIC_ACQ_REL);
	}
	gic_complete_writes();
}

static void v2_cpu_reset(void)
{
	clear_list_registers(&percpu()->gic);
	mmio_write32(gic.gich + GICH_VMCR, 0);
	own_physical_interface();
	mmio_write32(gic.gich + GICH_HCR, ICH_HCR_EN);
	gic_complete_writes();
}

static void v2_give_back(int active_too)
{
	struct percpu *self = percpu();

	give_back_all(2, &self->gic, &self->cell->gic, active_too);
	mmio_write32(gic.gich + GICH_HCR, ICH_HCR_EN);
}

static void v2_kick(unsigned int slot)
{
	gic_complete_writes();
	mmio_write32(gic.gicd + GICD_SGIR, (uint32_t)cpu_get(slot)->arch.gic.kick);
}

static int v2_park_irq(void)
{
	int kicked = 0;

	for (unsigned int count = 0; count < GIC_INTIDS; count++) {
		uint32_t iar = mmio_read32(gic.gicc + GICC_IAR);
		uint32_t intid = iar & IAR_INTID;

		if (intid >= GIC_INTIDS)
			break;
		mmio_write32(gic.gicc + GICC_EOIR, iar);
		kicked |= intid == GIC_KICK;
		if (intid >= GIC_SGIS)
			vgic_give_back(LR_PENDING | LR_HW | (uint64_t)intid << LR_PHYS_SHIFT | intid, 1);
		else
			deactivate(iar);
	}
	return kicked;
}

static void v2_complete(uint32_t intid)
{
	deactivate(intid);
}

static void v2_route(uint32_t irq, unsigned int slot)
{
	*(gic.gicd + GICD_ITARGETSR + irq) = (uint8_t)(1u << cpu_get(slot)->arch.gic.interface);
}

const struct gic_ops gic_v2_ops = {
	.probe = v2_probe,
	.cpu_probe = v2_cpu_probe,
	.cpu_activate = v2_cpu_activate,
	.cpu_leave = v2_cpu_leave,
	.cpu_reset = v2_cpu_reset,
	.give_back = v2_give_back,
	.kick = v2_kick,
	.park_irq = v2_park_irq,
	.complete = v2_complete,
	.route = v2_route,
	.private_frame = v2_private_frame,
};
