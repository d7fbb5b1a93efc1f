/* SPDX-License-Identifier: GPL-2.0-only */
/* Every CPU enters the hypervisor, or leaves it, inside stop_machine(). */
#ifndef DRIVER_TAKEOVER_H
#define DRIVER_TAKEOVER_H

#include <bulkhead/config.h>
#include <bulkhead/errors.h>
#include <bulkhead/image.h>
#include <linux/types.h>

/** struct takeover - what is needed to enter. @header: the image's header as mapped. */
struct takeover {
	const struct bh_config_system *system;
	struct bh_image_header *header;
};

/** takeover_slot() - place of a CPU in the board's list, -1: it is not there. */
int takeover_slot(const struct bh_config_system *system, u64 hwid);

/** takeover_cpu() - Linux' number of the CPU @hwid, -1: Linux has none. */
int takeover_cpu(u64 hwid);

/** takeover_dry_run() - one CPU runs all of the hypervisor's initialization and comes back out. */
int takeover_dry_run(const struct takeover *takeover, struct bh_error *error);

/** takeover_enter() - all CPUs enter. On failure none is left inside. */
int takeover_enter(const struct takeover *takeover, struct bh_error *error);

/** takeover_leave() - all CPUs leave. On failure all are still inside. */
int takeover_leave(const struct bh_config_system *system, u32 generation, struct bh_error *error);

#endif
