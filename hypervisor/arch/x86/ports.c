// SPDX-License-Identifier: GPL-2.0-or-later
#include <asm/ports.h>

uint32_t ports_in(uint16_t port, unsigned int size)
{
	switch (size) {
	case 1:
		return ports_in8(port);
	case 2:
		return ports_in16(port);
	default:
		return ports_in32(port);
	}
}

void ports_out(uint16_t port, unsigned int size, uint32_t value)
{
	switch (size) {
	case 1:
		ports_out8(port, (uint8_t)value);
		break;
	case 2:
		ports_out16(port, (uint16_t)value);
		break;
	default:
		ports_out32(port, value);
		break;
	}
}
