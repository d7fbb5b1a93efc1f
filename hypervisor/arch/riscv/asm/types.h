/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RISC-V parts of struct cell and struct cpu. */
#ifndef ASM_TYPES_H
#define ASM_TYPES_H

#include <asm/aplic_types.h>
#include <asm/plic_types.h>
#include <bulkhead/types.h>
#include <core/lock.h>
#include <core/pagetable.h>
#include <core/vtime.h>

/** struct cell_aplic - a cell's APLIC. @base: guest-physical, @size: 0: the cell has none.  @lock: guards @model. */
struct cell_aplic {
	uint64_t base;
	uint64_t size;
	struct spinlock lock;
	struct vaplic model;
};

/**
 * struct cell_arch - what a cell has of RISC-V
 * @stage2: its table; tag is the VMID.  @hgatp: value of the register.
 * @vcpu_count: vCPUs (root: slots).  @is_root: root sees the real hart ids.
 * @slot: by vCPU.  @hwid: hart id by vCPU, as the guest sees it.
 * @time: of guests: stands still while the cell is suspended.
 * @plic, @aplic: its interrupt controller, by what the board has.
 */
struct cell_arch {
	struct page_table stage2;
	uint64_t hgatp;
	uint32_t id;
	uint32_t vcpu_count;
	uint32_t is_root;
	uint16_t slot[CONFIG_MAX_CPUS];
	uint64_t hwid[CONFIG_MAX_CPUS];
	struct vtime time;
	union {
		struct vplic plic;
		struct cell_aplic aplic;
	};
};

/** What one CPU leaves for another, see interrupts.c. */
enum cpu_mail { CPU_MAIL_IPI = 1u << 0, CPU_MAIL_EXTERNAL = 1u << 1 };

/** struct cpu_arch - what other CPUs may see of a CPU. @mail: enum cpu_mail (atomic). */
struct cpu_arch {
	uint32_t mail;
};

#endif
