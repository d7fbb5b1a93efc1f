/* SPDX-License-Identifier: GPL-2.0-only */
/* What happens in a cell's life: load, start, stop, suspend, resume; and what it looks like. */
#ifndef DRIVER_LIFE_H
#define DRIVER_LIFE_H

#include <bulkhead/ioctl.h>

/** life_control() - BH_IOC_CELL_CONTROL. Context: process; enable_lock held. */
int life_control(struct bh_ioc_cell_control *control);

/** life_info() - BH_IOC_CELL_INFO. Context: process; enable_lock held. */
int life_info(struct bh_ioc_cell_info *info);

#endif
