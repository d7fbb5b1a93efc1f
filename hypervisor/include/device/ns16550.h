/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registers of a 16550A (National Semiconductor PC16550D), by number and without an address: whether they are
 * bytes in memory, words of four bytes, or ports is the business of whoever decodes the access.
 */
#ifndef DEVICE_NS16550_H
#define DEVICE_NS16550_H

#include <bulkhead/types.h>

#define NS16550_REGISTERS 8u
#define NS16550_FIFO 16u
#define NS16550_NOTHING (-1)

/**
 * struct ns16550 - one UART
 * @thre: the interrupt "transmitter empty" waits to be seen.
 * @head, @count: received bytes in @fifo.
 */
struct ns16550 {
	uint8_t ier, lcr, mcr, scr, dll, dlm;
	uint8_t fifo_on, trigger;
	uint8_t thre;
	uint8_t head, count;
	uint8_t fifo[NS16550_FIFO];
};

void ns16550_reset(struct ns16550 *uart);

/** ns16550_read() - register @reg (0..7), with the effects that a read has. */
uint8_t ns16550_read(struct ns16550 *uart, unsigned int reg);

/** ns16550_write() - Return: the byte that goes out, or NS16550_NOTHING. */
int ns16550_write(struct ns16550 *uart, unsigned int reg, uint8_t value);

/** ns16550_receive() - a byte comes in. Return: 0: there is no room for it. */
int ns16550_receive(struct ns16550 *uart, uint8_t byte);

/** ns16550_line() - level of the interrupt output. */
int ns16550_line(const struct ns16550 *uart);

#endif
