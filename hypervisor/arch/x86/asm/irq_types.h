/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a cell has of interrupt controllers. */
#ifndef ASM_IRQ_TYPES_H
#define ASM_IRQ_TYPES_H

#include <asm/apic_types.h>
#include <asm/ioapic_types.h>

/** struct cell_irq - @apic: its local APICs.  @ioapic: its I/O APICs. */
struct cell_irq {
	struct vapics apic;
	struct vioapic ioapic;
};

#endif
