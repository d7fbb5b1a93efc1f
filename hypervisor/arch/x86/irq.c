// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupts of wires, as the layers above see them: global numbers (GSIs) of the I/O APICs' pins. */
#include <arch/irq.h>

#include <asm/ioapic.h>
#include <asm/vioapic.h>

int arch_irq_valid(uint32_t irq)
{
	return ioapic_has(irq);
}

void arch_irq_assign(struct cell_arch *cell, uint32_t irq)
{
	vioapic_assign(cell, irq);
}

void arch_irq_release(struct cell_arch *cell, uint32_t irq)
{
	vioapic_release(cell, irq);
}

void arch_irq_add_virtual(struct cell_arch *cell, uint32_t irq)
{
	vioapic_add_line(cell, irq);
}

void arch_irq_set(struct cell_arch *cell, uint32_t irq, int level)
{
	vioapic_set_line(cell, irq, level);
}
