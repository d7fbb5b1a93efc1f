/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of memory that every architecture has, and words for more of them. */
#ifndef MEMORY_H
#define MEMORY_H

#include "hostile.h"

/* clang-format off */
#define OWN(operation) operation, (uint64_t)(uintptr_t)own_words
#define FAILS(address) EXPECT_FAILED, BH_REASON_MEMORY_ACCESS, address, 0
#define FAILS_DEVICE(address) EXPECT_FAILED, BH_REASON_MMIO_ACCESS, address, 0
#define TOUCH(name, operation, address) { "memory." name, OWN(operation), operation, address, FAILS(address) }

#define MEMORY_ROWS \
	TOUCH("hypervisor-read", load64, HYPERVISOR_MEMORY), \
	TOUCH("hypervisor-write", store64, HYPERVISOR_MEMORY), \
	TOUCH("hypervisor-last-word", load64, HYPERVISOR_LAST), \
	TOUCH("hypervisor-byte-write", store8, HYPERVISOR_MEMORY + 0x123457), \
	{ "memory.hypervisor-fetch", call_own, 0, call, HYPERVISOR_MEMORY, FAILS(HYPERVISOR_MEMORY) }, \
	TOUCH("root-read", load64, ROOT_MEMORY), \
	TOUCH("root-write", store64, ROOT_MEMORY), \
	TOUCH("other-cell-read", load64, VICTIM_MEMORY), \
	TOUCH("other-cell-write", store64, VICTIM_MEMORY + 0x100000), \
	{ "memory.other-cell-fetch", call_own, 0, call, VICTIM_MEMORY, FAILS(VICTIM_MEMORY) }, \
	TOUCH("pool-read", load64, ROOT_SENTINELS), \
	TOUCH("pool-write", store64, ROOT_SENTINELS), \
	TOUCH("behind-own", load64, HOSTILE_RAM_END),
/* clang-format on */

#endif
