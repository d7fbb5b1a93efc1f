/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes into a cell: its memory while it is loading, its console while it runs. */
#ifndef DRIVER_LOAD_H
#define DRIVER_LOAD_H

#include <bulkhead/errors.h>
#include <bulkhead/ioctl.h>

/* Context of all: process; enable_lock held. Return: enum bh_error_code. */

/** load_region() - BH_IOC_CELL_REGION. */
int load_region(struct bh_ioc_cell_region *region);

/** load_write() - BH_IOC_CELL_WRITE. */
int load_write(const struct bh_ioc_cell_write *write, struct bh_error *error);

/** load_console() - BH_IOC_CONSOLE_WRITE; @console->count becomes the bytes taken. */
int load_console(struct bh_ioc_console_write *console);

#endif
