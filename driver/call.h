/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls of the driver: repeated while the hypervisor says so, errors as records. */
#ifndef DRIVER_CALL_H
#define DRIVER_CALL_H

#include "arch.h"

#include <bulkhead/errors.h>

/**
 * call_run() - issue a hypercall until it is finished
 * Repeats BH_E_AGAIN (a long operation goes on) and BH_E_BUSY (another one is in progress), each with a
 * limit in time.
 * Context: process; the hypervisor is enabled.
 * Return: BH_E_OK and values in @call, or the error, with its record in @error.
 */
int call_run(struct arch_call *call, struct bh_error *error);

/** call_handle() - the same for a call whose only arguments are a handle and one more. */
int call_handle(u32 number, u32 handle, u64 arg, struct bh_error *error);

#endif
