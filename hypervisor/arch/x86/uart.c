// SPDX-License-Identifier: GPL-2.0-or-later
/* The debug UART: 16550 at ports, polled, and never waited for without bound. */
#include <arch/cpu.h>

#include <asm/ports.h>
#include <asm/vcpu.h>
#include <core/image.h>

#define UART_TYPE_PORTS 4u
#define UART_THR 0
#define UART_LSR 5
#define UART_LSR_THRE (1u << 5)
#define UART_TRIES 10000u
#define PORTS_END 0x10000u

static uint16_t uart; /* its first port, 0: none */

void uart_init(void)
{
	const struct bh_config_system *system = image_config();

	if (system->debug_uart.size && system->debug_uart_type == UART_TYPE_PORTS &&
	    system->debug_uart.base < PORTS_END - UART_LSR)
		uart = (uint16_t)system->debug_uart.base;
}

void uart_exit(void)
{
	uart = 0;
}

void arch_debug_putc(char c)
{
	if (!uart)
		return;
	for (unsigned int i = 0; i < UART_TRIES; i++) {
		if (ports_in8((uint16_t)(uart + UART_LSR)) & UART_LSR_THRE) {
			ports_out8((uint16_t)(uart + UART_THR), (uint8_t)c);
			return;
		}
	}
}
