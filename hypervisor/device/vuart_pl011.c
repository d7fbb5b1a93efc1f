// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual PL011 (Arm DDI 0183). Sending takes no time: a byte written is in the console ring, the transmit
 * FIFO is always empty. The receive FIFO is filled by the console hypercall; both of its interrupts are
 * asserted while it holds anything: on a line without bit times the "time-out" has always just passed, and a
 * guest that enables only one of the two is not left waiting.
 */
#include <arch/irq.h>
#include <cell/cell.h>
#include <core/component.h>
#include <core/lock.h>
#include <device/console.h>
#include <device/mmio.h>
#include <lib/config.h>
#include <lib/string.h>

/* Offsets. */
#define DR 0x00
#define RSR 0x04
#define FR 0x18
#define ILPR 0x20
#define IBRD 0x24
#define FBRD 0x28
#define LCR_H 0x2c
#define CR 0x30
#define IFLS 0x34
#define IMSC 0x38
#define RIS 0x3c
#define MIS 0x40
#define ICR 0x44
#define DMACR 0x48
#define ID_FIRST 0xfe0
#define ID_LAST 0xffc

/* FR */
#define FR_CTS (1u << 0)
#define FR_DSR (1u << 1)
#define FR_DCD (1u << 2)
#define FR_RXFE (1u << 4)
#define FR_RXFF (1u << 6)
#define FR_TXFE (1u << 7)

/* LCR_H, CR */
#define LCR_FEN (1u << 4)
#define CR_LBE (1u << 7)
#define CR_RESET 0x300u /* transmitter and receiver on, UART off */
#define IFLS_RESET 0x12u

/* Interrupts. */
#define INT_RX (1u << 4)
#define INT_TX (1u << 5)
#define INT_RT (1u << 6)
#define INT_ALL 0x7ffu

#define FIFO_SIZE 32u
#define UART_PER_CELL MMIO_MAX_REGIONS

/**
 * struct uart - @lock guards all; comes before the console's and the interrupt controller's locks
 * @cell: NULL while not in use.  @irq: 0: none.  @to_console: its output goes to the console ring.
 * @latched: interrupts that stay until they are cleared (all but the receiver's).
 * @line: what the interrupt line was set to last.
 */
struct uart {
	struct spinlock lock;
	struct cell *cell;
	uint32_t irq;
	uint32_t to_console;
	uint32_t lcr, cr, ifls, imsc, latched, ilpr, ibrd, fbrd, dmacr;
	uint32_t line;
	uint32_t head, count;
	uint8_t fifo[FIFO_SIZE];
};

static struct uart uarts[BH_MAX_CELLS][UART_PER_CELL];

/* r1p5, 32 bytes of FIFO. */
static const uint8_t identity[] = { 0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

static uint32_t raw_status(const struct uart *uart)
{
	return uart->latched | (uart->count ? INT_RX | INT_RT : 0);
}

static void update_line(struct uart *uart)
{
	uint32_t level = (raw_status(uart) & uart->imsc) != 0;

	if (level == uart->line || !uart->irq)
		return;
	uart->line = level;
	arch_irq_set(&uart->cell->arch, uart->irq, (int)level);
}

static uint32_t depth(const struct uart *uart)
{
	return uart->lcr & LCR_FEN ? FIFO_SIZE : 1;
}

static int push(struct uart *uart, uint8_t byte)
{
	if (uart->count >= depth(uart))
		return 0;
	uart->fifo[(uart->head + uart->count++) % FIFO_SIZE] = byte;
	return 1;
}

static uint32_t pop(struct uart *uart)
{
	uint8_t byte = uart->fifo[uart->head];

	if (!uart->count)
		return 0;
	uart->head = (uart->head + 1) % FIFO_SIZE;
	uart->count--;
	return byte;
}

static void send(struct uart *uart, uint8_t byte)
{
	if (uart->cr & CR_LBE)
		push(uart, byte);
	else if (uart->to_console)
		console_put(uart->cell, byte);
	uart->latched |= INT_TX;
}

static uint32_t flags(const struct uart *uart)
{
	return FR_CTS | FR_DSR | FR_DCD | FR_TXFE | (uart->count ? 0 : FR_RXFE) |
	       (uart->count >= depth(uart) ? FR_RXFF : 0);
}

static uint32_t read_register(struct uart *uart, uint64_t offset)
{
	if (offset >= ID_FIRST && offset <= ID_LAST)
		return identity[(offset - ID_FIRST) / 4];
	switch (offset) {
	case DR:
		return pop(uart);
	case FR:
		return flags(uart);
	case ILPR:
		return uart->ilpr;
	case IBRD:
		return uart->ibrd;
	case FBRD:
		return uart->fbrd;
	case LCR_H:
		return uart->lcr;
	case CR:
		return uart->cr;
	case IFLS:
		return uart->ifls;
	case IMSC:
		return uart->imsc;
	case RIS:
		return raw_status(uart);
	case MIS:
		return raw_status(uart) & uart->imsc;
	case DMACR:
		return uart->dmacr;
	default: /* RSR: no errors; ICR and holes: zero */
		return 0;
	}
}

static void write_register(struct uart *uart, uint64_t offset, uint32_t value)
{
	switch (offset) {
	case DR:
		send(uart, (uint8_t)value);
		break;
	case ILPR:
		uart->ilpr = value & 0xff;
		break;
	case IBRD:
		uart->ibrd = value & 0xffff;
		break;
	case FBRD:
		uart->fbrd = value & 0x3f;
		break;
	case LCR_H:
		uart->lcr = value & 0xff;
		break;
	case CR:
		uart->cr = value & 0xff87;
		break;
	case IFLS:
		uart->ifls = value & 0x3f;
		break;
	case IMSC:
		uart->imsc = value & INT_ALL;
		break;
	case ICR:
		uart->latched &= ~value;
		break;
	case DMACR:
		uart->dmacr = value & 0x7;
		break;
	default:
		break;
	}
}

static void uart_access(void *device, uint64_t offset, struct mmio_access *access)
{
	struct uart *uart = device;

	spin_lock(&uart->lock);
	if (access->is_write)
		write_register(uart, offset, (uint32_t)access->value);
	else
		access->value = read_register(uart, offset);
	update_line(uart);
	spin_unlock(&uart->lock);
}

static uint32_t uart_input(void *device, const uint8_t *bytes, uint32_t count)
{
	struct uart *uart = device;
	uint32_t taken = 0;

	spin_lock(&uart->lock);
	while (taken < count && push(uart, bytes[taken]))
		taken++;
	update_line(uart);
	spin_unlock(&uart->lock);
	return taken;
}

static const struct mmio_ops uart_ops = { .name = "pl011", .access = uart_access };
static const struct console_ops uart_console = { .input = uart_input };

/* Component. */

static void uart_add(struct cell *cell, uint32_t index, const struct bh_config_device *device)
{
	struct uart *uart = &uarts[cell->id][index];

	uart->cell = cell;
	uart->irq = device->irq;
	uart->to_console = cell->config->console == index;
	mmio_add(cell, device->gpa, device->size, &uart_ops, uart);
	if (uart->to_console)
		console_attach(cell, &uart_console, uart);
}

static void uart_commit(struct cell *cell)
{
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, cell->config, devices);

	for (uint32_t i = 0; i < cell->config->devices.count; i++) {
		if (devices[i].type == BH_DEV_UART_PL011)
			uart_add(cell, i, &devices[i]);
	}
}

static void uart_reset(struct cell *cell)
{
	for (unsigned int i = 0; i < UART_PER_CELL; i++) {
		struct uart *uart = &uarts[cell->id][i];

		if (!uart->cell)
			continue;
		spin_lock(&uart->lock);
		uart->lcr = uart->imsc = uart->latched = uart->head = uart->count = 0;
		uart->ilpr = uart->ibrd = uart->fbrd = uart->dmacr = 0;
		uart->cr = CR_RESET;
		uart->ifls = IFLS_RESET;
		update_line(uart);
		spin_unlock(&uart->lock);
	}
}

static void uart_exit(struct cell *cell)
{
	memset(uarts[cell->id], 0, sizeof(uarts[cell->id]));
}

COMPONENT(vuart_pl011) = {
	.name = "vuart_pl011",
	.phase = COMPONENT_DEVICE,
	.cell_commit = uart_commit,
	.cell_reset = uart_reset,
	.cell_exit = uart_exit,
};
