// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/vapic.h>

#include <arch/cpu.h>
#include <asm/icr.h>
#include <asm/interrupts.h>
#include <asm/lapic.h>
#include <asm/msr.h>
#include <asm/percpu.h>
#include <asm/vcpu.h>
#include <asm/vioapic.h>
#include <asm/vtd.h>
#include <core/cpu.h>
#include <core/deadline.h>
#include <core/image.h>
#include <core/log.h>
#include <lib/bitmap.h>

#define DFR_RESET 0xffffffffu
#define DFR_WRITABLE 0xf0000000u
#define LDR_WRITABLE 0xff000000u
#define LVT_MODE (7u << ICR_MODE_SHIFT)
#define FIRST_VECTOR 16u
#define FORBIDDEN 2 /* lapic_write_msr() */
#define SVR_ENABLE (1u << 8)
#define SVR_ALL 0x13ffull

/*
 * By slot. @cell: whose vCPU it is: written by that CPU. @senders: CPUs that have looked at @cell and are about to
 * send; who takes @cell away waits until there is none.
 */
static struct {
	struct cell_arch *cell;
	uint32_t senders;
} loaded[CONFIG_MAX_CPUS];

static struct vapic *self_apic(void)
{
	return &percpu()->cell->irq.apic.vcpu[percpu()->vcpu];
}

const struct cell_arch *vapic_cell_on(unsigned int slot)
{
	return __atomic_load_n(&loaded[slot].cell, __ATOMIC_ACQUIRE);
}

int vapic_first(const struct cell_arch *cell, struct icr_target target)
{
	struct apic_set set;
	unsigned int vcpu;

	icr_match(&cell->irq.apic, target, &set);
	bit_for_each(vcpu, set.word, cell->irq.apic.count)
	{
		if (vapic_cell_on(cell->slot[vcpu]) == cell)
			return (int)vcpu;
	}
	return -1;
}

/* Cells --------------------------------------------------------------------------------------------- */

static void reset_one(struct vapic *apic)
{
	apic->mode = APIC_X;
	apic->ldr = 0;
	apic->dfr = DFR_RESET;
	apic->icr = 0;
}

void vapic_cell_reset(struct cell_arch *cell)
{
	for (unsigned int vcpu = 0; vcpu < cell->irq.apic.count; vcpu++)
		reset_one(&cell->irq.apic.vcpu[vcpu]);
}

void vapic_cell_init(struct cell_arch *cell)
{
	cell->irq.apic.count = cell->vcpu_count;
	for (unsigned int vcpu = 0; vcpu < cell->vcpu_count; vcpu++)
		cell->irq.apic.vcpu[vcpu].id = (uint32_t)cell->hwid[vcpu];
	vapic_cell_reset(cell);
}

/* This CPU's APIC as the kernel has programmed it. */
static void adopt(struct vapic *apic)
{
	apic->mode = lapic_mode();
	if (apic->mode != APIC_X)
		return;
	apic->ldr = lapic_read(APIC_LDR);
	apic->dfr = lapic_read(APIC_DFR);
}

void lapic_activate(void)
{
	adopt(self_apic());
	__atomic_store_n(&loaded[percpu()->slot].cell, percpu()->cell, __ATOMIC_SEQ_CST);
}

/*
 * What root's devices send goes elsewhere before the APIC is cleared for a guest; the cell's own entries, which were
 * meant for a CPU that was away, find it again afterwards.
 */
void lapic_start(void)
{
	__atomic_store_n(&loaded[percpu()->slot].cell, percpu()->cell, __ATOMIC_SEQ_CST);
	vtd_route();
	lapic_clear();
	reset_one(self_apic());
	vioapic_route(percpu()->cell);
	upcall_msi_route();
}

void lapic_park(void)
{
	const unsigned int slot = percpu()->slot;
	const uint64_t deadline = deadline_default();

	__atomic_store_n(&loaded[slot].cell, NULL, __ATOMIC_SEQ_CST);
	vioapic_route(percpu()->cell);
	upcall_msi_route();
	while (__atomic_load_n(&loaded[slot].senders, __ATOMIC_SEQ_CST) && !deadline_passed(deadline))
		arch_cpu_relax();
	lapic_clear();
}

void lapic_leave(void)
{
	__atomic_store_n(&loaded[percpu()->slot].cell, NULL, __ATOMIC_SEQ_CST);
}

/* Sending ------------------------------------------------------------------------------------------- */

/* @is_x2: from a vCPU whose APIC, and so the real one, is in x2APIC mode: nobody has to look. */
static inline void send_fixed(const struct cell_arch *cell, unsigned int vcpu, uint32_t vector, int is_x2)
{
	const unsigned int slot = cell->slot[vcpu];

	__atomic_fetch_add(&loaded[slot].senders, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&loaded[slot].cell, __ATOMIC_SEQ_CST) == cell) {
		if (is_x2)
			lapic_send_x2((uint32_t)cpu_get(slot)->hwid, vector | ICR_ASSERT);
		else
			lapic_send((uint32_t)cpu_get(slot)->hwid, vector | ICR_ASSERT);
	}
	__atomic_fetch_sub(&loaded[slot].senders, 1, __ATOMIC_RELEASE);
}

void vapic_send(const struct cell_arch *cell, unsigned int vcpu, uint8_t vector)
{
	if (vector >= FIRST_VECTOR)
		send_fixed(cell, vcpu, vector, 0);
}

/*
 * A vCPU that is reset parks itself. The sender goes on when it has, so that a start right behind is not lost; but not
 * if it is wanted itself, which ends the case of two that reset each other.
 */
static void wait_gone(const struct cell_arch *cell, unsigned int vcpu)
{
	const uint64_t deadline = deadline_default();
	const struct cpu *self = cpu_self();

	while (vcpu != percpu()->vcpu && vapic_cell_on(cell->slot[vcpu]) == cell &&
	       !deadline_passed(deadline)) {
		if (__atomic_load_n(&self->requests, __ATOMIC_ACQUIRE))
			return;
		arch_cpu_relax();
	}
}

static void deliver(struct cell_arch *cell, unsigned int vcpu, uint32_t icr)
{
	switch ((icr & ICR_MODE) >> ICR_MODE_SHIFT) {
	case DELIVER_FIXED:
	case DELIVER_LOWEST:
		vapic_send(cell, vcpu, (uint8_t)icr);
		break;
	case DELIVER_NMI:
		signals_nmi(cell, vcpu);
		break;
	case DELIVER_INIT:
		signals_init(cell, vcpu);
		wait_gone(cell, vcpu);
		break;
	case DELIVER_STARTUP:
		signals_startup(cell, vcpu, icr & ICR_VECTOR);
		break;
	default:
		break;
	}
}

/* The de-assertion of INIT ("level 0, trigger level") has had no effect for decades. */
static int is_deassert(uint32_t icr)
{
	return (icr & ICR_MODE) >> ICR_MODE_SHIFT == DELIVER_INIT && icr & ICR_LEVEL && !(icr & ICR_ASSERT);
}

/* SMI is the machine's, and nobody takes the reserved ones. */
static int is_forbidden(uint32_t icr)
{
	const uint32_t mode = (icr & ICR_MODE) >> ICR_MODE_SHIFT;

	return mode == DELIVER_SMI || mode == 3 || mode == DELIVER_EXTINT;
}

static void deliver_all(struct cell_arch *cell, const struct apic_set *set, uint32_t icr)
{
	const int only_one = (icr & ICR_MODE) >> ICR_MODE_SHIFT == DELIVER_LOWEST;
	unsigned int vcpu;

	if (only_one && bit_test(set->word, percpu()->vcpu)) {
		deliver(cell, percpu()->vcpu, icr);
		return;
	}
	bit_for_each(vcpu, set->word, cell->irq.apic.count)
	{
		if (only_one && vapic_cell_on(cell->slot[vcpu]) != cell)
			continue;
		deliver(cell, vcpu, icr);
		if (only_one)
			return;
	}
}

int vapic_command(uint64_t icr)
{
	struct cell_arch *cell = percpu()->cell;
	const enum apic_mode mode = (enum apic_mode)self_apic()->mode;
	const int only = icr_only(&cell->irq.apic, icr, mode);
	struct apic_set set;

	if (is_deassert((uint32_t)icr))
		return 0;
	if (is_forbidden((uint32_t)icr))
		return FORBIDDEN;
	if (only >= 0) {
		deliver(cell, (unsigned int)only, (uint32_t)icr);
	} else {
		icr_command(&cell->irq.apic, percpu()->vcpu, icr, mode, &set);
		deliver_all(cell, &set, (uint32_t)icr);
	}
	return 0;
}

int vapic_has_x2(void)
{
	return !(image_config()->x86.flags & BH_X86_NO_X2APIC);
}

int vapic_command_short(uint64_t icr)
{
	struct cell_arch *cell = percpu()->cell;
	struct vapic *apic = self_apic();
	const uint64_t id = icr >> 32;
	int only = (int)id;

	/* In this mode the CPU's own is in it, too: see write_base() and adopt(). */
	if (apic->mode != APIC_X2 || icr & (ICR_MODE | ICR_SHORTHAND) || (icr & ICR_VECTOR) < FIRST_VECTOR)
		return 0;
	/* Most ids are the number of the vCPU. */
	if (icr & ICR_LOGICAL || id >= cell->irq.apic.count || cell->irq.apic.vcpu[id].id != id)
		only = icr_only(&cell->irq.apic, icr, APIC_X2);
	if (only < 0)
		return 0;
	apic->icr = icr;
	send_fixed(cell, (unsigned int)only, (uint32_t)icr & ICR_VECTOR, 1);
	return 1;
}

/* Mode and registers -------------------------------------------------------------------------------- */

static uint64_t guest_base(const struct vapic *apic)
{
	uint64_t base = APIC_BASE_ADDRESS;

	if (percpu()->cell->is_root)
		base |= msr_read(MSR_APIC_BASE) & APIC_BASE_BSP;
	else if (!percpu()->vcpu)
		base |= APIC_BASE_BSP;
	if (apic->mode != APIC_OFF)
		base |= APIC_BASE_ENABLE;
	return apic->mode == APIC_X2 ? base | APIC_BASE_X2 : base;
}

/*
 * The APIC is never really off: the hypervisor's kicks must arrive. Neither does it move: that would put its page
 * over memory.
 */
static int write_base(struct vapic *apic, uint64_t value)
{
	const uint64_t bits = APIC_BASE_X2 | APIC_BASE_ENABLE;

	if ((value & ~(bits | APIC_BASE_BSP)) != APIC_BASE_ADDRESS)
		return 1;
	switch (value & bits) {
	case 0:
		if (apic->mode != APIC_OFF) {
			lapic_clear();
			reset_one(apic);
			apic->mode = APIC_OFF;
		}
		return 0;
	case APIC_BASE_ENABLE:
		if (apic->mode == APIC_X2)
			return 1;
		apic->mode = APIC_X;
		return 0;
	case APIC_BASE_ENABLE | APIC_BASE_X2:
		if (apic->mode == APIC_OFF || !vapic_has_x2())
			return 1;
		msr_write(MSR_APIC_BASE, msr_read(MSR_APIC_BASE) | APIC_BASE_X2);
		apic->mode = APIC_X2;
		return 0;
	default:
		return 1;
	}
}

static uint32_t x2_ldr(uint32_t id)
{
	return id >> 4 << 16 | 1u << (id & 15);
}

int lapic_read_msr(uint32_t msr, uint64_t *value)
{
	const struct vapic *apic = self_apic();

	if (msr == MSR_APIC_BASE) {
		*value = guest_base(apic);
		return 0;
	}
	if (apic->mode != APIC_X2)
		return 1;
	switch (msr) {
	case APIC_MSR(APIC_ID):
		*value = apic->id;
		return 0;
	case APIC_MSR(APIC_LDR):
		*value = x2_ldr(apic->id);
		return 0;
	case APIC_MSR(APIC_ICR):
		*value = apic->icr;
		return 0;
	default:
		return (int)access_read_msr(msr, value);
	}
}

/* Local sources that interrupt this CPU alone; system management mode and reset are not theirs. */
static int is_lvt(uint32_t offset)
{
	return offset == APIC_LVT_CMCI || (offset >= APIC_LVT_TIMER && offset <= APIC_LVT_ERROR);
}

static int is_mode_allowed(uint32_t value)
{
	const uint32_t mode = (value & LVT_MODE) >> ICR_MODE_SHIFT;

	return mode == DELIVER_FIXED || mode == DELIVER_NMI || mode == DELIVER_EXTINT;
}

/* The machine's own wires to the local APICs (8259s and NMI) are root's. */
static int is_lvt_allowed(uint32_t offset, uint32_t value)
{
	if (!percpu()->cell->is_root && (offset == APIC_LVT_LINT0 || offset == APIC_LVT_LINT1))
		return 0;
	return is_mode_allowed(value);
}

/* What may not be is masked. */
static void write_lvt(uint32_t offset, uint32_t value)
{
	lapic_write(offset, is_lvt_allowed(offset, value) ? value : LVT_MASKED);
}

static void write_svr(uint32_t value)
{
	lapic_write(APIC_SVR, value);
	signals_apic_enabled((value & SVR_ENABLE) != 0);
}

static int write_x2(struct vapic *apic, uint32_t msr, uint64_t value)
{
	const uint32_t offset = (msr - MSR_X2APIC_BASE) * 16;

	if (offset == APIC_ICR) {
		apic->icr = value;
		return vapic_command(value);
	}
	if (offset == APIC_ID || offset == APIC_LDR)
		return 1;
	if (offset == APIC_SVR && !(value & ~SVR_ALL)) {
		write_svr((uint32_t)value);
		return 0;
	}
	if (!is_lvt(offset))
		return (int)access_write_msr(msr, value);
	return (int)access_write_msr(
		msr, value >> 32 || is_lvt_allowed(offset, (uint32_t)value) ? value : LVT_MASKED);
}

int lapic_write_msr(uint32_t msr, uint64_t value)
{
	struct vapic *apic = self_apic();

	if (msr == MSR_APIC_BASE)
		return write_base(apic, value);
	return apic->mode == APIC_X2 ? write_x2(apic, msr, value) : 1;
}

/* The page ------------------------------------------------------------------------------------------ */

static uint32_t read_register(const struct vapic *apic, uint32_t offset)
{
	switch (offset) {
	case APIC_ID:
		return apic->id << 24;
	case APIC_LDR:
		return apic->ldr;
	case APIC_DFR:
		return apic->dfr;
	case APIC_ICR:
		return (uint32_t)apic->icr & ~ICR_PENDING;
	case APIC_ICR_HIGH:
		return (uint32_t)(apic->icr >> 32);
	default:
		return lapic_read(offset);
	}
}

static enum vapic_result write_icr(struct vapic *apic, uint32_t value)
{
	apic->icr = (apic->icr >> 32 << 32) | value;
	return vapic_command(apic->icr) ? VAPIC_REFUSED : VAPIC_DONE;
}

/*
 * Logical destinations on the bus are root's, whose devices may send messages to them: a guest's CPU that listened
 * would take them. All that is sent to guests is sent to physical ids.
 */
static void write_if_root(uint32_t offset, uint32_t value)
{
	if (percpu()->cell->is_root)
		lapic_write(offset, value);
}

static void write_register(struct vapic *apic, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case APIC_ICR_HIGH:
		apic->icr = (uint64_t)value << 32 | (uint32_t)apic->icr;
		return;
	case APIC_SVR:
		write_svr(value);
		return;
	case APIC_LDR:
		apic->ldr = value & LDR_WRITABLE;
		write_if_root(offset, apic->ldr);
		return;
	case APIC_DFR:
		apic->dfr = value | ~DFR_WRITABLE;
		write_if_root(offset, apic->dfr);
		return;
	case APIC_TPR:
	case APIC_EOI:
	case APIC_ESR:
	case APIC_TIMER_INITIAL:
	case APIC_TIMER_DIVIDE:
		lapic_write(offset, value);
		return;
	default:
		if (is_lvt(offset))
			write_lvt(offset, value);
		return;
	}
}

/* Registers have 4 of each 16 bytes; bytes between them read as zero, smaller accesses have no effect. */
enum vapic_result vapic_mmio(struct mmio_access *access)
{
	const uint32_t offset = (uint32_t)(access->address - APIC_BASE_ADDRESS);
	struct vapic *apic = self_apic();

	if (access->address - APIC_BASE_ADDRESS >= APIC_PAGE_SIZE)
		return VAPIC_NOT_THERE;
	if (apic->mode != APIC_X || offset & 15 || access->size != 4 || offset > APIC_TIMER_DIVIDE) {
		if (!access->is_write)
			access->value = apic->mode == APIC_X ? 0 : ~0ull;
		mmio_cut(access);
		return VAPIC_DONE;
	}
	if (!access->is_write)
		access->value = read_register(apic, offset);
	else if (offset == APIC_ICR)
		return write_icr(apic, (uint32_t)access->value);
	else
		write_register(apic, offset, (uint32_t)access->value);
	return VAPIC_DONE;
}
