/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs: one struct cpu for each slot, in memory that all CPUs see. What only its own CPU
 * needs (stack, saved frame, interrupt state) is private to arch and mapped nowhere else.
 */
#ifndef CORE_CPU_H
#define CORE_CPU_H

#include <arch/cpu.h>
#include <arch/types.h>
#include <bulkhead/hypercall.h>
#include <bulkhead/types.h>

#ifndef CONFIG_MAX_CPUS
#define CONFIG_MAX_CPUS 64
#endif

struct cell;

/** Request bits, set by anybody (release), taken by the CPU itself after a kick. */
enum cpu_request {
	CPU_REQ_PARK = 1u << 0,    /* drop the guest, go to PARKED */
	CPU_REQ_SUSPEND = 1u << 1, /* RUNNING to SUSPENDED */
	CPU_REQ_RESUME = 1u << 2,  /* SUSPENDED to RUNNING */
	CPU_REQ_START = 1u << 3,   /* PARKED to RUNNING: start_entry, start_arg */
	CPU_REQ_LEAVE = 1u << 4,   /* leave the hypervisor and go off (disable) */
	CPU_REQ_SCRUB = 1u << 5    /* a parked CPU works on its cell's scrub list */
};

/**
 * struct cpu - a CPU of the machine
 * @slot: its number.  @hwid: as firmware knows it.
 * @state: enum bh_cpu_state; written by its own CPU only, read by all (atomic).
 * @requests: enum cpu_request (atomic).
 * @cell: who owns it; changed under the control lock while the CPU is parked. Never NULL once enabled.
 * @vcpu: its number in that cell (root: the slot).
 * @start_entry, @start_arg: written before CPU_REQ_START.
 * @pending_on: vCPU is being switched on (atomic).
 */
struct cpu {
	uint32_t slot;
	uint32_t vcpu;
	uint64_t hwid;
	uint32_t state;
	uint32_t requests;
	struct cell *cell;
	uint64_t start_entry;
	uint64_t start_arg;
	uint32_t pending_on;
	struct cpu_arch arch;
};

/** Number of slots of this machine. */
unsigned int cpu_count(void);

/** Start with @count CPUs (at most CONFIG_MAX_CPUS), all ABSENT; the caller fills in hwid and the rest. */
void cpu_set_count(unsigned int count);

/** @slot < cpu_count(). */
struct cpu *cpu_get(unsigned int slot);
struct cpu *cpu_self(void);

/** Slot of the CPU with @hwid, or cpu_count() if there is none. */
unsigned int cpu_find(uint64_t hwid);

/** cpu_refuse() - say why this CPU cannot run the hypervisor: @what (@value). Return: BH_E_HARDWARE. */
int cpu_refuse(const char *what, uint64_t value);

/**
 * cpu_check_features() - are @features of this CPU those of the CPU that asked first? Formats, traps and policies are
 * the same for all. Context: CPU steps. Return: 0 or BH_E_HARDWARE, with a line in the log.
 */
int cpu_check_features(uint64_t features);

/** Set request bits and kick. */
void cpu_request(struct cpu *cpu, uint32_t bits);

static inline uint32_t cpu_state(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->state, __ATOMIC_ACQUIRE);
}

static inline void cpu_set_state(struct cpu *cpu, uint32_t state)
{
	__atomic_store_n(&cpu->state, state, __ATOMIC_RELEASE);
}

#endif
