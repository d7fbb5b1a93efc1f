/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Fixed-width types for the ABI headers: the same header is read by the hypervisor
 * (freestanding), by the driver (kernel) and by tools and guests (hosted or not).
 */
#ifndef BULKHEAD_TYPES_H
#define BULKHEAD_TYPES_H

#ifdef __KERNEL__
#include <linux/stddef.h>
#include <linux/types.h>
#else
#include <stddef.h>
#include <stdint.h>
#endif

/** The layout of an ABI structure is part of the ABI: a change must not compile. */
#define BH_ASSERT_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " changed its size")
#define BH_ASSERT_OFFSET(type, member, bytes)                                                      \
	_Static_assert(offsetof(type, member) == (bytes), #type "." #member " moved")

#endif
