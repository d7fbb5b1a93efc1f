/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The board's debug UART, on which the log is repeated. */
#ifndef CORE_DEBUG_UART_H
#define CORE_DEBUG_UART_H

/**
 * debug_uart_open() - system step, once devices can be mapped: find the board's debug UART, if it has one
 * Return: 0. Without it the log has one place less to go.
 */
int debug_uart_open(void);
void debug_uart_close(void);

/** Write @c, if there is one; bounded wait (gives the character up). Any context. */
void debug_uart_putc(char c);

#endif
