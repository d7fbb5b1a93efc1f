// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual 16550A in memory, one register in each byte, as "ns16550a" of a device tree has it without "reg-shift"; or at
 * eight I/O ports. An access that is wider than a register means the one at its address, and reads zero above it.
 */
#include <arch/irq.h>
#include <cell/cell.h>
#include <core/component.h>
#include <core/lock.h>
#include <device/console.h>
#include <device/mmio.h>
#include <device/ns16550.h>
#include <lib/config.h>
#include <lib/string.h>

#define UART_PER_CELL MMIO_MAX_REGIONS

/**
 * struct uart - @lock guards all; comes before the console's and the interrupt controller's locks
 * @cell: NULL while not in use.  @irq: 0: none.  @to_console: its output goes to the console ring.
 * @reg_shift: registers are 1 << @reg_shift bytes apart.  @line: what the interrupt line was set to last.
 */
struct uart {
	struct spinlock lock;
	struct cell *cell;
	uint32_t irq;
	uint32_t to_console;
	uint32_t reg_shift;
	int line;
	struct ns16550 chip;
};

static struct uart uarts[BH_MAX_CELLS][UART_PER_CELL];

static void update_line(struct uart *uart)
{
	const int level = ns16550_line(&uart->chip);

	if (level == uart->line || !uart->irq)
		return;
	uart->line = level;
	arch_irq_set(&uart->cell->arch, uart->irq, level);
}

static void uart_access(void *device, uint64_t offset, struct mmio_access *access)
{
	struct uart *uart = device;
	const uint64_t reg = offset >> uart->reg_shift;
	int sent = NS16550_NOTHING;

	spin_lock(&uart->lock);
	if (reg >= NS16550_REGISTERS || offset & ((1u << uart->reg_shift) - 1)) {
		if (!access->is_write)
			access->value = 0;
	} else if (access->is_write) {
		sent = ns16550_write(&uart->chip, (unsigned int)reg, (uint8_t)access->value);
	} else {
		access->value = ns16550_read(&uart->chip, (unsigned int)reg);
	}
	if (sent != NS16550_NOTHING && uart->to_console)
		console_put(uart->cell, (uint8_t)sent);
	update_line(uart);
	spin_unlock(&uart->lock);
}

static uint32_t uart_input(void *device, const uint8_t *bytes, uint32_t count)
{
	struct uart *uart = device;
	uint32_t taken = 0;

	spin_lock(&uart->lock);
	while (taken < count && ns16550_receive(&uart->chip, bytes[taken]))
		taken++;
	update_line(uart);
	spin_unlock(&uart->lock);
	return taken;
}

static const struct mmio_ops uart_ops = { .name = "16550", .access = uart_access };
static const struct console_ops uart_console = { .input = uart_input };

/* Component. */

static void uart_add(struct cell *cell, uint32_t index, const struct bh_config_device *device)
{
	struct uart *uart = &uarts[cell->id][index];

	uart->cell = cell;
	uart->irq = device->irq;
	uart->to_console = cell->config->console == index;
	if (device->type == BH_DEV_UART_16550_PIO)
		mmio_add_ports(cell, device->gpa, device->size, &uart_ops, uart);
	else
		mmio_add(cell, device->gpa, device->size, &uart_ops, uart);
	if (uart->to_console)
		console_attach(cell, &uart_console, uart);
}

static void uart_commit(struct cell *cell)
{
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, cell->config, devices);

	for (uint32_t i = 0; i < cell->config->devices.count; i++) {
		if (devices[i].type == BH_DEV_UART_16550 || devices[i].type == BH_DEV_UART_16550_PIO)
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
		ns16550_reset(&uart->chip);
		update_line(uart);
		spin_unlock(&uart->lock);
	}
}

static void uart_exit(struct cell *cell)
{
	memset(uarts[cell->id], 0, sizeof(uarts[cell->id]));
}

COMPONENT(vuart_16550) = {
	.name = "vuart_16550",
	.phase = COMPONENT_DEVICE,
	.cell_commit = uart_commit,
	.cell_reset = uart_reset,
	.cell_exit = uart_exit,
};
