// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine's GIC: what GICv2 and GICv3 have in common outside the interrupt path. */
#include <asm/gic.h>

#include <arch/cell.h>
#include <arch/mmu.h>
#include <asm/gic_irq_path.h>
#include <asm/its.h>
#include <asm/lpi.h>
#include <asm/vcpu.h>
#include <core/deadline.h>
#include <core/guest.h>
#include <core/image.h>
#include <core/log.h>
#include <lib/string.h>

#define TYPER_LINES 0x1fu
#define HYP_TIMER_PPI 26u      /* CNTHP: physical timer of EL2 */
#define HYP_VIRT_TIMER_PPI 28u /* CNTHV: virtual timer of EL2 */

struct gic gic;

const struct gic_ops *gic_ops(void)
{
	return gic_is_v2() ? &gic_v2_ops : &gic_v3_ops;
}

unsigned int gic_version(void)
{
	return gic.version;
}

uint32_t gic_cell_ppis(void)
{
	return 0xffff0000u & ~(1u << gic.maintenance | 1u << HYP_TIMER_PPI | 1u << HYP_VIRT_TIMER_PPI);
}

int gic_probe(void)
{
	const struct bh_config_gic *config = &image_config()->gic;
	uint32_t lines;

	memset(&gic, 0, sizeof(gic));
	if (!gic_is_built(config->version)) {
		log_error("this image was built without GICv%u; set CONFIG_GICV%u and build it again", config->version,
			  config->version);
		return BH_E_HARDWARE;
	}
	gic.version = config->version;
	gic.maintenance = config->maintenance_irq;
	gic.its = config->its.size != 0;
	gic.gicd = arch_map_device(hpa(config->gicd.base), config->gicd.size);
	if (!gic.gicd)
		return BH_E_NO_MEMORY;
	lines = ((mmio_read32(gic.gicd + GICD_TYPER) & TYPER_LINES) + 1) * 32;
	gic.intids = lines < GIC_INTIDS ? lines : GIC_INTIDS;
	log_info("GICv%u: %u interrupts, distributor at %llx", gic.version, gic.intids,
		 (unsigned long long)config->gicd.base);
	return gic_ops()->probe(config);
}

void gic_unprobe(void)
{
}

int gic_cpu_probe(void)
{
	struct vgic_cpu *cpu = &percpu()->gic;

	cpu->shared = &cpu_self()->arch.gic;
	cpu->maintenance = gic.maintenance;
	return gic_ops()->cpu_probe();
}

/* Bit registers: one bit an interrupt, 32 a word; writing 0 bits changes nothing. */
void gic_write_bits(uint32_t reg, uint32_t first, uint32_t mask)
{
	if (mask)
		mmio_write32(gic.gicd + reg + first / 8, mask);
}

uint32_t gic_read_bits(uint32_t reg, uint32_t first)
{
	return mmio_read32(gic.gicd + reg + first / 8);
}

int gic_is_edge(uint32_t irq)
{
	return (int)(mmio_read32(gic.gicd + GICD_ICFGR + irq / 16 * 4) >> (irq % 16 * 2 + 1) & 1);
}

/* Sixteen interrupts share the word, maybe of several cells. */
void gic_set_edge(uint32_t irq, int edge)
{
	volatile uint8_t *reg = gic.gicd + GICD_ICFGR + irq / 16 * 4;
	uint32_t bit = 2u << (irq % 16 * 2);
	uint32_t value;

	spin_lock(&gic.lock);
	value = mmio_read32(reg);
	mmio_write32(reg, edge ? value | bit : value & ~bit);
	spin_unlock(&gic.lock);
}

void gic_set_priority(uint32_t irq, uint8_t priority)
{
	*(gic.gicd + GICD_IPRIORITYR + irq) = priority;
}

/* Disabling takes effect when RWP reads as zero (GICv3); bounded, since a broken GIC must not hold us. */
static void wait_for_writes(void)
{
	if (gic_is_v2())
		return;
	for (unsigned int count = 0; count < 100000 && mmio_read32(gic.gicd + GICD_CTLR) & GICD_CTLR_RWP;
	     count++)
		arch_cpu_relax();
}

/* Off, nothing pending, not in service: what an interrupt is like when it changes hands. */
void gic_quiesce(uint32_t irq)
{
	uint32_t first = irq & ~31u;
	uint32_t bit = 1u << (irq % 32);

	gic_write_bits(GICD_ICENABLER, first, bit);
	wait_for_writes();
	gic_write_bits(GICD_ICPENDR, first, bit);
	gic_write_bits(GICD_ICACTIVER, first, bit);
}

static void adopt_one(struct vgic_dist *dist, const struct cell_arch *root, uint32_t irq)
{
	dist->priority[irq] = *(gic.gicd + GICD_IPRIORITYR + irq);
	if (gic_is_edge(irq))
		bit_set(dist->edge, irq);
	if (!bit_test(dist->virt, irq))
		bit_set(dist->hw, irq);
	if (!gic_is_v2()) {
		uint64_t router = *(volatile uint64_t *)(gic.gicd + GICD_IROUTER + irq * 8ull);
		unsigned int vcpu = guest_find_vcpu(root, router & 0xff00ffffffull);

		dist->route[irq] = (uint16_t)(vcpu < root->vcpu_count ? vcpu : 0);
	}
}

void gic_adopt_root(struct cell_arch *root)
{
	struct vgic_dist *dist = &root->gic;

	vgic_build_clusters(root);
	dist->ctlr = mmio_read32(gic.gicd + GICD_CTLR) & GICD_CTLR_ENABLES;
	for (uint32_t first = GIC_PRIVATE; first < gic.intids; first += 32)
		dist->enabled[first / 64] |= (uint64_t)gic_read_bits(GICD_ISENABLER, first) << (first % 64);
	for (uint32_t irq = GIC_PRIVATE; irq < gic.intids; irq++)
		adopt_one(dist, root, irq);
}

/* Our own two interrupts of this CPU: the kick and maintenance, more urgent than any guest's. */
static void enable_own_interrupts(volatile uint8_t *frame)
{
	*(frame + GICD_IPRIORITYR + GIC_KICK) = 0;
	*(frame + GICD_IPRIORITYR + gic.maintenance) = 0;
	mmio_write32(frame + GICD_ISENABLER, 1u << GIC_KICK | 1u << gic.maintenance);
}

void gic_cpu_activate(void)
{
	struct vgic_cpu *cpu = &percpu()->gic;
	volatile uint8_t *frame = gic_ops()->private_frame(percpu()->slot);

	cpu->found_enabled = mmio_read32(frame + GICD_ISENABLER);
	cpu->found_priority = *(frame + GICD_IPRIORITYR + gic.maintenance);
	cpu->shared->sgi_enabled = cpu->found_enabled & 0xffff;
	for (uint32_t intid = 0; intid < GIC_PRIVATE; intid++)
		cpu->shared->priority[intid] = *(frame + GICD_IPRIORITYR + intid);
	gic_ops()->cpu_activate();
	enable_own_interrupts(frame);
	if (cpu->shared->sgi_pending)
		gic_kick(percpu()->slot);
}

/* SGIs are real again: enabled and prioritized as the kernel has them by now. */
static void restore_private(struct vgic_cpu *cpu, volatile uint8_t *frame)
{
	uint32_t enabled = cpu->shared->sgi_enabled | (cpu->found_enabled & 1u << gic.maintenance);

	mmio_write32(frame + GICD_ICENABLER, (0xffffu | 1u << gic.maintenance) & ~enabled);
	mmio_write32(frame + GICD_ISENABLER, enabled);
	for (uint32_t sgi = 0; sgi < GIC_SGIS; sgi++)
		*(frame + GICD_IPRIORITYR + sgi) = cpu->shared->priority[sgi];
	*(frame + GICD_IPRIORITYR + gic.maintenance) = cpu->found_priority;
}

void gic_cpu_leave(void)
{
	struct vgic_cpu *cpu = &percpu()->gic;

	gic_ops()->give_back(0);
	gic_ops()->park_irq(); /* kicks that are still on the way */
	cpu->held |= __atomic_exchange_n(&cpu->shared->sgi_pending, 0, __ATOMIC_ACQ_REL);
	restore_private(cpu, gic_ops()->private_frame(percpu()->slot));
	gic_ops()->cpu_leave();
}

void gic_cpu_leave_off(void)
{
	struct vgic_cpu *cpu = &percpu()->gic;

	gic_ops()->park_irq();
	if (!gic_is_v2())
		lpi_cpu_owner(guest_root());
	cpu->held = 0;
	cpu->shared->sgi_enabled = 0;
	restore_private(cpu, gic_ops()->private_frame(percpu()->slot));
	gic_ops()->cpu_leave();
}

/* PPIs and SGIs of this CPU to power-on state. */
static void reset_private(struct vgic_cpu *cpu)
{
	struct vgic_shared *shared = cpu->shared;
	volatile uint8_t *frame = gic_ops()->private_frame(percpu()->slot);
	uint32_t ppis = gic_cell_ppis();

	mmio_write32(frame + GICD_ICENABLER, ppis);
	mmio_write32(frame + GICD_ICPENDR, ppis);
	mmio_write32(frame + GICD_ICACTIVER, ppis);
	for (uint32_t intid = GIC_SGIS; intid < GIC_PRIVATE; intid++)
		if (ppis >> intid & 1)
			*(frame + GICD_IPRIORITYR + intid) = 0;
	enable_own_interrupts(frame);
	memset(shared->priority, 0, sizeof(shared->priority));
	memset(shared->sgi_source, 0, sizeof(shared->sgi_source));
	shared->sgi_enabled = gic_is_v2() ? 0xffff : 0; /* GICv2: always enabled */
	shared->asleep = 1;
	__atomic_store_n(&shared->sgi_pending, 0, __ATOMIC_RELEASE);
}

static void reset_queues(struct vgic_cpu *cpu)
{
	cpu->waiting = 0;
	cpu->held = 0;
	cpu->lpi_count = 0;
	memset(cpu->sgi_lr, 0, sizeof(cpu->sgi_lr));
	memset(cpu->sgi_wait, 0, sizeof(cpu->sgi_wait));
	memset(cpu->level, 0, sizeof(cpu->level));
}

void gic_cpu_reset(struct cell_arch *cell)
{
	struct vgic_cpu *cpu = &percpu()->gic;

	reset_private(cpu);
	if (!gic_is_v2())
		lpi_cpu_owner(cell);
	reset_queues(cpu);
	gic_ops()->cpu_reset();
	/* Lines that were routed here while the vCPU was off. */
	if (__atomic_load_n(&cpu->shared->spi_summary, __ATOMIC_ACQUIRE))
		gic_kick(percpu()->slot);
}

void gic_cpu_park(void)
{
	struct vgic_cpu *cpu = &percpu()->gic;

	gic_ops()->give_back(1);
	reset_private(cpu);
	reset_queues(cpu);
}

void gic_kick(unsigned int slot)
{
	gic_ops()->kick(slot);
}

int gic_park_irq(void)
{
	return gic_ops()->park_irq();
}

static int its_access(struct mmio_access *access)
{
	uint64_t offset;

	if (!its_is_at(access->address, &offset))
		return 0;
	percpu()->stats->count[BH_STAT_INTC]++;
	its_mmio(offset, access);
	mmio_cut(access);
	return 1;
}

int gic_mmio(struct mmio_access *access)
{
	struct cell_arch *cell = percpu()->cell;
	uint64_t offset = access->address - cell->gic.gicd;

	if (offset < cell->gic.gicd_size) {
		percpu()->stats->count[BH_STAT_INTC]++;
		vgic_dist_access(cell, (uint32_t)offset, access);
		mmio_cut(access);
		return 1;
	}
	offset = access->address - cell->gic.gicr;
	if (offset < cell->gic.gicr_size) {
		percpu()->stats->count[BH_STAT_INTC]++;
		vgic_redist_access(cell, offset, access);
		mmio_cut(access);
		return 1;
	}
	return !gic_is_v2() && cell->is_root && its_access(access);
}

/* Every redistributor: root may switch LPIs on before the CPU is online. */
static int check_lpi_tables(const struct cell_arch *root)
{
	for (unsigned int slot = 0; slot < cpu_count(); slot++) {
		if (lpi_tables_good(root, cpu_get(slot)->arch.gic.redist))
			continue;
		log_error("CPU %u: its LPI tables are not in root's memory outside of the pool", slot);
		return BH_E_NOT_OWNED;
	}
	return BH_E_OK;
}

int arch_root_intc_init(void)
{
	struct cell_arch *root = guest_root();
	int code;

	if (gic_is_v2() || !gic.its)
		return BH_E_OK;
	code = check_lpi_tables(root);
	return code ? code : its_adopt(root);
}

void arch_root_intc_exit(void)
{
	if (!gic_is_v2())
		its_release();
}
