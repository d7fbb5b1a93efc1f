// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* 16550A with a register in each byte, virtual or real; on x86-64 at I/O ports. */
#include <inmate.h>

#include <regs.h>

enum { DATA, IER, FCR, LCR, MCR, LSR };

#define IER_RX 1u
#define FCR_ON 1u
#define LCR_8_BITS 3u
#define MCR_READY 0x0bu /* DTR, RTS, and OUT2, which lets interrupts through on PCs */
#define LSR_DATA 1u
#define LSR_ROOM 0x20u

#if defined(__x86_64__)
static uint8_t get(unsigned int number)
{
	return port_read8((uint16_t)(inmate_config.uart + number));
}

static void set(unsigned int number, uint8_t value)
{
	port_write8((uint16_t)(inmate_config.uart + number), value);
}
#else
static volatile uint8_t *reg(unsigned int number)
{
	return (volatile uint8_t *)(uintptr_t)(inmate_config.uart + number);
}

static uint8_t get(unsigned int number)
{
	return *reg(number);
}

static void set(unsigned int number, uint8_t value)
{
	*reg(number) = value;
}
#endif

/* Whoever used a real UART before us has set its speed: leave that alone. */
static bool ready(void)
{
	static bool started;

	if (!inmate_config.uart)
		return false;
	if (!started) {
		set(IER, 0);
		set(LCR, LCR_8_BITS);
		set(FCR, FCR_ON);
		set(MCR, MCR_READY);
		started = true;
	}
	return true;
}

static void put(char c)
{
	while (!(get(LSR) & LSR_ROOM))
		cpu_relax();
	set(DATA, (uint8_t)c);
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
	if (!ready() || !(get(LSR) & LSR_DATA))
		return -1;
	return get(DATA);
}

void uart_irq_enable(void)
{
	if (ready())
		set(IER, IER_RX);
}
