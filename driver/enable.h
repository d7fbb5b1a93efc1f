/* SPDX-License-Identifier: GPL-2.0-only */
/* Putting the hypervisor under this kernel and taking it away again. */
#ifndef DRIVER_ENABLE_H
#define DRIVER_ENABLE_H

#include <bulkhead/config.h>
#include <bulkhead/ioctl.h>
#include <linux/types.h>

/** enable_active() - is the hypervisor enabled? Context: any; may change at once unless the lock is held. */
bool enable_active(void);

/**
 * enable_lock() - keep the hypervisor as it is (enabled) until enable_unlock()
 * The lock is outermost: before a cell's lock and before CPU hot-plug, whose callbacks never take it.
 * Return: BH_E_OK, or BH_E_DISABLED and the lock is not held.
 */
int enable_lock(struct bh_error *error);
void enable_unlock(void);

/** enable_system() - the board. Context: lock held. */
const struct bh_config_system *enable_system(void);

/** enable_overlaps() - does a physical range touch memory of hypervisor or pool? Context: any; no lock. */
bool enable_overlaps(u64 base, u64 size);

/** enable_run() - BH_IOC_ENABLE; @blob: the driver's copy of the configuration, becomes the callee's. */
int enable_run(struct bh_ioc_enable *ioc, struct bh_config_system *blob);

/** enable_disable() - take the hypervisor away; @force: destroy the cells that still exist. */
int enable_disable(bool force, struct bh_error *error);

/** enable_status() - BH_IOC_STATUS. */
void enable_status(struct bh_ioc_status *status);

#endif
