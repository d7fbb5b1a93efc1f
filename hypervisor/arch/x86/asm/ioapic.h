/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's IOAPICs (82093AA and what followed), pins by global number. */
#ifndef ASM_IOAPIC_H
#define ASM_IOAPIC_H

#include <asm/ioapic_types.h>

/** Registers of a unit, chosen by index. */
#define IOAPIC_REG_ID 0x00u
#define IOAPIC_REG_VERSION 0x01u
#define IOAPIC_REG_ARBITRATION 0x02u
#define IOAPIC_REG_ENTRY 0x10u

/** Windows in its page. */
#define IOAPIC_SELECT 0x00u
#define IOAPIC_DATA 0x10u
#define IOAPIC_EOI 0x40u

/** Map all units of the board. Step of enable. Return: 0 or error code, with a message. */
int ioapic_probe(void);
void ioapic_unprobe(void);

/** Unit @unit of the machine. Return: 0 when there are no more. */
int ioapic_unit(unsigned int unit, struct vioapic_unit *described);

/** Is there a pin with that number? */
int ioapic_has(uint32_t pin);

uint64_t ioapic_read_entry(uint32_t pin);

/** Never half of both: masks first. Bits that are read-only are left out. */
void ioapic_write_entry(uint32_t pin, uint64_t entry);

/** End what is in service at @pin, and mask it. */
void ioapic_quiesce(uint32_t pin);

/** End of interrupt @vector for unit @unit, where the unit has the register (version 0x20 and later). */
void ioapic_end(unsigned int unit, uint32_t vector);

#endif
