/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a cell has of interrupt controllers. */
#ifndef ASM_IRQ_TYPES_H
#define ASM_IRQ_TYPES_H

#include <bulkhead/types.h>

/** struct cell_irq - its I/O APIC and what its local APICs need besides the real ones. */
struct cell_irq {
	uint32_t is_set_up;
};

#endif
