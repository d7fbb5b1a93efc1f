// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The usual places. A program that defines inmate_config itself replaces them. */
#include <inmate.h>

__attribute__((weak)) const struct inmate_config inmate_config = {
	.uart = INMATE_UART,
	.uart_irq = INMATE_UART_IRQ,
	.comm_page = INMATE_COMM_PAGE,
	.gicd = INMATE_GICD,
	.gicr = INMATE_GICR,
	.gicc = INMATE_GICC,
	.plic = INMATE_PLIC,
	.aplic = INMATE_APLIC,
	.timebase = INMATE_TIMEBASE,
};
