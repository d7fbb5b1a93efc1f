// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every CPU enters the hypervisor, or leaves it, inside stop_machine(): all CPUs are in our function with
 * interrupts off, none holds a lock that another one spins on, and the set of CPUs is frozen.
 */
#include "takeover.h"

#include "arch.h"

#include <lib/config.h>
#include <lib/errors.h>
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <linux/stop_machine.h>

enum verdict { VERDICT_OPEN, VERDICT_STAY, VERDICT_LEAVE };

/**
 * struct gathering - what the CPUs of one stop_machine() share
 * @ready: the first CPU has written how many come.
 * @verdict: enum verdict; decided once, by the last CPU or by the first whose patience ends.
 * @stuck: CPUs that did not get out again.
 */
struct gathering {
	const struct takeover *takeover;
	const struct bh_config_system *system;
	u32 generation;
	u64 entry;
	u64 patience; /* ticks */
	int ready;
	atomic_t arrived;
	atomic_t entered;
	atomic_t done;
	atomic_t verdict;
	atomic_t stuck;
	atomic_t code; /* first failure */
	int slot;      /* whose */
};

int takeover_slot(const struct bh_config_system *system, u64 hwid)
{
	const struct bh_config_cpu *cpu = CONFIG_ARRAY(struct bh_config_cpu, system, cpus);

	for (u32 slot = 0; slot < system->cpus.count; slot++)
		if (cpu[slot].hwid == hwid)
			return slot;
	return -1;
}

int takeover_cpu(u64 hwid)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (arch_hwid(cpu) == hwid)
			return cpu;
	return -1;
}

static void note_failure(struct gathering *all, u32 code, int slot)
{
	if (code && atomic_cmpxchg(&all->code, 0, code) == 0)
		all->slot = slot;
}

/* What a CPU came back with; another than our hypervisor may have answered anything. */
static u32 known_code(u64 code)
{
	return code < BH_E_COUNT ? code : BH_E_HARDWARE;
}

/* A CPU that says it is inside must be answered by this start of the hypervisor. */
static u32 verify_inside(u32 generation, int slot)
{
	struct arch_call call = { .number = BH_HC_INFO };

	arch_hypercall(&call);
	if (call.code != BH_E_OK || call.value[0] != BH_HYPERCALL_MAGIC)
		return BH_E_HARDWARE;
	if (call.value[4] != generation)
		return BH_E_GENERATION;
	return call.value[2] == slot ? BH_E_OK : BH_E_CPU_UNKNOWN;
}

static u32 leave_cpu(u32 generation)
{
	struct arch_call call = { .number = BH_HC_DISABLE, .arg = { generation } };

	arch_hypercall(&call);
	if (call.code)
		return known_code(call.code);
	return arch_owner(NULL) == ARCH_OWNER_STUB ? BH_E_OK : BH_E_HARDWARE;
}

/* Every CPU has arrived when @ready is seen: the first one writes what all of them need. */
static void gather(struct gathering *all)
{
	struct bh_image_header *header = all->takeover->header;

	if (atomic_inc_return(&all->arrived) == 1) {
		WRITE_ONCE(header->online_count, num_online_cpus());
		arch_clean(header, sizeof(*header));
		smp_store_release(&all->ready, 1);
	}
	while (!smp_load_acquire(&all->ready))
		cpu_relax();
}

static int decide(struct gathering *all)
{
	u64 start = arch_ticks();
	int verdict;

	if (atomic_inc_return(&all->done) == num_online_cpus()) {
		verdict = atomic_read(&all->code) ? VERDICT_LEAVE : VERDICT_STAY;
		atomic_cmpxchg(&all->verdict, VERDICT_OPEN, verdict);
	}
	while ((verdict = atomic_read(&all->verdict)) == VERDICT_OPEN) {
		if (arch_ticks() - start > all->patience)
			atomic_cmpxchg(&all->verdict, VERDICT_OPEN, VERDICT_LEAVE);
		cpu_relax();
	}
	return verdict;
}

static int enter_this_cpu(void *data)
{
	struct gathering *all = data;
	int slot = takeover_slot(all->system, arch_this_hwid());
	u32 code = BH_E_CPU_UNKNOWN;
	bool inside = false;

	gather(all);
	if (slot >= 0)
		code = known_code(arch_enter(all->entry, BH_ENTER_ARG(slot, all->generation)));
	if (!code) {
		inside = true;
		atomic_inc(&all->entered);
		code = verify_inside(all->generation, slot);
	}
	note_failure(all, code, slot);
	if (decide(all) == VERDICT_LEAVE && inside && leave_cpu(all->generation))
		atomic_inc(&all->stuck);
	return 0;
}

static int leave_this_cpu(void *data)
{
	struct gathering *all = data;

	note_failure(all, leave_cpu(all->generation), takeover_slot(all->system, arch_this_hwid()));
	return 0;
}

static int gathering_result(const struct gathering *all, struct bh_error *error)
{
	u32 code = atomic_read(&all->code);

	if (!code)
		return BH_E_OK;
	return error_set(error, code, BH_OBJ_CPU, all->slot, 0, 0);
}

int takeover_dry_run(const struct takeover *takeover, struct bh_error *error)
{
	const struct bh_image_header *header = takeover->header;
	unsigned long flags;
	u32 code = BH_E_CPU_UNKNOWN;
	int slot;

	local_irq_save(flags);
	slot = takeover_slot(takeover->system, arch_this_hwid());
	if (slot >= 0)
		code = arch_enter(header->hv_base + header->entry_offset,
				  BH_ENTER_ARG(slot, header->generation) | BH_ENTER_DRY_RUN);
	if (!code && arch_owner(NULL) != ARCH_OWNER_STUB)
		code = BH_E_HARDWARE;
	local_irq_restore(flags);
	return code ? error_set(error, known_code(code), BH_OBJ_CPU, slot, 0, 0) : BH_E_OK;
}

int takeover_enter(const struct takeover *takeover, struct bh_error *error)
{
	const struct bh_image_header *header = takeover->header;
	/* The hypervisor's own deadline comes first; this is for a CPU that it lost. */
	u64 patience_ms = 2ull * takeover->system->timeout_ms * header->timeout_scale + 1000;
	struct gathering all = {
		.takeover = takeover,
		.system = takeover->system,
		.generation = header->generation,
		.entry = header->hv_base + header->entry_offset,
		.patience = patience_ms * arch_ticks_per_ms(),
	};

	stop_machine(enter_this_cpu, &all, cpu_online_mask);
	if (atomic_read(&all.verdict) == VERDICT_STAY)
		return BH_E_OK;
	if (atomic_read(&all.stuck)) {
		/* Nothing that the module does is safe any more, its unloading least of all. */
		__module_get(THIS_MODULE);
		pr_crit("bulkhead: %d CPUs did not get out of the hypervisor again: restart the machine\n",
			atomic_read(&all.stuck));
	}
	if (!atomic_read(&all.code))
		return error_set(error, BH_E_TIMEOUT, BH_OBJ_CPU, 0, atomic_read(&all.entered), 0);
	return gathering_result(&all, error);
}

int takeover_leave(const struct bh_config_system *system, u32 generation, struct bh_error *error)
{
	struct gathering all = { .system = system, .generation = generation };

	stop_machine(leave_this_cpu, &all, cpu_online_mask);
	return gathering_result(&all, error);
}
