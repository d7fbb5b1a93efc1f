// SPDX-License-Identifier: GPL-2.0-or-later
/* Polled, and never waited for without bound. The board says of which kind it is. */
#include <core/debug_uart.h>

#include <arch/mmu.h>
#include <arch/ports.h>
#include <bulkhead/config.h>
#include <core/image.h>

#define TRIES 10000u

/**
 * struct uart_kind - what of a kind's registers we need
 * @data, @status: offsets of them.  @size: of a register, bytes; 0: at I/O ports.
 * @mask, @ready: a byte can be written if the status has @ready in the bits of @mask.
 */
static const struct uart_kind {
	uint8_t data, status, size, mask, ready;
} kinds[] = {
	[BH_DEV_UART_PL011] = { 0x00, 0x18, 4, 0x20, 0x00 }, /* DR; FR: the queue is not full */
	[BH_DEV_UART_16550] = { 0, 5, 1, 0x20, 0x20 },	     /* THR; LSR: it is empty */
	[BH_DEV_UART_16550_PIO] = { 0, 5, 0, 0x20, 0x20 },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct uart_kind *kind; /* NULL: there is none */
static uintptr_t base;		     /* address or port */

int debug_uart_open(void)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_range *range = &system->debug_uart;
	const uint32_t type = system->debug_uart_type;
	const struct uart_kind *found = &kinds[type < KINDS ? type : 0];

	if (!found->mask || range->size <= found->status)
		return 0;
	base = (uintptr_t)range->base;
	if (found->size)
		base = (uintptr_t)arch_map_device(hpa(range->base), range->size);
	kind = base ? found : NULL;
	return 0;
}

void debug_uart_close(void)
{
	kind = NULL;
}

static uint32_t status(void)
{
	if (!kind->size)
		return ports_in8((uint16_t)(base + kind->status));
	return kind->size == 1 ? *(volatile uint8_t *)(base + kind->status) :
				 *(volatile uint32_t *)(base + kind->status);
}

static void send(char c)
{
	if (!kind->size)
		ports_out8((uint16_t)(base + kind->data), (uint8_t)c);
	else if (kind->size == 1)
		*(volatile uint8_t *)(base + kind->data) = (uint8_t)c;
	else
		*(volatile uint32_t *)(base + kind->data) = (uint8_t)c;
}

void debug_uart_putc(char c)
{
	for (unsigned int i = 0; kind && i < TRIES; i++) {
		if ((status() & kind->mask) == kind->ready) {
			send(c);
			return;
		}
	}
}
