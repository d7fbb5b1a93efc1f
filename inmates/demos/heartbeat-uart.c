// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The heartbeat on a UART of its own, passed through: it goes on beating when the root cell panics. */
#include <inmate.h>

const struct inmate_config inmate_config = {
	.uart = 0x09040000, /* second PL011 of QEMU's virt machine */
	.uart_irq = INMATE_NO_IRQ,
	.comm_page = INMATE_COMM_PAGE,
	.gicd = INMATE_GICD,
	.gicr = INMATE_GICR,
	.gicc = INMATE_GICC,
};

#include "heartbeat.c"
