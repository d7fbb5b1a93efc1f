/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private data of a CPU: mapped at one fixed address on its own CPU and nowhere else, so that 'this CPU'
 * costs an address constant and no other CPU can read a guest's registers.
 */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#include <asm/layout.h>
#include <bulkhead/info.h>
#include <bulkhead/types.h>

struct cell_arch;

/** struct frame - a guest's general registers: x0 (always 0) to x31. */
struct frame {
	uint64_t x[32];
};
_Static_assert(sizeof(struct frame) == PERCPU_FRAME_SIZE, "struct frame and the assembler disagree");

#define REG_RA 1
#define REG_SP 2
#define REG_A0 10
#define REG_A1 11
#define REG_A6 16
#define REG_A7 17

/** Where a CPU is. Before RUNNING, a fault of our own makes enable fail; later it fails the cell. */
enum percpu_phase { PERCPU_ENTERING = 0, PERCPU_RUNNING = 1, PERCPU_LEAVING = 2 };

/** struct exit - the guest's exit that is being handled. @cause: scause.  @value: stval. */
struct exit {
	uint64_t pc;
	uint64_t sstatus;
	uint64_t hstatus;
	uint64_t cause;
	uint64_t value;
	uint64_t is_valid;
};

#define FOUND_EXTRA 24

/** struct found - what the kernel had when it came; entry.S fills in and reads all but @extra (found.c). */
struct found {
	uint64_t satp;
	uint64_t resume; /* where entry_leave returns to */
	uint64_t sscratch;
	uint64_t sstatus;
	uint64_t sie;
	uint64_t extra[FOUND_EXTRA];
};

/**
 * struct percpu - private data
 * @cell, @vcpu: what runs here, or ran last.
 * @stats: this CPU's counters in the info area.
 * @claim: guest-physical address of this vCPU's claim register, ~0: none.  @claim_hw: the real one.
 * @line: where the most urgent line of its virtual devices stands, 0: none waits; NULL: the APLIC knows.
 * @features: bits of enum feature.
 * @is_masked: an external interrupt was passed to the guest, which has not claimed it yet.
 * @deadline: of the guest's timer, by its own time, where it has no timer of its own (no Sstc).
 * @has_imsic: our external interrupt says that there are messages to pass on.
 * @phase: enum percpu_phase.  @arrived: came by arch_cpu_boot(), so nothing was found.
 */
struct percpu {
	uint32_t slot;
	uint32_t vcpu;
	struct cell_arch *cell;
	struct bh_cpu_stats *stats;
	uint64_t claim;
	volatile uint32_t *claim_hw;
	const uint32_t *line;
	uint64_t deadline;
	uint32_t features;
	uint32_t is_masked;
	uint32_t has_imsic;
	uint32_t phase;
	uint32_t arrived;
	uint32_t reserved;
	uint32_t final_tables;
	struct exit exit;
	struct found found;
};
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

static inline void percpu_count(enum bh_stat stat)
{
	percpu()->stats->count[stat]++;
}

#endif
