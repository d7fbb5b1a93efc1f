/* SPDX-License-Identifier: GPL-2.0-or-later */
/* I/O ports of the machine, where the architecture has such. */
#ifndef ARCH_PORTS_H
#define ARCH_PORTS_H

#include <bulkhead/types.h>

#if __has_include(<asm/ports.h>)
#include <asm/ports.h>
#else
/** One byte. No board of such an architecture has anything at ports (config_check_system()). */
static inline uint8_t ports_in8(uint16_t port)
{
	(void)port;
	return 0xff;
}

static inline void ports_out8(uint16_t port, uint8_t value)
{
	(void)port;
	(void)value;
}
#endif

#endif
