// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* 16550A with a register in each byte, virtual or real. */
#include <inmate.h>

enum { DATA, IER, FCR, LCR, MCR, LSR };

#define IER_RX 1u
#define FCR_ON 1u
#define LCR_8_BITS 3u
#define MCR_READY 0x0bu /* DTR, RTS, and OUT2, which lets interrupts through on PCs */
#define LSR_DATA 1u
#define LSR_ROOM 0x20u

static volatile uint8_t *reg(unsigned int number)
{
	return (volatile uint8_t *)(uintptr_t)(inmate_config.uart + number);
}

/* Whoever used a real UART before us has set its speed: leave that alone. */
static bool ready(void)
{
	static bool started;

	if (!inmate_config.uart)
		return false;
	if (!started) {
		*reg(IER) = 0;
		*reg(LCR) = LCR_8_BITS;
		*reg(FCR) = FCR_ON;
		*reg(MCR) = MCR_READY;
		started = true;
	}
	return true;
}

static void put(char c)
{
	while (!(*reg(LSR) & LSR_ROOM))
		cpu_relax();
	*reg(DATA) = (uint8_t)c;
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
	if (!ready() || !(*reg(LSR) & LSR_DATA))
		return -1;
	return *reg(DATA);
}

void uart_irq_enable(void)
{
	if (ready())
		*reg(IER) = IER_RX;
}
