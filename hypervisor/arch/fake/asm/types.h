/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fake architecture's parts of struct cell and struct cpu. */
#ifndef ASM_TYPES_H
#define ASM_TYPES_H

#include <bulkhead/types.h>
#include <core/pagetable.h>
#include <core/vtime.h>
#include <lib/bitmap.h>

#ifndef CONFIG_MAX_CPUS
#define CONFIG_MAX_CPUS 1024
#endif

#define FAKE_MAX_VCPUS CONFIG_MAX_CPUS
#define FAKE_IRQS 1020

/**
 * struct cell_arch - what a cell has of the fake architecture
 * @slot: by vCPU.  @virtual_irqs: lines of virtual devices.  @level, @edges: of those lines (atomic).
 */
struct cell_arch {
	struct page_table stage2;
	uint32_t id;
	uint32_t vcpu_count;
	uint32_t is_root;
	uint32_t resets;
	uint16_t slot[FAKE_MAX_VCPUS];
	uint64_t hwid[FAKE_MAX_VCPUS];
	struct vtime time;
	uint64_t virtual_irqs[BITMAP_WORDS(FAKE_IRQS)];
	uint8_t level[FAKE_IRQS];
	uint32_t edges[FAKE_IRQS];
};

/** struct cpu_arch - what other CPUs may see of a CPU: nothing, here. */
struct cpu_arch {
	uint32_t reserved;
};

#endif
