/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IOAPICs that a cell sees. */
#ifndef ASM_IOAPIC_TYPES_H
#define ASM_IOAPIC_TYPES_H

#include <bulkhead/types.h>
#include <core/lock.h>

#define IOAPIC_UNITS 8u
#define IOAPIC_PINS 240u /* of all units of the machine; a guest's one unit cannot have more */
#define IOAPIC_WORDS ((IOAPIC_PINS + 63) / 64)
#define IOAPIC_SIZE 0x1000u

/** Entries: delivery as in interrupt commands, and these. */
#define IOAPIC_ACTIVE_LOW (1ull << 13)
#define IOAPIC_IN_SERVICE (1ull << 14)
#define IOAPIC_LEVEL (1ull << 15)
#define IOAPIC_MASKED (1ull << 16)
#define IOAPIC_REMAPPED (1ull << 48)

/**
 * struct vioapic_unit - a window of registers
 * @base: guest-physical, @pins 0: none.  @first: global number (GSI) of its first pin.
 * @id: as the guest wrote it.  @version: register.  @select: index register.
 */
struct vioapic_unit {
	uint64_t base;
	uint32_t first;
	uint32_t pins;
	uint32_t id;
	uint32_t version;
	uint32_t select;
};

/**
 * struct vioapic - all of a cell; pins by global number
 * @lock: guards all below.
 * @entry: as the guest wrote them.
 * @owned: pins with hardware behind them.  @line: pins that are lines of virtual devices.  @level: their levels.
 */
struct vioapic {
	uint32_t units;
	struct vioapic_unit unit[IOAPIC_UNITS];
	struct spinlock lock;
	uint64_t owned[IOAPIC_WORDS];
	uint64_t line[IOAPIC_WORDS];
	uint64_t level[IOAPIC_WORDS];
	uint64_t entry[IOAPIC_PINS];
};

#endif
