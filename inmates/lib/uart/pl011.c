// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* PL011, virtual or real. */
#include <inmate.h>

enum {
	UART_DR = 0x00,
	UART_FR = 0x18,
	UART_LCRH = 0x2c,
	UART_CR = 0x30,
	UART_IMSC = 0x38,
	UART_ICR = 0x44,
};

#define FR_RX_EMPTY (1u << 4)
#define FR_TX_FULL (1u << 5)
#define LCRH_FIFO (1u << 4)
#define LCRH_8_BITS (3u << 5)
#define CR_ENABLE (1u << 0)
#define CR_TX (1u << 8)
#define CR_RX (1u << 9)
#define IRQ_RX (1u << 4)
#define IRQ_RX_TIMEOUT (1u << 6)

static volatile uint32_t *reg(unsigned int offset)
{
	return (volatile uint32_t *)(uintptr_t)(inmate_config.uart + offset);
}

/* Whoever enabled a real UART before us has set its speed: leave that alone. */
static void start(void)
{
	const uint32_t enabled = CR_ENABLE | CR_TX | CR_RX;

	if ((*reg(UART_CR) & enabled) == enabled)
		return;
	*reg(UART_LCRH) = LCRH_8_BITS | LCRH_FIFO;
	*reg(UART_CR) = enabled;
}

static bool ready(void)
{
	static bool started;

	if (!inmate_config.uart)
		return false;
	if (!started) {
		start();
		started = true;
	}
	return true;
}

static void put(char c)
{
	while (*reg(UART_FR) & FR_TX_FULL)
		cpu_relax();
	*reg(UART_DR) = (unsigned char)c;
}

void uart_putc(char c)
{
	if (!ready())
		return;
	if (c == '\n')
		put('\r');
	put(c);
}

int uart_getc(void)
{
	if (!ready() || *reg(UART_FR) & FR_RX_EMPTY)
		return -1;
	return (int)(*reg(UART_DR) & 0xff);
}

void uart_irq_enable(void)
{
	if (!ready())
		return;
	*reg(UART_ICR) = 0x7ff;
	*reg(UART_IMSC) = IRQ_RX | IRQ_RX_TIMEOUT;
}
