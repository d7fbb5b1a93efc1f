// SPDX-License-Identifier: GPL-2.0-or-later
#include <control/scrub.h>

#include <cell/cell.h>
#include <cell/cpus.h>
#include <cell/memory.h>

/*
 * @scrub_next hands out blocks, @scrub_done counts those that are zero, @scrubbers counts the CPUs that may
 * still look at either: only when it is 0 may the cell's place be used anew.
 */
void scrub_start(struct cell *cell)
{
	unsigned int helpers = 0;

	__atomic_store_n(&cell->scrub_done, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&cell->scrub_next, 0, __ATOMIC_RELEASE);
	for (unsigned int vcpu = 0; vcpu < cell->cpu_count; vcpu++) {
		struct cpu *cpu = cpu_get(cell->slots[vcpu]);

		if (cpu_state(cpu) != BH_CPU_PARKED)
			continue;
		__atomic_fetch_add(&cell->scrubbers, 1, __ATOMIC_ACQ_REL);
		cpu_request(cpu, CPU_REQ_SCRUB);
		helpers++;
	}
	log_debug("cell %u: %u CPUs scrub %llu blocks", cell->id, helpers,
		  (unsigned long long)memory_blocks(cell));
}

int scrub_block(struct cell *cell)
{
	uint64_t blocks = memory_blocks(cell);
	uint64_t block = __atomic_load_n(&cell->scrub_next, __ATOMIC_ACQUIRE);

	if (block < blocks)
		block = __atomic_fetch_add(&cell->scrub_next, 1, __ATOMIC_ACQ_REL);
	if (block >= blocks)
		return 0;
#ifndef MUTANT_no_scrub
	memory_scrub_block(cell, block);
#endif
	__atomic_fetch_add(&cell->scrub_done, 1, __ATOMIC_ACQ_REL);
	return 1;
}

void scrub_help(struct cell *cell)
{
	while (scrub_block(cell))
		;
	__atomic_fetch_sub(&cell->scrubbers, 1, __ATOMIC_ACQ_REL);
}

int scrub_is_done(const struct cell *cell)
{
	return __atomic_load_n(&cell->scrub_done, __ATOMIC_ACQUIRE) == memory_blocks(cell) &&
	       !__atomic_load_n(&cell->scrubbers, __ATOMIC_ACQUIRE);
}
