/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Header at offset 0 of the hypervisor image. The driver reads the first part, fills in
 * the second, and enters every CPU at @entry_offset. The hypervisor checks all of it.
 *
 * Memory as the driver lays it out, from hv_base up:
 *   [image and bss: core_size] [percpu_size * cpu_count] [config] [info] [page pool to the end]
 * every part page aligned.
 */
#ifndef BULKHEAD_IMAGE_H
#define BULKHEAD_IMAGE_H

#include <bulkhead/types.h>
#include <bulkhead/version.h>

#define BH_IMAGE_MAGIC 0x444145484b4c5542ull /* "BULKHEAD" */

enum bh_inject { BH_INJECT_NONE = 0, BH_INJECT_ERROR = 1, BH_INJECT_TIMEOUT = 2 };

/** Flag beside the slot in the entry argument: run all of enable on this CPU alone, activate nothing. */
#define BH_ENTER_DRY_RUN (1ull << 31)
/** Entry argument: slot | flags | generation << 32. */
#define BH_ENTER_ARG(slot, generation) ((uint64_t)(slot) | (uint64_t)(generation) << 32)

struct bh_image_header {
	/* from the link */
	uint64_t magic;
	uint16_t major;
	uint16_t minor;
	uint16_t arch;
	uint16_t max_cpus;
	uint64_t core_size;
	uint64_t percpu_size;
	uint64_t entry_offset;
	uint64_t info_size;
	uint64_t reserved0[2];
	/* filled in by the driver */
	uint64_t hv_base;
	uint64_t hv_size;
	uint32_t cpu_count;    /* slots: entries of the system configuration's cpus */
	uint32_t online_count; /* CPUs that will enter now */
	uint64_t config_offset;
	uint64_t config_size;
	uint64_t info_offset;
	uint32_t generation;
	uint32_t inject_kind; /* enum bh_inject */
	int32_t inject_cpu;   /* slot, -1: any */
	uint32_t timeout_scale; /* deadlines are multiplied by it; 1 on hardware */
	char inject_step[32];
	uint64_t reserved1[8];
};
BH_ASSERT_OFFSET(struct bh_image_header, hv_base, 64);
BH_ASSERT_SIZE(struct bh_image_header, 224);

#endif
