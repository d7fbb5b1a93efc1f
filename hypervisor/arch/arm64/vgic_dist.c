// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The distributor as a cell sees it (IHI 0069 chapter 12.9, IHI 0048B chapter 4.3): a bit, byte or field of
 * an interrupt that is not the cell's reads as zero and ignores writes, as hardware does for interrupts that
 * are not there.
 */
#include <asm/gic.h>
#include <asm/gic_irq_path.h>
#include <asm/gic_priv.h>
#include <core/guest.h>
#include <lib/bitmap.h>

#define CTLR_FIXED 0x50u /* ARE, DS: as the hardware has them */
#define TYPER_CPUS (7u << 5)
#define TYPER_LPIS (1u << 17)
#define TYPER_MBIS (1u << 16)
#define ROUTER_ANY (1ull << 31) /* 1 of N: we take the one that asks */
#define ROUTER_AFFINITY 0xff00ffffffull

/** One register access, taken apart. @irq: first interrupt of the register. */
struct dist_access {
	struct cell_arch *cell;
	struct mmio_access *access;
	uint32_t offset;
	uint32_t irq;
};

/**
 * struct dist_register - one register, or an array of them
 * @start: its offset.  @shift: offset to interrupt: 3 for a bit each, 2 for two bits, 0 for a byte.
 * @sizes: mask of access sizes in bytes that are allowed.  @by_irq: it has fields of interrupts.
 */
struct dist_register {
	uint16_t start;
	uint8_t shift;
	uint8_t sizes;
	uint8_t by_irq;
	void (*handle)(struct dist_access *request);
};

static uint32_t word_of(const uint64_t *map, uint32_t irq)
{
	return (uint32_t)(map[irq / 64] >> (irq % 64 & 32));
}

static void word_change(uint64_t *map, uint32_t irq, uint32_t set, uint32_t clear)
{
	unsigned int shift = irq % 64 & 32;

	map[irq / 64] = (map[irq / 64] & ~((uint64_t)clear << shift)) | (uint64_t)set << shift;
}

/* Virtual lines among @mask: look at each again. */
static void evaluate_word(struct cell_arch *cell, uint32_t irq, uint32_t mask)
{
	for (mask &= word_of(cell->gic.virt, irq); mask; mask &= mask - 1)
		vgic_evaluate(cell, irq + (uint32_t)__builtin_ctz(mask));
}

/* Group enables switch the hardware interrupts of this cell alone: the real GICD_CTLR stays as it is. */
static void set_ctlr(struct cell_arch *cell, uint32_t value)
{
	struct vgic_dist *dist = &cell->gic;
	uint32_t before = dist->ctlr;

	dist->ctlr = value & GICD_CTLR_ENABLES;
	for (uint32_t irq = GIC_PRIVATE; irq < gic.intids; irq += 32) {
		uint32_t hw = word_of(dist->hw, irq) & word_of(dist->enabled, irq);

		if (!before != !dist->ctlr)
			gic_write_bits(dist->ctlr ? GICD_ISENABLER : GICD_ICENABLER, irq, hw);
		evaluate_word(cell, irq, word_of(dist->enabled, irq));
	}
}

static void handle_ctlr(struct dist_access *request)
{
	struct vgic_dist *dist = &request->cell->gic;

	if (request->access->is_write)
		set_ctlr(request->cell, (uint32_t)request->access->value);
	else
		request->access->value = dist->ctlr | (mmio_read32(gic.gicd + GICD_CTLR) & CTLR_FIXED);
}

static void handle_typer(struct dist_access *request)
{
	uint32_t typer = mmio_read32(gic.gicd + GICD_TYPER);

	if (!request->cell->is_root)
		typer &= ~(TYPER_LPIS | TYPER_MBIS);
	if (gic_is_v2() && !request->cell->is_root)
		typer = (typer & ~TYPER_CPUS) | (request->cell->vcpu_count - 1) << 5;
	if (!request->access->is_write)
		request->access->value = typer;
}

/* Identification registers: the hardware's own. */
static void handle_id(struct dist_access *request)
{
	if (!request->access->is_write)
		request->access->value = mmio_read32(gic.gicd + request->offset);
}

/* All interrupts of a cell are in group 1. */
static void handle_group(struct dist_access *request)
{
	const struct vgic_dist *dist = &request->cell->gic;

	if (!request->access->is_write)
		request->access->value = word_of(dist->hw, request->irq) | word_of(dist->virt, request->irq);
}

/* What root enables or disables of what it has lent is not shown, and counts from when that is back. */
static void handle_enable(struct dist_access *request, int set)
{
	struct vgic_dist *dist = &request->cell->gic;
	uint32_t hw = word_of(dist->hw, request->irq), shown = hw | word_of(dist->virt, request->irq);
	uint32_t value = (uint32_t)request->access->value, kept;

	if (!request->access->is_write) {
		request->access->value = word_of(dist->enabled, request->irq) & shown;
		return;
	}
	kept = request->cell->is_root ? value : value & shown;
	value &= shown;
	word_change(dist->enabled, request->irq, set ? kept : 0, set ? 0 : kept);
	if (!set)
		gic_write_bits(GICD_ICENABLER, request->irq, value & hw);
	else if (dist->ctlr)
		gic_write_bits(GICD_ISENABLER, request->irq, value & hw);
	if (set)
		evaluate_word(request->cell, request->irq, value);
}

static void handle_isenabler(struct dist_access *request)
{
	handle_enable(request, 1);
}

static void handle_icenabler(struct dist_access *request)
{
	handle_enable(request, 0);
}

static void handle_pending(struct dist_access *request, uint32_t reg)
{
	struct vgic_dist *dist = &request->cell->gic;
	uint32_t hw = word_of(dist->hw, request->irq);
	uint32_t virt = word_of(dist->virt, request->irq);
	uint32_t value = (uint32_t)request->access->value;

	if (!request->access->is_write) {
		request->access->value =
			(gic_read_bits(GICD_ISPENDR, request->irq) & hw) |
			word_of(dist->pending, request->irq) |
			(word_of(dist->line, request->irq) & ~word_of(dist->edge, request->irq));
		return;
	}
	gic_write_bits(reg, request->irq, value & hw);
	word_change(dist->pending, request->irq, reg == GICD_ISPENDR ? value & virt : 0, value & virt);
	evaluate_word(request->cell, request->irq, value);
}

static void handle_ispendr(struct dist_access *request)
{
	handle_pending(request, GICD_ISPENDR);
}

static void handle_icpendr(struct dist_access *request)
{
	handle_pending(request, GICD_ICPENDR);
}

static void handle_active(struct dist_access *request, uint32_t reg)
{
	struct vgic_dist *dist = &request->cell->gic;
	uint32_t hw = word_of(dist->hw, request->irq);

	if (request->access->is_write)
		gic_write_bits(reg, request->irq, (uint32_t)request->access->value & hw);
	else
		request->access->value = (gic_read_bits(GICD_ISACTIVER, request->irq) & hw) |
					 word_of(dist->inflight, request->irq);
}

static void handle_isactiver(struct dist_access *request)
{
	handle_active(request, GICD_ISACTIVER);
}

static void handle_icactiver(struct dist_access *request)
{
	handle_active(request, GICD_ICACTIVER);
}

static int is_owned(const struct vgic_dist *dist, uint32_t irq)
{
	return bit_test(dist->hw, irq) || bit_test(dist->virt, irq);
}

static void handle_priority(struct dist_access *request)
{
	struct vgic_dist *dist = &request->cell->gic;
	uint64_t value = 0;

	for (unsigned int byte = 0; byte < request->access->size; byte++) {
		uint32_t irq = request->irq + byte;
		uint8_t priority = (uint8_t)(request->access->value >> (byte * 8)) & 0xf8;

		if (irq >= gic.intids || !is_owned(dist, irq))
			continue;
		value |= (uint64_t)dist->priority[irq] << (byte * 8);
		if (!request->access->is_write)
			continue;
		dist->priority[irq] = priority;
		if (bit_test(dist->hw, irq))
			gic_set_priority(irq, priority);
	}
	if (!request->access->is_write)
		request->access->value = value;
}

/* Two bits an interrupt, the upper one means edge. */
static void handle_config(struct dist_access *request)
{
	struct vgic_dist *dist = &request->cell->gic;
	uint64_t value = 0;

	for (unsigned int field = 0; field < 16; field++) {
		uint32_t irq = request->irq + field;
		int edge = (int)(request->access->value >> (field * 2 + 1) & 1);

		if (!is_owned(dist, irq))
			continue;
		value |= (uint64_t)bit_test(dist->edge, irq) << (field * 2 + 1);
		if (!request->access->is_write || edge == bit_test(dist->edge, irq))
			continue;
		word_change(dist->edge, irq & ~31u, edge ? 1u << (irq % 32) : 0, 1u << (irq % 32));
		if (bit_test(dist->hw, irq))
			gic_set_edge(irq, edge);
	}
	if (!request->access->is_write)
		request->access->value = value;
}

/* A CPU of root's that is lent to a guest cell is no target: the interrupt would be taken for the guest's. */
static int may_route(const struct cell_arch *cell, unsigned int vcpu)
{
	return cpu_get(cell->slot[vcpu])->cell == cpu_self()->cell;
}

static void set_route(struct cell_arch *cell, uint32_t irq, unsigned int vcpu)
{
	cell->gic.route[irq] = (uint16_t)vcpu;
	if (bit_test(cell->gic.hw, irq))
		gic_ops()->route(irq, cell->slot[vcpu]);
	else
		vgic_evaluate(cell, irq);
}

/* GICv2: a byte of interfaces an interrupt; the lowest one named gets it. */
static void handle_targets(struct dist_access *request)
{
	struct cell_arch *cell = request->cell;
	uint64_t value = 0;

	for (unsigned int byte = 0; byte < request->access->size; byte++) {
		uint32_t irq = request->irq + byte;

		if (irq >= gic.intids || !is_owned(&cell->gic, irq))
			continue;
		for (unsigned int vcpu = 0; request->access->is_write && vcpu < cell->vcpu_count; vcpu++) {
			if (request->access->value >> (byte * 8 + gic_v2_interface(cell, vcpu)) & 1 &&
			    may_route(cell, vcpu)) {
				set_route(cell, irq, vcpu);
				break;
			}
		}
		value |= 1ull << (byte * 8 + gic_v2_interface(cell, cell->gic.route[irq]));
	}
	if (!request->access->is_write)
		request->access->value = value;
}

/* GICv3: 64 bits an interrupt, accessible by halves. */
static void handle_router(struct dist_access *request)
{
	struct cell_arch *cell = request->cell;
	uint32_t irq = (request->offset - GICD_IROUTER) / 8;
	unsigned int shift = request->offset % 8 * 8;
	uint64_t router;
	unsigned int vcpu;

	if (irq < GIC_PRIVATE || irq >= gic.intids || !is_owned(&cell->gic, irq))
		return;
	router = cell->hwid[cell->gic.route[irq]];
	if (!request->access->is_write) {
		request->access->value = router >> shift;
		return;
	}
	if (request->access->size == 4)
		router = (router & ~(0xffffffffull << shift)) | (request->access->value & 0xffffffff)
									<< shift;
	else
		router = request->access->value;
	vcpu = guest_find_vcpu(cell, router & ROUTER_AFFINITY);
	if (router & ROUTER_ANY)
		vcpu = percpu()->vcpu;
	if (vcpu < cell->vcpu_count && may_route(cell, vcpu))
		set_route(cell, irq, vcpu);
}

static void handle_sgir(struct dist_access *request)
{
	if (request->access->is_write)
		gic_v2_send_sgi((uint32_t)request->access->value);
}

/* The registers that are not by interrupt. */
static void handle_control(struct dist_access *request)
{
	if (request->offset == GICD_CTLR)
		handle_ctlr(request);
	else if (request->offset == GICD_TYPER)
		handle_typer(request);
	else if (request->offset == GICD_IIDR)
		handle_id(request);
}

static void handle_v2_id(struct dist_access *request)
{
	if (gic_is_v2() && request->offset >= GIC_V2_IDREGS)
		handle_id(request);
}

static void handle_v2_targets(struct dist_access *request)
{
	if (gic_is_v2())
		handle_targets(request);
}

#define BLOCK_SHIFT 7 /* every register array begins at a multiple of 128 bytes */
#define BITS(start, handle) { (start), 3, 4, 1, (handle) }
#define BYTES(start, handle) { (start), 0, 4 | 1, 1, (handle) }

/* By offset / 128: no search in the exit path. */
static const struct dist_register registers[] = {
	[0] = { 0, 0, 4, 0, handle_control },
	[GICD_IGROUPR >> BLOCK_SHIFT] = BITS(GICD_IGROUPR, handle_group),
	[GICD_ISENABLER >> BLOCK_SHIFT] = BITS(GICD_ISENABLER, handle_isenabler),
	[GICD_ICENABLER >> BLOCK_SHIFT] = BITS(GICD_ICENABLER, handle_icenabler),
	[GICD_ISPENDR >> BLOCK_SHIFT] = BITS(GICD_ISPENDR, handle_ispendr),
	[GICD_ICPENDR >> BLOCK_SHIFT] = BITS(GICD_ICPENDR, handle_icpendr),
	[GICD_ISACTIVER >> BLOCK_SHIFT] = BITS(GICD_ISACTIVER, handle_isactiver),
	[GICD_ICACTIVER >> BLOCK_SHIFT] = BITS(GICD_ICACTIVER, handle_icactiver),
	[GICD_IPRIORITYR >> BLOCK_SHIFT ... (GICD_ITARGETSR >> BLOCK_SHIFT) - 1] =
		BYTES(GICD_IPRIORITYR, handle_priority),
	[GICD_ITARGETSR >> BLOCK_SHIFT ... (GICD_ICFGR >> BLOCK_SHIFT) - 1] =
		BYTES(GICD_ITARGETSR, handle_v2_targets),
	[GICD_ICFGR >> BLOCK_SHIFT ... (GICD_IGRPMODR >> BLOCK_SHIFT) - 1] = { GICD_ICFGR, 2, 4, 1, handle_config },
	[GIC_V2_IDREGS >> BLOCK_SHIFT] = { 0, 0, 4, 0, handle_v2_id },
};

static const struct dist_register router_registers = { GICD_IROUTER, 0, 4 | 8, 0, handle_router };
static const struct dist_register v3_id_registers = { GIC_V3_IDREGS, 0, 4, 0, handle_id };

static const struct dist_register *find_register(uint32_t offset)
{
	uint32_t block = offset >> BLOCK_SHIFT;

	if (__builtin_expect(block < sizeof(registers) / sizeof(registers[0]), 1))
		return registers[block].handle ? &registers[block] : NULL;
	if (gic_is_v2()) /* its window may be as large, but the hardware ends at 4 KiB */
		return NULL;
	if (offset >= GIC_V3_IDREGS)
		return &v3_id_registers;
	return offset >= GICD_IROUTER && offset < GICD_IROUTER + GIC_INTIDS * 8 ? &router_registers : NULL;
}

void vgic_dist_access(struct cell_arch *cell, uint32_t offset, struct mmio_access *access)
{
	const struct dist_register *reg = find_register(offset);
	struct dist_access request = { cell, access, offset, 0 };

	if (!access->is_write)
		access->value = 0; /* what nobody answers reads as zero */
	if (gic_is_v2() && offset == GICD_SGIR && access->size == 4) {
		handle_sgir(&request); /* without the lock: it may send to every vCPU */
		return;
	}
	if (!reg || !(reg->sizes & access->size) || offset & (access->size - 1))
		return;
	if (reg->by_irq)
		request.irq = (offset - reg->start) << reg->shift;
	if (reg->by_irq && request.irq < GIC_PRIVATE) {
		if (gic_is_v2()) /* GICv3 with affinity routing: they are in the redistributor */
			vgic_private_access(percpu()->slot, offset, access);
		return;
	}
	if (request.irq >= gic.intids)
		return;
	spin_lock(&cell->gic.lock);
	reg->handle(&request);
	spin_unlock(&cell->gic.lock);
}
