// SPDX-License-Identifier: GPL-2.0-or-later
/* GICv3: finding redistributors, and moving a CPU between the physical and the virtual CPU interface. */
#include <asm/gic.h>
#include <arch/mmu.h>
#include <asm/gic_irq_path.h>
#include <asm/its.h>
#include <core/log.h>
#include <core/pool.h>

#define SGI_MASK 0xffffu
#define ICH_VTR_LISTREGS 0x1fu
#define GICR_TYPER_VLPIS (1ull << 1)

static uint64_t read64(volatile const uint8_t *address)
{
	return *(volatile const uint64_t *)address;
}

/* The frames name their CPU by affinity: find each slot's frame. Bounded by the size of the region. */
static void find_redistributors(const struct bh_config_gic *config)
{
	uint64_t offset = 0;

	while (offset + GICR_FRAME_SIZE <= config->gicr.size) {
		volatile uint8_t *frame = gic.gicr + offset;
		uint64_t typer = read64(frame + GICR_TYPER);
		uint64_t affinity = typer >> 32;
		uint64_t hwid = (affinity & 0xff000000) << 8 | (affinity & 0xffffff);
		unsigned int slot = cpu_find(hwid);

		if (slot < cpu_count()) {
			struct vgic_shared *shared = &cpu_get(slot)->arch.gic;

			shared->redist = frame;
			shared->redist_base = config->gicr.base + offset;
		}
		if (typer & GICR_TYPER_LAST)
			break;
		offset += typer & GICR_TYPER_VLPIS ? 2 * GICR_FRAME_SIZE : GICR_FRAME_SIZE;
	}
}

/* ICC_SGI1R_EL1 that reaches exactly one CPU (see gic_v3_send_sgi() for the fields). */
static uint64_t sgi_value(uint64_t hwid, uint32_t intid)
{
	return (hwid >> 32 & 0xff) << 48 | (hwid >> 16 & 0xff) << 32 | (hwid >> 8 & 0xff) << 16 |
	       (hwid >> 4 & 15) << 44 | 1ull << (hwid & 15) | (uint64_t)intid << 24;
}

static int v3_probe(const struct bh_config_gic *config)
{
	int code = its_probe(config);

	if (code)
		return code;
	gic.gicr = arch_map_device(hpa(config->gicr.base), config->gicr.size);
	if (!gic.gicr)
		return BH_E_NO_MEMORY;
	find_redistributors(config);
	for (unsigned int slot = 0; slot < cpu_count(); slot++) {
		struct cpu *cpu = cpu_get(slot);

		if (!cpu->arch.gic.redist) {
			log_error(
				"GICv3: no redistributor for CPU %u (affinity %llx) at %llx; correct 'gicr' or 'cpus'",
				slot, (unsigned long long)cpu->hwid, (unsigned long long)config->gicr.base);
			return BH_E_HARDWARE;
		}
		cpu->arch.gic.kick = sgi_value(cpu->hwid, GIC_KICK);
	}
	return 0;
}

static int v3_cpu_probe(void)
{
	struct vgic_cpu *cpu = &percpu()->gic;

	if (!(gic_read_sysreg(ICC_SRE_EL2) & 1)) {
		log_error("GICv3: the system register interface is off at EL2");
		return BH_E_HARDWARE;
	}
	cpu->lr_count = (uint32_t)(gic_read_sysreg(ICH_VTR_EL2) & ICH_VTR_LISTREGS) + 1;
	if (cpu->lr_count > 16)
		cpu->lr_count = 16;
	cpu->lr_mask = (1u << cpu->lr_count) - 1;
	return 0;
}

static volatile uint8_t *v3_private_frame(unsigned int slot)
{
	volatile uint8_t *redist = cpu_get(slot)->arch.gic.redist;

	return redist ? redist + GICR_SGI_FRAME : NULL;
}

/* ICH_AP1R1..3_EL2 exist by the number of preemption bits (ICH_VTR_EL2.PREbits). */
static void clear_active_priorities(void)
{
	unsigned int bits = (unsigned int)(gic_read_sysreg(ICH_VTR_EL2) >> 26 & 7) + 1;

	gic_write_sysreg("S3_4_C12_C8_0", 0);
	gic_write_sysreg("S3_4_C12_C9_0", 0);
	if (bits >= 6) {
		gic_write_sysreg("S3_4_C12_C8_1", 0);
		gic_write_sysreg("S3_4_C12_C9_1", 0);
	}
	if (bits >= 7) {
		gic_write_sysreg("S3_4_C12_C8_2", 0);
		gic_write_sysreg("S3_4_C12_C9_2", 0);
		gic_write_sysreg("S3_4_C12_C8_3", 0);
		gic_write_sysreg("S3_4_C12_C9_3", 0);
	}
}

/* The physical interface as we need it: everything gets through, completing is two steps. */
static void own_physical_interface(void)
{
	gic_write_sysreg(ICC_CTLR_EL1, gic_read_sysreg(ICC_CTLR_EL1) | ICC_CTLR_EOIMODE);
	gic_write_sysreg(ICC_PMR_EL1, 0xff);
	gic_write_sysreg(ICC_BPR1_EL1, 0);
	gic_write_sysreg(ICC_IGRPEN1_EL1, 1);
	gic_isb();
}

static void clear_list_registers(const struct vgic_cpu *cpu)
{
	for (unsigned int index = 0; index < cpu->lr_count; index++)
		lr_write(3, index, 0);
	clear_active_priorities();
}

/*
 * The kernel may be inside an IPI handler while we slide under it: its SGI is active, and its coming write to
 * ICC_DIR_EL1 will reach the virtual interface. It must be completed here or it never fires again.
 */
static void v3_cpu_activate(void)
{
	struct vgic_cpu *cpu = &percpu()->gic;
	volatile uint8_t *frame = v3_private_frame(percpu()->slot);
	uint32_t pending = mmio_read32(frame + GICD_ISPENDR) & SGI_MASK;
	uint64_t vmcr;

	mmio_write32(frame + GICD_ICPENDR, pending);
	__atomic_fetch_or(&cpu->shared->sgi_pending, pending, __ATOMIC_ACQ_REL);
	cpu->found_ctlr = gic_read_sysreg(ICC_CTLR_EL1);
	cpu->found_pmr = gic_read_sysreg(ICC_PMR_EL1);
	vmcr = (cpu->found_pmr & 0xff) << 24 | (gic_read_sysreg(ICC_BPR1_EL1) & 7) << 18 |
	       (cpu->found_ctlr & ICC_CTLR_EOIMODE ? ICH_VMCR_EOIM : 0) |
	       (gic_read_sysreg(ICC_IGRPEN1_EL1) & 1 ? ICH_VMCR_ENG1 : 0);
	for (unsigned int sgi = 0; sgi < GIC_SGIS; sgi++)
		gic_write_sysreg(ICC_DIR_EL1, sgi);
	clear_list_registers(cpu);
	gic_write_sysreg(ICH_VMCR_EL2, vmcr);
	own_physical_interface();
	gic_write_sysreg(ICH_HCR_EL2, ICH_HCR_EN);
}

static void v3_cpu_leave(void)
{
	struct vgic_cpu *cpu = &percpu()->gic;
	uint64_t vmcr = gic_read_sysreg(ICH_VMCR_EL2);
	uint64_t ctlr = gic_read_sysreg(ICC_CTLR_EL1) & ~(uint64_t)ICC_CTLR_EOIMODE;

	gic_write_sysreg(ICH_HCR_EL2, 0);
	gic_write_sysreg(ICC_CTLR_EL1, ctlr | (vmcr & ICH_VMCR_EOIM ? ICC_CTLR_EOIMODE : 0));
	gic_write_sysreg(ICC_BPR1_EL1, vmcr >> 18 & 7);
	gic_write_sysreg(ICC_PMR_EL1, vmcr >> 24 & 0xff);
	gic_write_sysreg(ICC_IGRPEN1_EL1, vmcr & ICH_VMCR_ENG1 ? 1 : 0);
	gic_isb();
	for (uint32_t sgis = cpu->held; sgis; sgis &= sgis - 1)
		gic_write_sysreg(ICC_SGI1R_EL1, sgi_value(cpu_self()->hwid, (uint32_t)__builtin_ctz(sgis)));
	gic_isb();
}

static void v3_cpu_reset(void)
{
	gic_write_sysreg(ICC_SRE_EL2, gic_read_sysreg(ICC_SRE_EL2) | 0xf);
	gic_isb();
	gic_write_sysreg(ICC_SRE_EL1, 7);
	gic_isb();
	clear_list_registers(&percpu()->gic);
	gic_write_sysreg(ICH_VMCR_EL2, 0);
	own_physical_interface();
	gic_write_sysreg(ICH_HCR_EL2, ICH_HCR_EN);
	gic_isb();
}

static void v3_give_back(int active_too)
{
	struct percpu *self = percpu();

	give_back_all(3, &self->gic, &self->cell->gic, active_too);
	gic_write_sysreg(ICH_HCR_EL2, ICH_HCR_EN);
}

static void v3_kick(unsigned int slot)
{
	gic_publish();
	gic_write_sysreg(ICC_SGI1R_EL1, cpu_get(slot)->arch.gic.kick);
	gic_isb();
}

/* Nobody runs here: whatever arrives is completed, and goes to where it is routed by now. */
static int v3_park_irq(void)
{
	int kicked = 0;

	for (unsigned int count = 0; count < GIC_INTIDS; count++) {
		uint32_t intid = (uint32_t)gic_read_sysreg(ICC_IAR1_EL1);

		if (intid - 1020u < 4u)
			break;
		gic_write_sysreg(ICC_EOIR1_EL1, intid);
		kicked |= intid == GIC_KICK;
		if (intid >= GIC_SGIS && intid < GIC_INTIDS)
			vgic_give_back(LR_PENDING | LR_HW | (uint64_t)intid << LR_PHYS_SHIFT | intid, 1);
		else
			gic_write_sysreg(ICC_DIR_EL1, intid);
	}
	return kicked;
}

static void v3_complete(uint32_t intid)
{
	gic_write_sysreg(ICC_DIR_EL1, intid);
}

/* GICD_IROUTER<n>: the CPU's affinity. */
static void v3_route(uint32_t irq, unsigned int slot)
{
	*(volatile uint64_t *)(gic.gicd + GICD_IROUTER + irq * 8ull) = cpu_get(slot)->hwid;
}

const struct gic_ops gic_v3_ops = {
	.probe = v3_probe,
	.cpu_probe = v3_cpu_probe,
	.cpu_activate = v3_cpu_activate,
	.cpu_leave = v3_cpu_leave,
	.cpu_reset = v3_cpu_reset,
	.give_back = v3_give_back,
	.kick = v3_kick,
	.park_irq = v3_park_irq,
	.complete = v3_complete,
	.route = v3_route,
	.private_frame = v3_private_frame,
};
