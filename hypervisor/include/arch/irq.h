/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts that cells own, and lines of virtual devices. */
#ifndef ARCH_IRQ_H
#define ARCH_IRQ_H

#include <arch/types.h>
#include <bulkhead/types.h>

/** May interrupt @irq of the machine be given to a cell? (AArch64: an implemented SPI.) */
int arch_irq_valid(uint32_t irq);

/**
 * arch_irq_assign() - give hardware interrupt @irq to @cell
 * It is disabled, not pending, not active, and routed to the cell's first CPU afterwards. Root's is as root's kernel
 * had it when it was released, and programmed it since: a driver that stayed with its device goes on.
 * Context: control lock; no CPU of the receiving cell runs.
 */
void arch_irq_assign(struct cell_arch *cell, uint32_t irq);

/** Take @irq from @cell (quiesce it); nobody owns it until it is assigned again. Context: as above. */
void arch_irq_release(struct cell_arch *cell, uint32_t irq);

/** Make @irq a line of a virtual device of @cell: never backed by hardware. */
void arch_irq_add_virtual(struct cell_arch *cell, uint32_t irq);

/**
 * arch_irq_set() - drive the line of a virtual device
 * @level: 1 asserted, 0 not. With edge configuration a rising edge makes it pending.
 * Any CPU, any context inside the hypervisor; never waits without bound. Kicks the target vCPU
 * when that is another CPU.
 */
void arch_irq_set(struct cell_arch *cell, uint32_t irq, int level);

#endif
