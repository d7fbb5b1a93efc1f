// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupts of wires, as the layers above see them: sources of PLIC or APLIC. */
#include <arch/irq.h>

#include <asm/intc.h>

int arch_irq_valid(uint32_t irq)
{
	return irq > 0 && irq <= intc_sources();
}

void arch_irq_assign(struct cell_arch *cell, uint32_t irq)
{
	intc_assign(cell, irq);
}

void arch_irq_release(struct cell_arch *cell, uint32_t irq)
{
	intc_release(cell, irq);
}

void arch_irq_add_virtual(struct cell_arch *cell, uint32_t irq)
{
	intc_add_line(cell, irq);
}

void arch_irq_set(struct cell_arch *cell, uint32_t irq, int level)
{
	intc_set_line(cell, irq, level);
}
