/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel tells us of, and our defined answers. */
#ifndef DRIVER_NOTIFY_H
#define DRIVER_NOTIFY_H

int notify_init(void);
void notify_exit(void);

#endif
