/* SPDX-License-Identifier: GPL-2.0-or-later */
/* I/O ports of the machine. */
#ifndef ASM_PORTS_H
#define ASM_PORTS_H

#include <bulkhead/types.h>

#define PORTS_OUT(bits, letter)                                                    \
	static inline void ports_out##bits(uint16_t port, uint##bits##_t value)    \
	{                                                                          \
		__asm__ volatile("out" letter " %0, %1" : : "a"(value), "Nd"(port)); \
	}
#define PORTS_IN(bits, letter)                                                     \
	static inline uint##bits##_t ports_in##bits(uint16_t port)                 \
	{                                                                          \
		uint##bits##_t value;                                              \
		__asm__ volatile("in" letter " %1, %0" : "=a"(value) : "Nd"(port)); \
		return value;                                                      \
	}
PORTS_OUT(8, "b")
PORTS_OUT(16, "w")
PORTS_OUT(32, "l")
PORTS_IN(8, "b")
PORTS_IN(16, "w")
PORTS_IN(32, "l")
#undef PORTS_OUT
#undef PORTS_IN

/* ports.c */
/** An access of 1, 2 or 4 bytes. */
uint32_t ports_in(uint16_t port, unsigned int size);
void ports_out(uint16_t port, unsigned int size, uint32_t value);

#endif
