/* SPDX-License-Identifier: GPL-2.0-only */
/* Module and /dev/bulkhead. */
#ifndef DRIVER_MAIN_H
#define DRIVER_MAIN_H

struct device;

/** main_device() - the device of /dev/bulkhead: firmware is loaded for it, cells are its children. */
struct device *main_device(void);

#endif
