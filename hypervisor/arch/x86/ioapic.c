// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/ioapic.h>

#include <arch/mmu.h>
#include <bulkhead/errors.h>
#include <core/image.h>
#include <core/log.h>
#include <lib/config.h>

#define VERSION_HAS_EOI 0x20u
#define ENTRY_WRITABLE (~((1ull << 12) | IOAPIC_IN_SERVICE))
#define PINS_SHIFT 16

/* @lock: index and data register belong together. */
static struct unit {
	struct spinlock lock;
	volatile uint8_t *page;
	uint32_t first;
	uint32_t pins;
} units[IOAPIC_UNITS];

static unsigned int unit_count;

static const struct bh_config_ioapic *board(unsigned int unit)
{
	return &CONFIG_ARRAY(struct bh_config_ioapic, image_config(), x86.ioapics)[unit];
}

static uint32_t read_locked(const struct unit *unit, uint32_t reg)
{
	*(volatile uint32_t *)(unit->page + IOAPIC_SELECT) = reg;
	return *(volatile uint32_t *)(unit->page + IOAPIC_DATA);
}

static void write_locked(const struct unit *unit, uint32_t reg, uint32_t value)
{
	*(volatile uint32_t *)(unit->page + IOAPIC_SELECT) = reg;
	*(volatile uint32_t *)(unit->page + IOAPIC_DATA) = value;
}

static uint32_t read(struct unit *unit, uint32_t reg)
{
	uint32_t value;

	spin_lock(&unit->lock);
	value = read_locked(unit, reg);
	spin_unlock(&unit->lock);
	return value;
}

/* Taking them ---------------------------------------------------------------------------------------- */

static int probe_unit(unsigned int index)
{
	const struct bh_config_ioapic *config = board(index);
	struct unit *unit = &units[index];
	uint32_t pins;

	if (config->gsi >= IOAPIC_PINS || config->pins > IOAPIC_PINS - config->gsi) {
		log_error("enable: I/O APIC %u has interrupts %u..%u: only those below %u can be used", index,
			  config->gsi, config->gsi + config->pins - 1, IOAPIC_PINS);
		return BH_E_IRQ;
	}
	unit->page = arch_map_device(hpa(config->base), IOAPIC_SIZE);
	if (!unit->page)
		return BH_E_NO_MEMORY;
	pins = (read(unit, IOAPIC_REG_VERSION) >> PINS_SHIFT & 0xff) + 1;
	if (pins != config->pins) {
		log_error("enable: the I/O APIC at 0x%llx has %u interrupts, not %u as its entry in ioapics says",
			  (unsigned long long)config->base, pins, config->pins);
		return BH_E_HARDWARE;
	}
	unit->first = config->gsi;
	unit->pins = config->pins;
	return BH_E_OK;
}

int ioapic_probe(void)
{
	const uint32_t count = image_config()->x86.ioapics.count;
	int code = BH_E_OK;

	if (count > IOAPIC_UNITS) {
		log_error("enable: %u I/O APICs, at most %u are supported", count, IOAPIC_UNITS);
		return BH_E_TOO_MANY;
	}
	for (unit_count = 0; unit_count < count && !code; unit_count++)
		code = probe_unit(unit_count);
	if (code)
		ioapic_unprobe();
	return code;
}

void ioapic_unprobe(void)
{
	unit_count = 0;
}

int ioapic_unit(unsigned int unit, struct vioapic_unit *described)
{
	if (unit >= unit_count)
		return 0;
	*described = (struct vioapic_unit){
		.base = board(unit)->base,
		.first = units[unit].first,
		.pins = units[unit].pins,
		.id = read(&units[unit], IOAPIC_REG_ID),
		.version = read(&units[unit], IOAPIC_REG_VERSION),
	};
	return 1;
}

static struct unit *unit_of(uint32_t pin)
{
	for (unsigned int i = 0; i < unit_count; i++) {
		if (pin >= units[i].first && pin - units[i].first < units[i].pins)
			return &units[i];
	}
	return NULL;
}

int ioapic_has(uint32_t pin)
{
	return unit_of(pin) != NULL;
}

/* Entries -------------------------------------------------------------------------------------------- */

static uint32_t low_register(const struct unit *unit, uint32_t pin)
{
	return IOAPIC_REG_ENTRY + (pin - unit->first) * 2;
}

static uint64_t read_entry_locked(const struct unit *unit, uint32_t pin)
{
	const uint32_t reg = low_register(unit, pin);

	return read_locked(unit, reg) | (uint64_t)read_locked(unit, reg + 1) << 32;
}

static void write_entry_locked(const struct unit *unit, uint32_t pin, uint64_t entry)
{
	const uint32_t reg = low_register(unit, pin);

	write_locked(unit, reg, (uint32_t)IOAPIC_MASKED);
	write_locked(unit, reg + 1, (uint32_t)(entry >> 32));
	write_locked(unit, reg, (uint32_t)entry);
}

uint64_t ioapic_read_entry(uint32_t pin)
{
	struct unit *unit = unit_of(pin);
	uint64_t entry = IOAPIC_MASKED;

	if (!unit)
		return entry;
	spin_lock(&unit->lock);
	entry = read_entry_locked(unit, pin);
	spin_unlock(&unit->lock);
	return entry;
}

/*
 * To mask and unmask only, or to leave all as it is, does not go through an entry that is half of both: an edge that
 * comes meanwhile, and the state of a level, survive it.
 */
void ioapic_write_entry(uint32_t pin, uint64_t entry)
{
	struct unit *unit = unit_of(pin);
	uint64_t now;

	if (!unit)
		return;
	entry &= ENTRY_WRITABLE;
	spin_lock(&unit->lock);
	now = read_entry_locked(unit, pin) & ENTRY_WRITABLE;
	if ((now ^ entry) == IOAPIC_MASKED)
		write_locked(unit, low_register(unit, pin), (uint32_t)entry);
	else if (now != entry)
		write_entry_locked(unit, pin, entry);
	spin_unlock(&unit->lock);
}

static void end_locked(const struct unit *unit, uint32_t vector)
{
	if ((read_locked(unit, IOAPIC_REG_VERSION) & 0xff) >= VERSION_HAS_EOI)
		*(volatile uint32_t *)(unit->page + IOAPIC_EOI) = vector & 0xff;
}

/* What is in service ends by the register for that, or, in old ones, when the pin becomes one of edges. */
void ioapic_quiesce(uint32_t pin)
{
	struct unit *unit = unit_of(pin);
	uint64_t entry;

	if (!unit)
		return;
	spin_lock(&unit->lock);
	entry = read_entry_locked(unit, pin);
	write_locked(unit, low_register(unit, pin), (uint32_t)(entry | IOAPIC_MASKED));
	if (entry & IOAPIC_LEVEL) {
		end_locked(unit, (uint32_t)entry);
		write_locked(unit, low_register(unit, pin), (uint32_t)((entry | IOAPIC_MASKED) & ~IOAPIC_LEVEL));
	}
	write_entry_locked(unit, pin, IOAPIC_MASKED);
	spin_unlock(&unit->lock);
}

void ioapic_end(unsigned int unit, uint32_t vector)
{
	if (unit >= unit_count)
		return;
	spin_lock(&units[unit].lock);
	end_locked(&units[unit], vector);
	spin_unlock(&units[unit].lock);
}
