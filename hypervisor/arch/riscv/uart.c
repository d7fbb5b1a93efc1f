// SPDX-License-Identifier: GPL-2.0-or-later
/* The debug UART: 16550, polled, and never waited for without bound. */
#include <arch/cpu.h>

#include <asm/mmu.h>
#include <asm/vcpu.h>
#include <core/image.h>

#define UART_TYPE_16550 2u
#define UART_THR 0
#define UART_LSR 5
#define UART_LSR_THRE (1u << 5)
#define UART_TRIES 10000u

static volatile uint8_t *uart;

void uart_init(void)
{
	const struct bh_config_system *system = image_config();

	if (system->debug_uart.size && system->debug_uart_type == UART_TYPE_16550)
		uart = mmu_map_device(hpa(system->debug_uart.base), system->debug_uart.size);
}

void uart_exit(void)
{
	uart = NULL;
}

void arch_debug_putc(char c)
{
	if (!uart)
		return;
	for (unsigned int i = 0; i < UART_TRIES; i++) {
		if (uart[UART_LSR] & UART_LSR_THRE) {
			uart[UART_THR] = (uint8_t)c;
			return;
		}
	}
}
