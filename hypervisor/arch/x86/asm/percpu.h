/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private data of a CPU: mapped at one fixed address on its own CPU and nowhere else, so that 'this CPU' costs an
 * address constant and no other CPU can read a guest's registers.
 */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#include <asm/frame.h>
#include <asm/layout.h>
#include <asm/state.h>
#include <bulkhead/info.h>
#include <bulkhead/types.h>

struct cell_arch;
struct cpu_arch;

/** Where a CPU is. Before RUNNING, a fault of our own makes enable fail; later it fails the cell. */
enum percpu_phase { PERCPU_ENTERING = 0, PERCPU_RUNNING = 1, PERCPU_LEAVING = 2 };

/** What GDTR and IDTR are loaded from; 6 bytes behind the hole. */
struct table_register {
	uint16_t hole[3];
	uint16_t limit;
	uint64_t base;
};

/** struct found - what entry.S saw before it changed it; the rest is read by state_found() (found.c). */
struct found {
	uint64_t cr3;
	uint64_t cr4;
	uint64_t rsp;
	uint64_t rflags;
	uint64_t resume;
	struct table_register gdtr;
	struct table_register idtr;
	uint16_t selector[SEG_COUNT];
	uint16_t pad[2];
	uint64_t gdt[FOUND_GDT_SIZE / 8];
};

/**
 * struct exit - the guest's exit that is being handled
 * @reason: the back end's number.  @qualification, @address: what the back end says besides.
 * @is_valid: there is one.
 */
struct exit {
	uint64_t reason;
	uint64_t qualification;
	uint64_t address;
	uint64_t is_valid;
};

/**
 * struct percpu - private data
 * @self: what other CPUs see of this one.
 * @cell, @vcpu: what runs here, or ran last.
 * @stats: this CPU's counters in the info area.
 * @features: bits of enum feature.
 * @nmis: NMIs that came while the hypervisor ran, taken by whoever waits for them.
 * @phase: enum percpu_phase.
 * @final_tables: not 0: it runs on the shared tables (mmu.c).  @is_on: virtualization is switched on.
 * @nmi_is_pending, @nmi_is_blocked: of the guest, where the back end has to know. @nmi_step: the IRET that
 *	ends an NMI is run alone (SVM): bit 0; bit 1: the guest itself runs one instruction at a time.
 * @halt_is_off: HLT exits (virt_ops.intercept_halt).
 * @state: scratch: the state that a vCPU starts with, or that the CPU is given back with.
 * @fresh: scratch: reset values (handover.c).
 * @vmcb_physical, @host_physical: pages of the private area that SVM reads by physical address.
 */
struct percpu {
	uint32_t slot;
	uint32_t vcpu;
	struct cell_arch *cell;
	struct cpu_arch *self;
	struct bh_cpu_stats *stats;
	uint64_t features;
	uint32_t nmis;
	uint32_t phase;
	uint32_t nmi_step;
	uint32_t final_tables;
	uint32_t halt_is_off;
	uint32_t is_on;
	uint32_t nmi_is_pending;
	uint32_t nmi_is_blocked;
	struct exit exit;
	struct found found;
	struct x86_state state;
	struct x86_state fresh;
	uint64_t gdt[GDT_SIZE / 8];
	uint8_t tss[TSS_SIZE];
	uint64_t vmcb_physical;
	uint64_t host_physical;
};
_Static_assert(sizeof(struct percpu) <= PERCPU_DATA_SIZE, "struct percpu is larger than its mapping");

/** This CPU's. */
static inline struct percpu *percpu(void)
{
	return (struct percpu *)PERCPU_BASE;
}

static inline void percpu_count(enum bh_stat stat)
{
	percpu()->stats->count[stat]++;
}

#endif
