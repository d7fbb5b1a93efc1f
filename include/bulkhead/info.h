/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Info area: the part of the hypervisor's memory that root may read and nobody but the
 * hypervisor may write: log ring, console rings of the cells, statistics, crash record.
 * Readers write nothing; a ring's writer never waits, old bytes are overwritten and the
 * reader finds out from the 64-bit head.
 */
#ifndef BULKHEAD_INFO_H
#define BULKHEAD_INFO_H

#include <bulkhead/errors.h>
#include <bulkhead/hypercall.h>
#include <bulkhead/types.h>
#include <bulkhead/version.h>

#define BH_INFO_MAGIC 0x4f464e494b4c5542ull /* "BULKINFO" */
#define BH_RING_MAGIC 0x474e4952u           /* "RING" */

#define BH_RING_STRIDE 256u

/**
 * struct bh_ring - byte ring; @size bytes of data follow
 * @head: bytes ever written; the newest byte is data[(head - 1) % size]. It moves after the bytes are written,
 * by BH_RING_STRIDE at most: what a reader copied from position p on is good if afterwards
 * p + size >= head + BH_RING_STRIDE.
 * @lost: messages dropped by rate limit.
 */
struct bh_ring {
	uint32_t magic;
	uint32_t size; /* power of two */
	uint64_t head;
	uint64_t lost;
	uint64_t reserved;
};
BH_ASSERT_SIZE(struct bh_ring, 32);

/* Exit counters. X(NAME, "name in JSON and sysfs", "what is counted"); order is ABI, append only. */
#define BH_STATS(X)                                                                                \
	X(TOTAL, "exits_total", "all exits")                                                       \
	X(HYPERCALL, "exits_hypercall", "hypercalls of ours")                                      \
	X(FIRMWARE, "exits_firmware", "firmware calls (PSCI, SMCCC, SBI)")                         \
	X(MMIO, "exits_mmio", "emulated device accesses")                                          \
	X(INTC, "exits_intc", "interrupt controller accesses")                                     \
	X(SYSREG, "exits_sysreg", "system register accesses (MSR, CSR)")                           \
	X(IRQ, "exits_irq", "physical interrupts taken")                                           \
	X(IPI, "exits_ipi", "IPIs sent by the guest")                                              \
	X(KICK, "exits_kick", "kicks by the hypervisor")                                           \
	X(MAINTENANCE, "exits_maintenance", "interrupt controller maintenance")                    \
	X(RETRY, "exits_retry", "faults that a concurrent change explains")                        \
	X(INJECT, "injected_faults", "exceptions injected into the guest")                         \
	X(VIRQ, "virtual_irqs", "virtual interrupts raised")                                       \
	X(OVERFLOW, "irq_overflows", "interrupts that had to wait for a list register")

enum bh_stat {
#define BH_STAT_ENUM(name, json, text) BH_STAT_##name,
	BH_STATS(BH_STAT_ENUM)
#undef BH_STAT_ENUM
	BH_STAT_COUNT
};

struct bh_cpu_stats {
	uint64_t count[32];
};
_Static_assert(BH_STAT_COUNT <= 32, "more counters than the page has room for");

/** Why a cell stopped, or what the hypervisor died of. @kind: enum bh_reason. */
struct bh_record {
	uint32_t kind;
	uint32_t cpu;
	uint64_t pc;
	uint64_t syndrome; /* ESR_EL2, exit code, scause */
	uint64_t address;  /* guest-physical */
	uint64_t value;    /* value written, function id */
	char what[40];     /* decoded name of what was touched */
};
BH_ASSERT_SIZE(struct bh_record, 80);

/** Public facts about one cell. @sequence is odd while the hypervisor changes the entry. */
struct bh_cell_info {
	uint32_t sequence;
	uint32_t handle;
	uint32_t state;  /* enum bh_cell_state */
	uint32_t events; /* counts state changes */
	char name[32];
	struct bh_record reason;
	uint64_t cpus[2];   /* bit = slot, first 128 slots */
	uint64_t memory;    /* bytes of RAM */
	uint64_t heartbeat; /* refreshed on CELL_STATE */
	uint32_t console;   /* offset of its struct bh_ring in the info area, 0: none */
	uint32_t restarts;
};

/**
 * struct bh_info - start of the info area
 * @size: bytes of the area.  @generation: of this start of the hypervisor.
 * @log, @stats, @cells, @crash: offsets from here. @stats: cpu_count entries.
 */
struct bh_info {
	uint64_t magic;
	uint16_t major;
	uint16_t minor;
	uint32_t size;
	uint32_t generation;
	uint32_t cpu_count;
	uint32_t log;   /* struct bh_ring */
	uint32_t stats; /* struct bh_cpu_stats[cpu_count] */
	uint32_t cells; /* struct bh_cell_info[BH_MAX_CELLS] */
	uint32_t crash; /* struct bh_record */
	uint64_t pool_free_pages;  /* the hypervisor's own pages */
	uint64_t pool_total_pages;
	struct bh_error last_error;
	char last_step[32]; /* step that failed last, of enable or a cell operation */
};

#endif
