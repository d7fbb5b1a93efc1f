// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SGIs and PPIs as a cell sees them: the redistributors of GICv3, and the banked first words of GICv2's
 * distributor. SGIs are virtual, PPIs are the hardware's, less those that the hypervisor needs for itself.
 */
#include <asm/gic.h>
#include <asm/gic_irq_path.h>
#include <asm/gic_priv.h>
#include <asm/lpi.h>
#include <core/cpu.h>

#define SGI_BITS 0xffffu
#define REDIST_TYPER_ROOT_HIDDEN (1ull << 1 | 1ull << 7) /* VLPIS, RVPEID */

/* Enabling may make an SGI deliverable that is held on its CPU: let it look. */
static void write_sgi_enable(unsigned int slot, uint32_t value, int set)
{
	struct vgic_shared *shared = &cpu_get(slot)->arch.gic;

	if (set)
		__atomic_fetch_or(&shared->sgi_enabled, value & SGI_BITS, __ATOMIC_ACQ_REL);
	else
		__atomic_fetch_and(&shared->sgi_enabled, ~(value & SGI_BITS), __ATOMIC_ACQ_REL);
	if (set && value & SGI_BITS)
		gic_kick(slot);
}

static uint64_t access_enable(unsigned int slot, volatile uint8_t *reg, const struct mmio_access *access,
			      int set)
{
	uint32_t ppis = gic_cell_ppis();

	if (!access->is_write)
		return (mmio_read32(reg) & ppis) | cpu_get(slot)->arch.gic.sgi_enabled;
	mmio_write32(reg, (uint32_t)access->value & ppis);
	write_sgi_enable(slot, (uint32_t)access->value, set);
	return 0;
}

static uint64_t access_pending(unsigned int slot, volatile uint8_t *reg, const struct mmio_access *access,
			       int set)
{
	struct vgic_shared *shared = &cpu_get(slot)->arch.gic;
	uint32_t sgis = (uint32_t)access->value & SGI_BITS;
	uint32_t ppis = gic_cell_ppis();

	if (!access->is_write)
		return (mmio_read32(reg) & ppis) | __atomic_load_n(&shared->sgi_pending, __ATOMIC_ACQUIRE) |
		       (slot == percpu()->slot ? percpu()->gic.held : 0);
	mmio_write32(reg, (uint32_t)access->value & ppis);
	if (gic_is_v2())
		return 0; /* GICv2 has GICD_SPENDSGIR for that */
	if (set) {
		__atomic_fetch_or(&shared->sgi_pending, sgis, __ATOMIC_ACQ_REL);
		gic_kick(slot);
	} else {
		__atomic_fetch_and(&shared->sgi_pending, ~sgis, __ATOMIC_ACQ_REL);
		if (slot == percpu()->slot)
			percpu()->gic.held &= ~sgis;
	}
	return 0;
}

/* PPIs only: whether an SGI is active is in the list registers, and nobody asks. */
static uint64_t access_active(volatile uint8_t *reg, const struct mmio_access *access)
{
	if (!access->is_write)
		return mmio_read32(reg) & gic_cell_ppis();
	mmio_write32(reg, (uint32_t)access->value & gic_cell_ppis());
	return 0;
}

static uint64_t access_priority(unsigned int slot, volatile uint8_t *frame, uint32_t first,
				const struct mmio_access *access)
{
	struct vgic_shared *shared = &cpu_get(slot)->arch.gic;
	uint64_t value = 0;

	for (unsigned int byte = 0; byte < access->size && first + byte < GIC_PRIVATE; byte++) {
		uint32_t intid = first + byte;

		value |= (uint64_t)shared->priority[intid] << (byte * 8);
		if (!access->is_write)
			continue;
		shared->priority[intid] = (uint8_t)(access->value >> (byte * 8)) & 0xf8;
		if (gic_cell_ppis() >> intid & 1)
			*(frame + GICD_IPRIORITYR + intid) = shared->priority[intid];
	}
	return value;
}

/* Edge or level of PPIs (often fixed); SGIs are always edge. */
static uint64_t access_config(volatile uint8_t *frame, uint32_t offset, const struct mmio_access *access)
{
	uint32_t fields = 0;
	uint32_t value;

	if (offset == GICD_ICFGR)
		return 0xaaaaaaaau;
	for (uint32_t ppi = 0; ppi < 16; ppi++)
		if (gic_cell_ppis() >> (16 + ppi) & 1)
			fields |= 2u << (ppi * 2);
	value = mmio_read32(frame + offset);
	if (!access->is_write)
		return value & fields;
	mmio_write32(frame + offset, (value & ~fields) | ((uint32_t)access->value & fields));
	return 0;
}

void vgic_private_access(unsigned int slot, uint32_t offset, struct mmio_access *access)
{
	volatile uint8_t *frame = gic_ops()->private_frame(slot);
	int is_priority = offset >= GICD_IPRIORITYR && offset < GICD_IPRIORITYR + GIC_PRIVATE;
	uint64_t value = 0;

	if (!frame || (access->size != 4 && !(access->size == 1 && (is_priority || gic_is_v2()))))
		return;
	if (is_priority)
		value = access_priority(slot, frame, offset - GICD_IPRIORITYR, access);
	else if (offset == GICD_IGROUPR)
		value = ~gic_cell_ppis() & 0xffff0000u ? gic_cell_ppis() | SGI_BITS : 0xffffffffu;
	else if (offset == GICD_ISENABLER || offset == GICD_ICENABLER)
		value = access_enable(slot, frame + offset, access, offset == GICD_ISENABLER);
	else if (offset == GICD_ISPENDR || offset == GICD_ICPENDR)
		value = access_pending(slot, frame + offset, access, offset == GICD_ISPENDR);
	else if (offset == GICD_ISACTIVER || offset == GICD_ICACTIVER)
		value = access_active(frame + offset, access);
	else if (offset == GICD_ICFGR || offset == GICD_ICFGR + 4)
		value = access_config(frame, offset, access);
	else if (gic_is_v2() && offset >= GICD_ITARGETSR && offset < GICD_ITARGETSR + GIC_PRIVATE)
		value = (1u << gic_v2_interface(percpu()->cell, percpu()->vcpu)) *
			(access->size == 1 ? 1u : 0x01010101u);
	if (!access->is_write)
		access->value = value;
}

/*
 * Which CPU a redistributor frame of the cell's window belongs to. Guests have one frame a vCPU without gaps;
 * root has the machine's window, where frames of CPUs that are lent to guest cells are there but do not
 * answer to writes.
 */
static unsigned int find_slot(const struct cell_arch *cell, uint64_t offset, uint64_t *within)
{
	if (!cell->is_root) {
		*within = offset % GICR_FRAME_SIZE;
		return cell->slot[offset / GICR_FRAME_SIZE];
	}
	for (unsigned int slot = 0; slot < cpu_count(); slot++) {
		*within = cell->gic.gicr + offset - cpu_get(slot)->arch.gic.redist_base;
		if (*within < GICR_FRAME_SIZE)
			return slot;
	}
	return cpu_count();
}

/* Guests: affinity and number of the vCPU, nothing of LPIs. Root: the machine's, without GICv4. */
static uint64_t typer_of(const struct cell_arch *cell, unsigned int slot, uint64_t offset)
{
	uint64_t vcpu = offset / GICR_FRAME_SIZE;
	uint64_t hwid;

	if (cell->is_root)
		return *(volatile uint64_t *)(cpu_get(slot)->arch.gic.redist + GICR_TYPER) &
		       ~REDIST_TYPER_ROOT_HIDDEN;
	hwid = cell->hwid[vcpu];
	return ((hwid >> 8 & 0xff000000) | (hwid & 0xffffff)) << 32 | vcpu << 8 |
	       (vcpu + 1 == cell->vcpu_count ? GICR_TYPER_LAST : 0);
}

static uint64_t access_waker(unsigned int slot, const struct mmio_access *access)
{
	struct vgic_shared *shared = &cpu_get(slot)->arch.gic;

	if (access->is_write)
		shared->asleep = access->value & GICR_WAKER_SLEEP ? 1 : 0;
	return shared->asleep ? GICR_WAKER_SLEEP | GICR_WAKER_ASLEEP : 0;
}

static void access_control_frame(struct cell_arch *cell, unsigned int slot, uint64_t offset, uint32_t within,
				 struct mmio_access *access)
{
	volatile uint8_t *redist = cpu_get(slot)->arch.gic.redist;

	if (within == GICR_TYPER || within == GICR_TYPER + 4) {
		if (!access->is_write)
			access->value = typer_of(cell, slot, offset - offset % 8) >> (within % 8 * 8);
	} else if (within == GICR_WAKER) {
		access->value = access_waker(slot, access);
	} else if (within == GICR_IIDR || within >= GIC_V3_IDREGS) {
		if (!access->is_write && access->size == 4) /* a device is not read unaligned */
			access->value = mmio_read32(redist + within);
	} else if (cell->is_root && gic.its &&
		   (within == GICR_CTLR || within == GICR_PROPBASER || within == GICR_PENDBASER)) {
		lpi_redist_access(cell, redist, within, access);
	}
}

void vgic_redist_access(struct cell_arch *cell, uint64_t offset, struct mmio_access *access)
{
	uint64_t within = 0;
	unsigned int slot = find_slot(cell, offset, &within);
	int foreign;

	if (!access->is_write)
		access->value = 0;
	if (slot >= cpu_count() || offset % access->size)
		return;
	foreign = cpu_get(slot)->cell != cpu_self()->cell;
	if (within >= GICR_SGI_FRAME) {
		if (!foreign)
			vgic_private_access(slot, (uint32_t)within - GICR_SGI_FRAME, access);
	} else if (!foreign || !access->is_write) {
		access_control_frame(cell, slot, offset, (uint32_t)within, access);
	}
}
