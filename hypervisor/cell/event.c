// SPDX-License-Identifier: GPL-2.0-or-later
#include <cell/event.h>

#include <arch/irq.h>
#include <cell/cell.h>
#include <core/image.h>

void event_raise(void)
{
	uint32_t irq = image_config()->event_irq;

	if (!irq)
		return;
	arch_irq_set(&cell_root()->arch, irq, 1);
	arch_irq_set(&cell_root()->arch, irq, 0);
}
