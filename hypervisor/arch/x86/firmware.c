// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/firmware.h>

#include <asm/portio.h>

void arch_machine_off(void)
{
	portio_machine_off();
}

void arch_machine_reset(void)
{
	portio_machine_reset();
}
