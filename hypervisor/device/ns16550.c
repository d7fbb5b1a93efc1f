// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Registers of a 16550A. Sending takes no time: the transmitter is always empty. Bytes below the trigger level
 * raise the time-out interrupt at once: on a line without bit times it has always just passed. There is no modem:
 * clear to send, data set ready and carrier are there and never change, but in loopback, where drivers look for
 * them.
 */
#include <device/ns16550.h>

/* Registers; 0 and 1 are the divisor while LCR_DLAB is set. */
#define DATA 0
#define IER 1
#define IIR_FCR 2
#define LCR 3
#define MCR 4
#define LSR 5
#define MSR 6
#define SCR 7

#define IER_RX (1u << 0)
#define IER_THRE (1u << 1)
#define IER_ALL 0x0fu

#define IIR_NONE 0x01u
#define IIR_THRE 0x02u
#define IIR_RX 0x04u
#define IIR_TIMEOUT 0x0cu
#define IIR_FIFO 0xc0u

#define FCR_ENABLE (1u << 0)
#define FCR_CLEAR_RX (1u << 1)
#define FCR_TRIGGER_SHIFT 6

#define LCR_DLAB (1u << 7)

#define MCR_DTR (1u << 0)
#define MCR_RTS (1u << 1)
#define MCR_OUT1 (1u << 2)
#define MCR_OUT2 (1u << 3)
#define MCR_LOOP (1u << 4)
#define MCR_ALL 0x1fu

#define LSR_DR (1u << 0)
#define LSR_EMPTY 0x60u /* holding register and transmitter */

#define MSR_CTS (1u << 4)
#define MSR_DSR (1u << 5)
#define MSR_RI (1u << 6)
#define MSR_DCD (1u << 7)

static unsigned int depth(const struct ns16550 *uart)
{
	return uart->fifo_on ? NS16550_FIFO : 1;
}

/* The most urgent interrupt, as IIR tells it. */
static uint8_t pending(const struct ns16550 *uart)
{
	if (uart->ier & IER_RX && uart->count)
		return uart->fifo_on && uart->count < uart->trigger ? IIR_TIMEOUT : IIR_RX;
	if (uart->ier & IER_THRE && uart->thre)
		return IIR_THRE;
	return IIR_NONE;
}

static uint8_t pop(struct ns16550 *uart)
{
	const uint8_t byte = uart->fifo[uart->head];

	if (!uart->count)
		return 0;
	uart->head = (uint8_t)((uart->head + 1) % NS16550_FIFO);
	uart->count--;
	return byte;
}

static uint8_t read_iir(struct ns16550 *uart)
{
	const uint8_t found = pending(uart);

	if (found == IIR_THRE)
		uart->thre = 0;
	return found | (uart->fifo_on ? IIR_FIFO : 0);
}

static uint8_t modem(const struct ns16550 *uart)
{
	if (!(uart->mcr & MCR_LOOP))
		return MSR_CTS | MSR_DSR | MSR_DCD;
	return (uint8_t)((uart->mcr & MCR_RTS ? MSR_CTS : 0) | (uart->mcr & MCR_DTR ? MSR_DSR : 0) |
			 (uart->mcr & MCR_OUT1 ? MSR_RI : 0) | (uart->mcr & MCR_OUT2 ? MSR_DCD : 0));
}

uint8_t ns16550_read(struct ns16550 *uart, unsigned int reg)
{
	switch (reg) {
	case DATA:
		return uart->lcr & LCR_DLAB ? uart->dll : pop(uart);
	case IER:
		return uart->lcr & LCR_DLAB ? uart->dlm : uart->ier;
	case IIR_FCR:
		return read_iir(uart);
	case LCR:
		return uart->lcr;
	case MCR:
		return uart->mcr;
	case LSR:
		return LSR_EMPTY | (uart->count ? LSR_DR : 0);
	case MSR:
		return modem(uart);
	case SCR:
		return uart->scr;
	default:
		return 0;
	}
}

static int send(struct ns16550 *uart, uint8_t byte)
{
	uart->thre = 1;
	if (!(uart->mcr & MCR_LOOP))
		return byte;
	ns16550_receive(uart, byte);
	return NS16550_NOTHING;
}

/* To enable the interrupt of an empty transmitter raises it. */
static void write_ier(struct ns16550 *uart, uint8_t value)
{
	if (value & ~uart->ier & IER_THRE)
		uart->thre = 1;
	uart->ier = value & IER_ALL;
}

static void write_fcr(struct ns16550 *uart, uint8_t value)
{
	static const uint8_t triggers[] = { 1, 4, 8, 14 };
	const uint8_t on = value & FCR_ENABLE;

	if (on != uart->fifo_on || value & FCR_CLEAR_RX)
		uart->head = uart->count = 0;
	uart->fifo_on = on;
	uart->trigger = triggers[value >> FCR_TRIGGER_SHIFT & 3];
}

int ns16550_write(struct ns16550 *uart, unsigned int reg, uint8_t value)
{
	switch (reg) {
	case DATA:
		if (!(uart->lcr & LCR_DLAB))
			return send(uart, value);
		uart->dll = value;
		break;
	case IER:
		if (uart->lcr & LCR_DLAB)
			uart->dlm = value;
		else
			write_ier(uart, value);
		break;
	case IIR_FCR:
		write_fcr(uart, value);
		break;
	case LCR:
		uart->lcr = value;
		break;
	case MCR:
		uart->mcr = value & MCR_ALL;
		break;
	case SCR:
		uart->scr = value;
		break;
	default: /* LSR, MSR: read only */
		break;
	}
	return NS16550_NOTHING;
}

int ns16550_receive(struct ns16550 *uart, uint8_t byte)
{
	if (uart->count >= depth(uart))
		return 0;
	uart->fifo[(uart->head + uart->count) % NS16550_FIFO] = byte;
	uart->count++;
	return 1;
}

int ns16550_line(const struct ns16550 *uart)
{
	return pending(uart) != IIR_NONE;
}

void ns16550_reset(struct ns16550 *uart)
{
	*uart = (struct ns16550){ .trigger = 1 };
}
