// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual GIC on a faked one, GICv2 and GICv3: three cells access distributors and redistributors, send SGIs, take
 * and complete interrupts, are reset, and interrupts change hands. Who owns what is kept here once more; each write to
 * hardware must be to bits, bytes and fields of the cell that made it, and reads show nothing of others.
 */
#include "fuzz.h"

#include <arch/cell.h>
#include <arch/irq.h>
#include <asm/gic.h>
#include <asm/gic_inject.h>
#include <cell/cell.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <hardware.h>
#include <lib/config.h>

#define LRS 4u
#define ROOT 0u
#define CELLS 3u
#define NOBODY 0xffu
#define LINE 33u /* of a virtual device of each guest */
#define SPURIOUS 1023u
#define ROOT_RAM 0x40000000ull /* what root keeps for ever; it also has some of the pool for the time being */
#define ROOT_RAM_SIZE 0x200000ull
#define FOREIGN_PPIS (1u << SHIM_MAINTENANCE | 1u << 26 | 1u << 28)
#define PPIS (0xffff0000u & ~FOREIGN_PPIS)

static struct cell cells[CELLS];
static uint8_t owner_of_cpu[SHIM_CPUS];
static uint8_t owner[1024]; /* by INTID; the last four are no interrupts */
static uint64_t lr[SHIM_CPUS][LRS];
static uint32_t arriving;  /* what the next acknowledge reads */
static unsigned int actor; /* cell for which the hypervisor works */
static int private_too;	   /* ... on the CPU itself: its own interrupts may be touched */
static int deep;
static unsigned int version, intids;

struct guest_blob {
	struct bh_config_cell body;
	struct bh_config_cpu cpus[2];
};

/* ---- who may what ---- */

static uint32_t owned_word(unsigned int cell, uint32_t first)
{
	uint32_t word = 0;

	for (uint32_t irq = first; irq < first + 32 && irq < GIC_INTIDS; irq++)
		word |= (uint32_t)(owner[irq] == cell) << (irq - first);
	return word;
}

static int is_line(unsigned int cell, uint32_t irq)
{
	return cell != ROOT ? irq == LINE : irq == LINE && !bit_test(cells[ROOT].arch.gic.hw, LINE);
}

static int may_see(unsigned int cell, uint32_t irq)
{
	return irq < GIC_INTIDS && (owner[irq] == cell || is_line(cell, irq));
}

static uint32_t private_allowed(void)
{
	return PPIS | (private_too ? 1u << GIC_KICK | 1u << SHIM_MAINTENANCE : 0);
}

/* Bits of a register with one bit an interrupt, at @offset in a distributor or SGI frame. */
static void check_bits(uint32_t offset, uint32_t value)
{
	uint32_t first = (offset & 0x7f) * 8;
	uint32_t allowed = first < GIC_PRIVATE ? private_allowed() : owned_word(actor, first);

	fuzz_check(!(value & ~allowed), "cell %u writes 0x%x to 0x%x, may 0x%x", actor, value, offset,
		   allowed);
}

static void check_fields(volatile const uint8_t *frame, uint32_t offset, uint32_t value)
{
	uint32_t changed = value ^ *(volatile const uint32_t *)(frame + offset);
	uint32_t first = (offset - GICD_ICFGR) * 4;

	for (unsigned int field = 0; field < 16; field++) {
		uint32_t irq = first + field;
		int may = irq < GIC_PRIVATE ? PPIS >> irq & 1 : irq < GIC_INTIDS && owner[irq] == actor;

		fuzz_check(may || !(changed >> (field * 2) & 3), "cell %u changes the trigger of %u", actor,
			   irq);
	}
}

static void check_kick(uint64_t value)
{
	unsigned int slot = 0;

	while (slot < SHIM_CPUS && cpu_get(slot)->arch.gic.kick != value)
		slot++;
	fuzz_check(slot < SHIM_CPUS, "SGI 0x%llx is no kick", (unsigned long long)value);
	fuzz_check(owner_of_cpu[slot] == actor || slot == shim_cpu, "cell %u kicks CPU %u of %u", actor, slot,
		   owner_of_cpu[slot]);
}

static void check_lr(uint64_t value)
{
	unsigned int cell = owner_of_cpu[shim_cpu];
	uint32_t intid = lr_intid(value);

	if (!(value & LR_STATE))
		return;
	if (value & LR_HW) {
		fuzz_check(lr_phys(value) == intid, "list register 0x%llx", (unsigned long long)value);
		fuzz_check(intid < GIC_PRIVATE ? PPIS >> intid & 1 :
						 intid < GIC_INTIDS && owner[intid] == cell,
			   "cell %u gets interrupt %u", cell, intid);
		deep |= cell != ROOT && intid >= GIC_PRIVATE;
	} else {
		fuzz_check(intid < GIC_SGIS || (intid < GIC_INTIDS && is_line(cell, intid)) ||
				   (intid >= GIC_LPI_FIRST && cell == ROOT),
			   "cell %u gets virtual interrupt %u", cell, intid);
	}
}

/* ---- hardware ---- */

static uint32_t empty_lrs(void)
{
	uint32_t empty = 0;

	for (unsigned int i = 0; i < LRS; i++)
		empty |= (uint32_t) !(lr[shim_cpu][i] & LR_STATE) << i;
	return empty;
}

static uint32_t ended_lrs(void)
{
	uint32_t ended = 0;

	for (unsigned int i = 0; i < LRS; i++) {
		uint64_t value = lr[shim_cpu][i];

		ended |= (uint32_t)(!(value & (LR_STATE | LR_HW)) && (value & LR_EOI) != 0) << i;
	}
	return ended;
}

static uint32_t acknowledge(void)
{
	uint32_t intid = arriving;

	arriving = SPURIOUS;
	return intid;
}

static void put_lr(unsigned int index, uint64_t value)
{
	fuzz_check(index < LRS, "list register %u", index);
	check_lr(value);
	lr[shim_cpu][index] = value;
}

static unsigned int lr_index(const char *name)
{
	return strncmp(name, "S3_4_C12_C12_", 13) ? LRS : (unsigned int)(name[13] - '0');
}

static int read_register(const char *name, uint64_t *value)
{
	unsigned int index = lr_index(name);

	if (index < LRS)
		*value = lr[shim_cpu][index];
	else if (!strcmp(name, ICH_ELRSR_EL2))
		*value = empty_lrs();
	else if (!strcmp(name, ICH_EISR_EL2))
		*value = ended_lrs();
	else if (!strcmp(name, ICC_IAR1_EL1))
		*value = acknowledge();
	else
		return 0;
	return 1;
}

static int write_register(const char *name, uint64_t value)
{
	unsigned int index = lr_index(name);

	if (index < LRS)
		put_lr(index, value);
	else if (!strcmp(name, ICC_SGI1R_EL1))
		check_kick(value);
	else
		return 0;
	return 1;
}

static int in_frame(volatile const uint8_t *address, const uint8_t *frame, uint32_t size, uint32_t *offset)
{
	uintptr_t distance = (uintptr_t)address - (uintptr_t)frame;

	*offset = (uint32_t)distance;
	return distance < size;
}

static int read_frame(volatile const uint8_t *address, uint32_t *value)
{
	uint32_t at;

	if (in_frame(address, shim_frames.gich, SHIM_GICH_SIZE, &at)) {
		if (at == GICH_ELRSR0)
			*value = empty_lrs();
		else if (at == GICH_EISR0)
			*value = ended_lrs();
		else if (at >= GICH_LR && at < GICH_LR + LRS * 4)
			*value = lr_to_v2(lr[shim_cpu][(at - GICH_LR) / 4]);
		else
			return 0;
		return 1;
	}
	if (in_frame(address, shim_frames.gicc, SHIM_GICC_SIZE, &at) && at == GICC_IAR) {
		*value = acknowledge();
		return 1;
	}
	if (version == 2 && in_frame(address, shim_frames.gicd, SHIM_GICD_SIZE, &at) &&
	    at == GICD_ITARGETSR) {
		*value = 0x01010101u << shim_cpu;
		return 1;
	}
	return 0;
}

/* Return: 1: it is a register whose write does not change what is read there, for our purpose. */
static int write_distributor(uint32_t offset, uint32_t value)
{
	if (offset >= GICD_ISENABLER && offset < GICD_IPRIORITYR) {
		check_bits(offset, value);
		return 1;
	}
	if (offset >= GICD_ICFGR && offset < GICD_IGRPMODR) {
		check_fields(shim_frames.gicd, offset, value);
		return 0;
	}
	fuzz_check(version == 2 && offset == GICD_SGIR, "cell %u writes 0x%x to GICD 0x%x", actor, value,
		   offset);
	check_kick(value);
	return 1;
}

static int write_redistributor(uint32_t offset, uint32_t value)
{
	unsigned int slot = offset / GICR_FRAME_SIZE;
	uint32_t within = offset % GICR_FRAME_SIZE;
	volatile uint8_t *frame = shim_frames.gicr + offset - within;

	fuzz_check(owner_of_cpu[slot] == actor, "cell %u writes GICR 0x%x of CPU %u", actor, within, slot);
	if (within < GICR_SGI_FRAME) {
		fuzz_check(actor == ROOT && within == GICR_CTLR, "cell %u writes GICR 0x%x", actor, within);
		return 0;
	}
	within -= GICR_SGI_FRAME;
	if (within >= GICD_ISENABLER && within < GICD_IPRIORITYR) {
		check_bits(within, value);
		return 1;
	}
	fuzz_check(within == GICD_ICFGR + 4, "cell %u writes GICR SGI 0x%x", actor, within);
	check_fields(frame + GICR_SGI_FRAME, within, value);
	return 0;
}

static int write_frame(volatile uint8_t *address, uint32_t value)
{
	uint32_t at;

	if (in_frame(address, shim_frames.gicd, SHIM_GICD_SIZE, &at))
		return write_distributor(at, value);
	if (in_frame(address, shim_frames.gicr, SHIM_GICR_SIZE, &at))
		return write_redistributor(at, value);
	if (in_frame(address, shim_frames.gich, SHIM_GICH_SIZE, &at) && at >= GICH_LR &&
	    at < GICH_LR + LRS * 4) {
		put_lr((at - GICH_LR) / 4, lr_from_v2(value)); /* its bit 19 is the EOI bit of GICv3 */
		return 1;
	}
	return 0;
}

/* ---- bytes and double words are written directly: what changed is found afterwards ---- */

static struct {
	uint8_t bytes[0x800]; /* priorities and targets */
	uint64_t router[GIC_INTIDS];
	uint8_t priority[SHIM_CPUS][GIC_PRIVATE];
	uint64_t tables[SHIM_CPUS][2];
} last;

static void check_changed_bytes(void)
{
	const uint8_t *now = shim_frames.gicd + GICD_IPRIORITYR;

	if (!memcmp(now, last.bytes, sizeof(last.bytes)))
		return;
	for (uint32_t at = 0; at < sizeof(last.bytes); at++) {
		uint32_t irq = at & 0x3ff;
		int may = irq < GIC_PRIVATE ? (PPIS >> irq & 1) || private_too : owner[irq] == actor;

		if (now[at] == last.bytes[at])
			continue;
		fuzz_check(irq < GIC_INTIDS && may, "cell %u changes byte 0x%x of %u", actor, at, irq);
		fuzz_check(at < 0x400 || now[at] == 0 || owner_of_cpu[__builtin_ctz(now[at])] == actor,
			   "cell %u routes %u to 0x%x", actor, irq, now[at]);
	}
	memcpy(last.bytes, now, sizeof(last.bytes));
}

static void check_changed_routes(void)
{
	const uint8_t *now = shim_frames.gicd + GICD_IROUTER;

	if (!memcmp(now, last.router, sizeof(last.router)))
		return;
	for (uint32_t irq = 0; irq < GIC_INTIDS; irq++) {
		uint64_t router;
		unsigned int slot;

		memcpy(&router, now + irq * 8ull, sizeof(router));
		if (router == last.router[irq])
			continue;
		slot = cpu_find(router);
		fuzz_check(irq >= GIC_PRIVATE && owner[irq] == actor, "cell %u changes the route of %u",
			   actor, irq);
		fuzz_check(slot < SHIM_CPUS && owner_of_cpu[slot] == actor, "cell %u routes %u to 0x%llx",
			   actor, irq, (unsigned long long)router);
		last.router[irq] = router;
	}
}

/* While LPIs are on, the redistributor writes to its tables: all of them must be root's for ever. */
static void check_lpi_tables(const uint8_t *frame, unsigned int slot)
{
	uint64_t properties, pending, bits;

	memcpy(&properties, frame + GICR_PROPBASER, sizeof(properties));
	memcpy(&pending, frame + GICR_PENDBASER, sizeof(pending));
	bits = (properties & 0x1f) + 1;
	properties &= 0x000ffffffffff000ull;
	pending &= 0x000fffffffff0000ull;
	if (!(*(const uint32_t *)(frame + GICR_CTLR) & 1))
		return;
	/* With fewer bits there are no LPIs. */
	fuzz_check(bits < 14 || (properties >= ROOT_RAM &&
				 properties + (1ull << bits) - 8192 <= ROOT_RAM + ROOT_RAM_SIZE),
		   "CPU %u: properties of %llu bits at 0x%llx", slot, (unsigned long long)bits,
		   (unsigned long long)properties);
	fuzz_check(pending >= ROOT_RAM && pending + (1ull << bits) / 8 <= ROOT_RAM + ROOT_RAM_SIZE,
		   "CPU %u: pending bits at 0x%llx", slot, (unsigned long long)pending);
}

static void check_changed_private(unsigned int slot)
{
	const uint8_t *frame = shim_frames.gicr + slot * GICR_FRAME_SIZE;
	const uint8_t *now = frame + GICR_SGI_FRAME + GICD_IPRIORITYR;

	for (uint32_t intid = 0; intid < GIC_PRIVATE; intid++) {
		if (now[intid] == last.priority[slot][intid])
			continue;
		fuzz_check(owner_of_cpu[slot] == actor && (private_too || PPIS >> intid & 1),
			   "cell %u changes the priority of %u on CPU %u", actor, intid, slot);
		last.priority[slot][intid] = now[intid];
	}
	if (memcmp(frame + GICR_PROPBASER, last.tables[slot], sizeof(last.tables[slot]))) {
		fuzz_check(actor == ROOT && owner_of_cpu[slot] == ROOT, "cell %u moves LPI tables of CPU %u",
			   actor, slot);
		memcpy(last.tables[slot], frame + GICR_PROPBASER, sizeof(last.tables[slot]));
	}
	check_lpi_tables(frame, slot);
}

static void check_step(void)
{
	check_changed_bytes();
	if (version == 3)
		check_changed_routes();
	for (unsigned int slot = 0; slot < SHIM_CPUS && version == 3; slot++)
		check_changed_private(slot);
	fuzz_check(gic.lock.next == gic.lock.owner, "the GIC's lock is held");
	for (unsigned int i = 0; i < CELLS; i++)
		fuzz_check(cells[i].arch.gic.lock.next == cells[i].arch.gic.lock.owner,
			   "lock of cell %u is held", i);
}

/* At the end: who is told of what, and that both books say the same. */
static void check_books(void)
{
	for (unsigned int i = 0; i < CELLS; i++) {
		const struct vgic_dist *dist = &cells[i].arch.gic;

		for (uint32_t irq = GIC_PRIVATE; irq < intids; irq++) {
			unsigned int slot = cells[i].arch.slot[dist->route[irq]];

			fuzz_check(bit_test(dist->hw, irq) == (owner[irq] == i), "interrupt %u, cell %u", irq,
				   i);
			fuzz_check(dist->route[irq] < cells[i].arch.vcpu_count, "route of %u in cell %u", irq,
				   i);
			fuzz_check(!may_see(i, irq) || owner_of_cpu[slot] == i,
				   "%u of cell %u goes to CPU %u", irq, i, slot);
		}
	}
}

/* ---- the machine ---- */

static void enter_cpu(unsigned int cpu)
{
	shim_cpu = cpu;
	actor = owner_of_cpu[cpu];
}

static void set_up_cpu(unsigned int cpu)
{
	shim_cpu = cpu;
	*shim_register(cpu, ICC_SRE_EL2) = 1;
	*shim_register(cpu, ICH_VTR_EL2) = (LRS - 1) | 4ull << 26;
	*(uint32_t *)(shim_frames.gich + GICH_VTR) = LRS - 1;
	fuzz_check(!gic_cpu_probe(), "CPU %u is refused", cpu);
	cpu_get(cpu)->cell = &cells[ROOT];
	percpu()->cell = &cells[ROOT].arch;
	percpu()->vcpu = cpu;
	owner_of_cpu[cpu] = ROOT;
}

static void set_up_frames(void)
{
	for (unsigned int cpu = 0; cpu < SHIM_CPUS; cpu++) {
		uint64_t typer = shim_hwid(cpu) << 32 | cpu << 8 |
				 (cpu + 1 == SHIM_CPUS ? GICR_TYPER_LAST : 0);

		memcpy(shim_frames.gicr + cpu * GICR_FRAME_SIZE + GICR_TYPER, &typer, sizeof(typer));
	}
}

static void set_up_root(void)
{
	struct bh_error error;

	memset(cells, 0, sizeof(cells));
	memset(owner, NOBODY, sizeof(owner));
	memset(owner + GIC_PRIVATE, ROOT, intids - GIC_PRIVATE);
	memset(lr, 0, sizeof(lr));
	arriving = SPURIOUS;
	fuzz_check(!gic_probe(), "the GIC is refused");
	for (unsigned int cpu = 0; cpu < SHIM_CPUS; cpu++)
		set_up_cpu(cpu);
	shim_cpu = 0;
	fuzz_check(!arch_cell_init(&cells[ROOT].arch, NULL, 0, &error), "no root cell");
	pt_map(&cells[ROOT].arch.stage2, 0x40000000, hpa(0x40000000), 0x200000, PT_READ | PT_WRITE,
	       PT_NORMAL);
	for (unsigned int cpu = 0; cpu < SHIM_CPUS; cpu++) {
		shim_cpu = cpu;
		gic_cpu_activate();
	}
	memset(&last, 0, sizeof(last));
}

static void move_irq(unsigned int from, unsigned int to, uint32_t irq)
{
	actor = from;
	arch_irq_release(&cells[from].arch, irq);
	check_step();
	owner[irq] = (uint8_t)to;
	actor = to;
	arch_irq_assign(&cells[to].arch, irq);
	check_step();
}

static void start_cell(unsigned int id)
{
	struct cell_arch *arch = &cells[id].arch;

	shim_cpu = 0;
	actor = id;
	vgic_cell_reset(arch);
	private_too = 1;
	for (unsigned int vcpu = 0; vcpu < arch->vcpu_count; vcpu++) {
		shim_cpu = arch->slot[vcpu];
		percpu()->cell = arch;
		percpu()->vcpu = vcpu;
		gic_cpu_reset(arch);
		check_step();
	}
	private_too = 0;
}

static void park_cell(unsigned int id)
{
	private_too = 1;
	for (unsigned int vcpu = 0; vcpu < cells[id].arch.vcpu_count; vcpu++) {
		enter_cpu(cells[id].arch.slot[vcpu]);
		gic_cpu_park();
		check_step();
	}
	private_too = 0;
}

static void lend_cpu(unsigned int id, unsigned int vcpu, unsigned int cpu)
{
	enter_cpu(cpu);
	private_too = 1;
	gic_cpu_park();
	check_step();
	private_too = 0;
	/* As the control layer does it: root's interrupts leave the CPU, then it belongs to the guest. */
	cpu_get(cpu)->cell = &cells[id];
	shim_cpu = 0;
	actor = ROOT;
	owner_of_cpu[cpu] = (uint8_t)id;
	arch_cell_set_vcpu(&cells[id].arch, vcpu, cpu);
	check_step();
}

static void make_cell(unsigned int id, unsigned int first_cpu, unsigned int count, uint32_t irq)
{
	struct guest_blob blob = {
		.body = { .gic = { .version = version,
				   .gicd = SHIM_GICD_BASE,
				   .gicr = version == 3 ? SHIM_GICR_BASE : 0,
				   .gicc = SHIM_GICC_BASE } },
	};
	struct bh_error error;

	blob.body.cpus.count = count;
	fuzz_check(!arch_cell_check(&blob.body, &error), "a guest is refused");
	fuzz_check(!arch_cell_init(&cells[id].arch, &blob.body, id, &error), "no guest cell");
	cells[id].id = id;
	for (unsigned int vcpu = 0; vcpu < count; vcpu++)
		lend_cpu(id, vcpu, first_cpu + vcpu);
	for (uint32_t i = 0; i < 9 && irq + i < intids; i++)
		move_irq(ROOT, id, irq + i);
	actor = id;
	arch_irq_add_virtual(&cells[id].arch, LINE);
	start_cell(id);
}

static void set_up(unsigned int how)
{
	static const uint16_t sizes[] = { 1024, 288, 64, 992 };

	version = how & 1 ? 3 : 2;
	shim_power_on(version, sizes[how >> 1 & 3], how >> 3 & 1);
	intids = sizes[how >> 1 & 3] < GIC_INTIDS ? sizes[how >> 1 & 3] : GIC_INTIDS;
	set_up_frames();
	shim_hooks = (struct shim_hooks){ read_register, NULL, read_frame, NULL };
	set_up_root();
	shim_hooks.write_register = write_register;
	shim_hooks.write = write_frame;
	memcpy(last.bytes, shim_frames.gicd + GICD_IPRIORITYR, sizeof(last.bytes));
	actor = ROOT;
	make_cell(1, 2, 2, 40);
	make_cell(2, 4, 1, intids - 4);
	private_too = 0;
	deep = 0;
}

/* ---- what cells do ---- */

static void check_read(uint32_t offset, const struct mmio_access *access)
{
	for (unsigned int bit = 0; bit < access->size * 8u; bit++) {
		uint32_t irq;

		if (!(access->value >> bit & 1))
			continue;
		if (offset >= GICD_IGROUPR && offset < GICD_IPRIORITYR)
			irq = (offset & 0x7f) * 8 + bit;
		else if (offset >= GICD_IPRIORITYR && offset < GICD_ICFGR)
			irq = (offset & 0x3ff) + bit / 8;
		else if (offset >= GICD_ICFGR && offset < GICD_IGRPMODR)
			irq = (offset - GICD_ICFGR) * 4 + bit / 2;
		else if (version == 3 && offset >= GICD_IROUTER && offset < GICD_IROUTER + GIC_INTIDS * 8)
			irq = (offset - GICD_IROUTER) / 8;
		else
			return;
		fuzz_check(irq < GIC_PRIVATE ? version == 2 : may_see(actor, irq),
			   "cell %u reads of %u at 0x%x", actor, irq, offset);
	}
}

static void access_gic(struct input *input)
{
	struct mmio_access access = { .size = (uint8_t)(1u << take_below(input, 4)) };
	struct cell_arch *cell = percpu()->cell;
	uint32_t offset = (uint32_t)take(input, 3);
	int is_redist = offset >> 23, inside;

	access.is_write = offset >> 22 & 1;
	offset &= is_redist ? 0x3fffff : 0x1ffff;
	access.address = (is_redist ? cell->gic.gicr : cell->gic.gicd) + offset;
	access.value = access.is_write ? take(input, access.size) : ~0ull;
	inside = offset < (is_redist ? cell->gic.gicr_size : cell->gic.gicd_size) ||
		 access.address - cell->gic.gicr < cell->gic.gicr_size;
	fuzz_check(gic_mmio(&access) == inside, "access to 0x%llx", (unsigned long long)access.address);
	fuzz_check(!inside || access.is_write || access.size == 8 || !(access.value >> (access.size * 8)),
		   "%u bytes at 0x%x: 0x%llx", access.size, offset, (unsigned long long)access.value);
	if (!access.is_write && offset < cell->gic.gicd_size && !is_redist)
		check_read(offset, &access);
}

static void send_sgi(struct input *input)
{
	if (version == 3)
		gic_v3_send_sgi(take(input, 8));
	else
		gic_v2_send_sgi((uint32_t)take(input, 4));
}

/* Is it in service already? Hardware does not signal it again then. */
static int is_taken(uint32_t intid)
{
	const struct vgic_cpu *cpu = &percpu()->gic;

	for (unsigned int i = 0; i < LRS; i++) {
		if (lr[shim_cpu][i] & LR_STATE && lr_intid(lr[shim_cpu][i]) == intid)
			return 1;
	}
	for (unsigned int level = 0; level < VGIC_LEVELS; level++) {
		if (bit_test(cpu->level[level].map, intid))
			return 1;
	}
	return 0;
}

static void interrupt(struct input *input)
{
	static const uint16_t private_ones[] = { GIC_KICK, SHIM_MAINTENANCE, 27, 30, 16, 3, SPURIOUS, 1020 };
	uint32_t intid = (uint32_t)take(input, 2);

	if (intid & 0x8000)
		intid = private_ones[intid & 7];
	else if (intid & 0x4000)
		intid = version == 3 ? GIC_LPI_FIRST + (intid & 0xff) : GIC_KICK;
	else
		intid %= intids;
	/* A wired interrupt comes to the CPU that hardware routes it to: one of its owner's. */
	if (intid >= GIC_PRIVATE && intid < GIC_INTIDS && (owner[intid] != actor || is_taken(intid)))
		return;
	if (intid >= GIC_SGIS && intid < GIC_PRIVATE && intid != SHIM_MAINTENANCE &&
	    (!(PPIS >> intid & 1) || is_taken(intid)))
		return;
	arriving = intid;
	if (version == 3)
		gic_v3_irq();
	else
		gic_v2_irq();
	fuzz_check(arriving == SPURIOUS, "interrupt %u was not acknowledged", intid);
}

/* The guest acknowledges, or completes, what is in a list register. */
static void serve_lr(struct input *input)
{
	uint64_t *at = &lr[shim_cpu][take_below(input, LRS)];

	if (*at & LR_ACTIVE)
		*at &= ~LR_ACTIVE;
	else if (*at & LR_PENDING)
		*at = (*at & ~LR_PENDING) | (lr_intid(*at) < GIC_LPI_FIRST ? LR_ACTIVE : 0);
}

static void drive_line(struct input *input)
{
	unsigned int id = 1 + take_below(input, CELLS - 1);

	actor = id; /* for its device */
	arch_irq_set(&cells[id].arch, LINE, take_below(input, 2));
}

static void change_hands(struct input *input)
{
	uint32_t irq = GIC_PRIVATE + take_below(input, intids - GIC_PRIVATE);
	unsigned int id = 1 + take_below(input, CELLS - 1);

	park_cell(id);
	shim_cpu = 0; /* the control call is root's */
	if (irq != LINE && owner[irq] == id)
		move_irq(id, ROOT, irq);
	/* Root has let go of what it gives: it is in none of its list registers. */
	for (unsigned int cpu = 0; cpu < SHIM_CPUS; cpu++) {
		shim_cpu = cpu;
		if (owner_of_cpu[cpu] == ROOT && is_taken(irq))
			irq = LINE;
	}
	shim_cpu = 0;
	if (irq != LINE && owner[irq] == ROOT)
		move_irq(ROOT, id, irq);
	start_cell(id);
}

static void one_step(struct input *input)
{
	unsigned int what = (unsigned int)take(input, 1);

	enter_cpu(what >> 4 < SHIM_CPUS ? what >> 4 : (what >> 4) % 3 + 2);
	switch (what & 15) {
	case 0:
	case 1:
		send_sgi(input);
		break;
	case 2:
	case 3:
	case 4:
		interrupt(input);
		break;
	case 5:
	case 6:
		serve_lr(input);
		break;
	case 7:
		drive_line(input);
		break;
	case 8:
		change_hands(input);
		break;
	default:
		access_gic(input);
	}
	check_step();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };

	set_up((unsigned int)take(&input, 1));
	for (unsigned int step = 0; input.left && step < 800; step++)
		one_step(&input);
	check_books();
	fuzz_planted(deep);
	return 0;
}
