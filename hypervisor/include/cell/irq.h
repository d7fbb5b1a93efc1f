/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who owns which interrupt of the machine. */
#ifndef CELL_IRQ_H
#define CELL_IRQ_H

#include <bulkhead/types.h>

#define IRQ_LIMIT 1024u
#define IRQ_OWNER_HYPERVISOR 0xffu

/** All interrupts to root, the event interrupt to nobody. A step of enable. Return: 0 or error code. */
int irq_root_init(void);

/** Cell id that owns @irq, IRQ_OWNER_HYPERVISOR if nobody may have it. */
unsigned int irq_owner(uint32_t irq);

#endif
