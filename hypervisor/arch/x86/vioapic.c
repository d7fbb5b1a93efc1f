// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's I/O APICs. Entries of pins that are the cell's own are the real one's business: what the guest writes is
 * checked, its destination becomes the physical id of one of the cell's CPUs, and the rest of it stays; the end of an
 * interrupt goes from local APIC to I/O APIC without anybody's help. Pins that are lines of virtual devices are kept
 * here: their vector is sent to the vCPU as an interrupt of the machine, so it arrives without an exit, too. Nobody
 * sees the end of those: a level is sent when it rises, and again when the guest unmasks the entry.
 */
#include <asm/vioapic.h>

#include <arch/irq.h>
#include <asm/icr.h>
#include <asm/ioapic.h>
#include <asm/percpu.h>
#include <asm/vapic.h>
#include <asm/vtd.h>
#include <core/cpu.h>
#include <lib/bitmap.h>

#define VERSION 0x11u
#define VERSION_MASK 0xffu
#define PINS_SHIFT 16
#define ENTRY_LOW (ICR_VECTOR | ICR_MODE | ICR_LOGICAL | IOAPIC_ACTIVE_LOW | IOAPIC_LEVEL | IOAPIC_MASKED)
#define ENTRY_KEPT (0xff00000000000000ull | ENTRY_LOW)
#define ENTRY_REMAPPED (0xffff000000000000ull | ENTRY_LOW)
#define DESTINATION_SHIFT 56
#define FIRST_VECTOR 16u

/* struct route - where an entry's interrupts go: vCPU, or -1. */
struct route {
	int vcpu;
	uint32_t vector;
};

static unsigned int delivery(uint64_t entry)
{
	return (unsigned int)((entry & ICR_MODE) >> ICR_MODE_SHIFT);
}

static struct route route_of(const struct cell_arch *cell, uint64_t entry)
{
	struct icr_target target = {
		.destination = (uint32_t)(entry >> DESTINATION_SHIFT),
		.logical = (entry & ICR_LOGICAL) != 0,
	};
	struct route route = { .vcpu = -1, .vector = (uint32_t)entry & ICR_VECTOR };

	if (entry & IOAPIC_REMAPPED && !vtd_lookup(entry, &target, &route.vector))
		return route;
	route.vcpu = vapic_first(cell, target);
	return route;
}

/* Hardware ------------------------------------------------------------------------------------------- */

/* SMI and INIT are nobody's; the 8259s, and NMIs of wires, are root's. */
static int is_delivery_allowed(const struct cell_arch *cell, uint64_t entry)
{
	switch (delivery(entry)) {
	case DELIVER_FIXED:
	case DELIVER_LOWEST:
		return (entry & ICR_VECTOR) >= FIRST_VECTOR;
	case DELIVER_NMI:
	case DELIVER_EXTINT:
		return (int)cell->is_root;
	default:
		return 0;
	}
}

static uint64_t without_route(uint64_t entry)
{
	return (entry & (IOAPIC_ACTIVE_LOW | IOAPIC_LEVEL | ICR_VECTOR)) | IOAPIC_MASKED;
}

/* The entry that the machine gets: one CPU of the cell, by physical id. */
static uint64_t hardware_entry(const struct cell_arch *cell, uint64_t entry)
{
	uint64_t id;
	int vcpu;

	/* Where interrupts are remapped, the entry is an index of root's own table. */
	if (entry & IOAPIC_REMAPPED)
		return entry;
	if (entry & IOAPIC_MASKED || !is_delivery_allowed(cell, entry))
		return without_route(entry);
	vcpu = route_of(cell, entry).vcpu;
	if (vcpu < 0)
		return without_route(entry);
	id = cpu_get(cell->slot[vcpu])->hwid;
	if (id > 0xfe)
		return without_route(entry);
	if (delivery(entry) == DELIVER_LOWEST)
		entry &= ~(uint64_t)ICR_MODE;
	return (entry & ~((0xffull << DESTINATION_SHIFT) | ICR_LOGICAL)) | id << DESTINATION_SHIFT;
}

/* Context: cell's lock. */
static void program(const struct cell_arch *cell, uint32_t pin)
{
	if (bit_test(cell->irq.ioapic.owned, pin))
		ioapic_write_entry(pin, hardware_entry(cell, cell->irq.ioapic.entry[pin]));
}

void vioapic_route(struct cell_arch *cell)
{
	struct vioapic *ioapic = &cell->irq.ioapic;
	unsigned int pin;

	spin_lock(&ioapic->lock);
	bit_for_each(pin, ioapic->owned, IOAPIC_PINS) {
		if (!(ioapic->entry[pin] & IOAPIC_MASKED))
			program(cell, pin);
	}
	spin_unlock(&ioapic->lock);
}

/* Lines of virtual devices --------------------------------------------------------------------------- */

/* Context: cell's lock. */
static void raise_line(const struct cell_arch *cell, uint32_t pin)
{
	const uint64_t entry = cell->irq.ioapic.entry[pin];
	struct route route;

	if (entry & IOAPIC_MASKED)
		return;
	if (!(entry & IOAPIC_REMAPPED) && delivery(entry) != DELIVER_FIXED && delivery(entry) != DELIVER_LOWEST)
		return;
	route = route_of(cell, entry);
	if (route.vcpu >= 0)
		vapic_send(cell, (unsigned int)route.vcpu, (uint8_t)route.vector);
}

void arch_irq_set(struct cell_arch *cell, uint32_t pin, int level)
{
	struct vioapic *ioapic = &cell->irq.ioapic;
	int rises;

	if (pin >= IOAPIC_PINS)
		return;
	spin_lock(&ioapic->lock);
	rises = level && bit_test(ioapic->line, pin) && !bit_test(ioapic->level, pin);
	bit_put(ioapic->level, pin, level);
	if (rises)
		raise_line(cell, pin);
	spin_unlock(&ioapic->lock);
}

/* Context: cell's lock. */
static void disown(struct vioapic *ioapic, uint32_t pin)
{
	if (bit_test(ioapic->owned, pin))
		ioapic_quiesce(pin);
	bit_clear(ioapic->owned, pin);
}

void arch_irq_add_virtual(struct cell_arch *cell, uint32_t pin)
{
	struct vioapic *ioapic = &cell->irq.ioapic;

	if (pin >= IOAPIC_PINS)
		return;
	spin_lock(&ioapic->lock);
	disown(ioapic, pin);
	bit_set(ioapic->line, pin);
	spin_unlock(&ioapic->lock);
}

/* Owners --------------------------------------------------------------------------------------------- */

/* Wires are known by the global numbers (GSIs) of their pins. */
int arch_irq_valid(uint32_t irq)
{
	return ioapic_has(irq);
}

/* Root's driver may have stayed with a device that was lent: the entry is as root's kernel wrote it meanwhile. */
void arch_irq_assign(struct cell_arch *cell, uint32_t pin)
{
	struct vioapic *ioapic = &cell->irq.ioapic;

	spin_lock(&ioapic->lock);
	if (!cell->is_root)
		ioapic->entry[pin] = IOAPIC_MASKED;
	bit_set(ioapic->owned, pin);
	program(cell, pin);
	spin_unlock(&ioapic->lock);
}

void arch_irq_release(struct cell_arch *cell, uint32_t pin)
{
	spin_lock(&cell->irq.ioapic.lock);
	disown(&cell->irq.ioapic, pin);
	spin_unlock(&cell->irq.ioapic.lock);
}

/* Registers ------------------------------------------------------------------------------------------ */

static struct vioapic_unit *find_unit(struct vioapic *ioapic, uint64_t address)
{
	for (unsigned int i = 0; i < ioapic->units; i++) {
		if (address - ioapic->unit[i].base < IOAPIC_SIZE)
			return &ioapic->unit[i];
	}
	return NULL;
}

/* Pin of an entry's register, IOAPIC_PINS: none. */
static uint32_t pin_of(const struct vioapic_unit *unit)
{
	const uint32_t index = (unit->select - IOAPIC_REG_ENTRY) / 2;

	return unit->select >= IOAPIC_REG_ENTRY && index < unit->pins ? unit->first + index : IOAPIC_PINS;
}

static uint32_t half(uint64_t entry, uint32_t select)
{
	return (uint32_t)(select & 1 ? entry >> 32 : entry);
}

static uint32_t read_entry(const struct vioapic *ioapic, uint32_t pin, uint32_t select)
{
	uint64_t entry = ioapic->entry[pin];

	if (bit_test(ioapic->owned, pin) && !(select & 1))
		entry |= ioapic_read_entry(pin) & IOAPIC_IN_SERVICE;
	return half(entry, select);
}

static uint32_t read_data(const struct vioapic *ioapic, const struct vioapic_unit *unit)
{
	const uint32_t pin = pin_of(unit);

	switch (unit->select) {
	case IOAPIC_REG_ID:
	case IOAPIC_REG_ARBITRATION:
		return unit->id;
	case IOAPIC_REG_VERSION:
		return unit->version;
	default:
		return pin < IOAPIC_PINS ? read_entry(ioapic, pin, unit->select) : 0;
	}
}

static uint64_t merged(const struct cell_arch *cell, uint64_t entry, uint32_t select, uint32_t value)
{
	if (select & 1)
		entry = (uint32_t)entry | (uint64_t)value << 32;
	else
		entry = (entry >> 32 << 32) | value;
	/* The form of the entry is in its high half. */
	if (cell->is_root && entry & IOAPIC_REMAPPED && vtd_is_remapping())
		return entry & ENTRY_REMAPPED;
	return entry & ENTRY_KEPT;
}

static void write_entry(struct cell_arch *cell, uint32_t pin, uint32_t select, uint32_t value)
{
	struct vioapic *ioapic = &cell->irq.ioapic;
	const uint64_t before = ioapic->entry[pin];

	ioapic->entry[pin] = merged(cell, before, select, value);
	if (bit_test(ioapic->line, pin)) {
		if (before & ~ioapic->entry[pin] & IOAPIC_MASKED && bit_test(ioapic->level, pin))
			raise_line(cell, pin);
	} else {
		program(cell, pin);
	}
}

static void write_data(struct cell_arch *cell, struct vioapic_unit *unit, uint32_t value)
{
	const uint32_t pin = pin_of(unit);

	if (unit->select == IOAPIC_REG_ID)
		unit->id = value & 0x0f000000;
	else if (pin < IOAPIC_PINS)
		write_entry(cell, pin, unit->select, value);
}

/* Only pins of the cell's own end: the unit's register ends all that have the vector. */
static void end(struct cell_arch *cell, const struct vioapic_unit *unit, uint32_t vector)
{
	struct vioapic *ioapic = &cell->irq.ioapic;
	unsigned int pin;

	if (!cell->is_root || (unit->version & VERSION_MASK) < 0x20)
		return;
	bit_for_each(pin, ioapic->owned, IOAPIC_PINS) {
		if (pin < unit->first || pin - unit->first >= unit->pins)
			continue;
		if ((ioapic->entry[pin] & ICR_VECTOR) == (vector & ICR_VECTOR)) {
			ioapic_end((unsigned int)(unit - ioapic->unit), vector);
			return;
		}
	}
}

static void write_window(struct cell_arch *cell, struct vioapic_unit *unit, uint32_t offset, uint32_t value)
{
	if (offset == IOAPIC_SELECT)
		unit->select = value & 0xff;
	else if (offset == IOAPIC_DATA)
		write_data(cell, unit, value);
	else if (offset == IOAPIC_EOI)
		end(cell, unit, value);
}

static uint32_t read_window(const struct vioapic *ioapic, const struct vioapic_unit *unit, uint32_t offset)
{
	if (offset == IOAPIC_SELECT)
		return unit->select;
	return offset == IOAPIC_DATA ? read_data(ioapic, unit) : 0;
}

int vioapic_mmio(struct mmio_access *access)
{
	struct cell_arch *cell = percpu()->cell;
	struct vioapic *ioapic = &cell->irq.ioapic;
	struct vioapic_unit *unit = find_unit(ioapic, access->address);
	uint32_t offset;

	if (!unit)
		return 0;
	offset = (uint32_t)(access->address - unit->base);
	spin_lock(&ioapic->lock);
	if (access->is_write)
		write_window(cell, unit, offset, (uint32_t)access->value);
	else
		access->value = read_window(ioapic, unit, offset);
	spin_unlock(&ioapic->lock);
	mmio_cut(access);
	return 1;
}

/* Cells ---------------------------------------------------------------------------------------------- */

static void init_root(struct vioapic *ioapic)
{
	while (ioapic->units < IOAPIC_UNITS && ioapic_unit(ioapic->units, &ioapic->unit[ioapic->units]))
		ioapic->units++;
	for (uint32_t pin = 0; pin < IOAPIC_PINS; pin++) {
		ioapic->entry[pin] = IOAPIC_MASKED;
		if (!ioapic_has(pin))
			continue;
		ioapic->entry[pin] = ioapic_read_entry(pin);
		bit_set(ioapic->owned, pin);
	}
}

static void init_guest(struct vioapic *ioapic, const struct bh_config_cell_x86 *config)
{
	if (config->ioapic && config->pins) {
		ioapic->units = 1;
		ioapic->unit[0] = (struct vioapic_unit){
			.base = config->ioapic,
			.pins = config->pins,
			.version = VERSION | (config->pins - 1u) << PINS_SHIFT,
		};
	}
	for (uint32_t pin = 0; pin < IOAPIC_PINS; pin++)
		ioapic->entry[pin] = IOAPIC_MASKED;
}

/* Everything zero before. */
void vioapic_cell_init(struct cell_arch *cell, const struct bh_config_cell *config)
{
	if (config)
		init_guest(&cell->irq.ioapic, &config->x86);
	else
		init_root(&cell->irq.ioapic);
}

void vioapic_cell_reset(struct cell_arch *cell)
{
	struct vioapic *ioapic = &cell->irq.ioapic;

	spin_lock(&ioapic->lock);
	for (uint32_t pin = 0; pin < IOAPIC_PINS; pin++) {
		ioapic->entry[pin] = IOAPIC_MASKED;
		bit_clear(ioapic->level, pin);
		if (bit_test(ioapic->owned, pin))
			ioapic_quiesce(pin);
	}
	for (unsigned int i = 0; i < ioapic->units; i++)
		ioapic->unit[i].select = ioapic->unit[i].id = 0;
	spin_unlock(&ioapic->lock);
}

void vioapic_restore(struct cell_arch *cell)
{
	const struct vioapic *ioapic = &cell->irq.ioapic;

	for (uint32_t pin = 0; pin < IOAPIC_PINS; pin++) {
		if (bit_test(ioapic->owned, pin) || bit_test(ioapic->line, pin))
			ioapic_write_entry(pin, ioapic->entry[pin]);
	}
}
