/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private data of a CPU: mapped at one fixed address on its own CPU and nowhere else, so that 'this CPU'
 * costs an address constant and no other CPU can read a guest's registers.
 */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#include <asm/found.h>
#include <asm/layout.h>
#include <asm/vgic_types.h>
#include <bulkhead/info.h>
#include <bulkhead/types.h>

struct cell_arch;

/**
 * struct frame - a guest's general registers
 * @x: x0..x30; x[31] is always 0, so that a decoder reads xzr like any other.
 */
struct frame {
	uint64_t x[32];
};
_Static_assert(sizeof(struct frame) == PERCPU_FRAME_SIZE, "struct frame and the assembler disagree");

/** Where a CPU is. Before RUNNING, an exception at EL2 makes enable fail; later it fails the cell. */
enum percpu_phase { PERCPU_ENTERING = 0, PERCPU_RUNNING = 1, PERCPU_LEAVING = 2 };

/** struct exit - the guest's exit that is being handled with the full frame. @esr: 0: an interrupt. */
struct exit {
	uint64_t pc;
	uint64_t pstate;
	uint64_t esr;
	uint64_t is_valid;
};

/**
 * struct percpu - first part is the hot line
 * @cell, @vcpu: what runs here, or ran last.
 * @stats: this CPU's counters in the info area.
 * @workaround: firmware call that the vectors make on each exit, 0: none (other vectors).
 * @phase: enum percpu_phase.  @arrived: came by arch_cpu_boot(), so nothing was found.
 */
struct percpu {
	uint32_t slot;
	uint32_t vcpu;
	struct cell_arch *cell;
	struct bh_cpu_stats *stats;
	uint64_t workaround;
	struct vgic_cpu gic;
	uint32_t phase;
	uint32_t arrived;
	uint32_t reserved;
	uint32_t final_tables;
	struct exit exit;
	struct found found;
};
_Static_assert(offsetof(struct percpu, slot) == 0, "asm/self.h looks for it there");
_Static_assert(sizeof(struct percpu) <= PERCPU_DATA_SIZE, "struct percpu is larger than its mapping");

/** This CPU's. */
static inline struct percpu *percpu(void)
{
	return (struct percpu *)PERCPU_BASE;
}

/** The guest's registers of the current exit. */
static inline struct frame *percpu_frame(void)
{
	return (struct frame *)(PERCPU_BASE + PERCPU_FRAME);
}

#endif
