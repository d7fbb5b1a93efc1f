/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leaving: every CPU of root comes with the DISABLE hypercall; all go or none. */
#ifndef CONTROL_DISABLE_H
#define CONTROL_DISABLE_H

#include <bulkhead/errors.h>
#include <bulkhead/types.h>

/** Return: 0, then this exit leaves the hypervisor; or the error code, the same for all that came. */
int disable_this_cpu(uint64_t generation, struct bh_error *error);

#endif
