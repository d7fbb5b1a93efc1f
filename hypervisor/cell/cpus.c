// SPDX-License-Identifier: GPL-2.0-or-later
#include <cell/cpus.h>

#include <arch/cell.h>
#include <cell/cell.h>
#include <core/component.h>
#include <lib/config.h>
#include <lib/errors.h>

void cpus_request(struct cell *cell, uint32_t bits)
{
	for (unsigned int vcpu = 0; vcpu < cell->cpu_count; vcpu++) {
		struct cpu *cpu = cpu_get(cell->slots[vcpu]);

		/* Root's slots are all listed, but some of them may be somebody else's for now. */
		if (cpus_owner(cpu) != cell || cpu_state(cpu) == BH_CPU_ABSENT)
			continue;
		cpu_request(cpu, bits);
	}
}

static int is_parked(const struct cpu *cpu)
{
	uint32_t state = cpu_state(cpu);

	return state == BH_CPU_PARKED || state == BH_CPU_ABSENT || state == BH_CPU_FAILED;
}

unsigned int cpus_parked(const struct cell *cell)
{
	unsigned int count = 0;

	for (unsigned int vcpu = 0; vcpu < cell->cpu_count; vcpu++)
		count += is_parked(cpu_get(cell->slots[vcpu])) ? 1 : 0;
	return count;
}

/* ABSENT with a request is on its way in; it looks at the cell's state before it starts. */
static int has_mail(const struct cpu *cpu)
{
	return __atomic_load_n(&cpu->requests, __ATOMIC_SEQ_CST) ||
	       __atomic_load_n(&cpu->pending_on, __ATOMIC_SEQ_CST);
}

static int find_busy(const struct cell *cell, int (*is_idle)(const struct cpu *cpu), unsigned int *busy)
{
	for (unsigned int vcpu = 0; vcpu < cell->cpu_count; vcpu++) {
		const struct cpu *cpu = cpu_get(cell->slots[vcpu]);

		if (is_idle(cpu))
			continue;
		if (busy)
			*busy = cpu->slot;
		return 1;
	}
	return 0;
}

static int is_idle(const struct cpu *cpu)
{
	return is_parked(cpu) && !has_mail(cpu);
}

static int is_not_running(const struct cpu *cpu)
{
	return cpu_state(cpu) != BH_CPU_RUNNING;
}

/*
 * Two passes: only a running CPU switches another one on. When the first pass has seen all of them parked,
 * what they sent before is there, and the second pass sees it.
 */
int cpus_quiet(const struct cell *cell, unsigned int *busy)
{
	return !find_busy(cell, is_parked, busy) && !find_busy(cell, is_idle, busy);
}

int cpus_none_running(const struct cell *cell, unsigned int *busy)
{
	return !find_busy(cell, is_not_running, busy);
}

int cpus_claim(struct cpu *cpu)
{
	uint32_t free = 0;

	return __atomic_compare_exchange_n(&cpu->pending_on, &free, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

void cpus_release(struct cpu *cpu)
{
	__atomic_store_n(&cpu->pending_on, 0, __ATOMIC_SEQ_CST);
}

int cpus_launch(struct cpu *cpu, uint64_t entry, uint64_t arg)
{
	cpu->start_entry = entry;
	cpu->start_arg = arg;
	if (cpu_state(cpu) != BH_CPU_ABSENT) {
		cpu_request(cpu, CPU_REQ_START);
		return BH_E_OK;
	}
	__atomic_fetch_or(&cpu->requests, CPU_REQ_START, __ATOMIC_RELEASE);
	if (arch_cpu_boot(cpu->slot) == BH_E_OK)
		return BH_E_OK;
	__atomic_store_n(&cpu->requests, 0, __ATOMIC_RELEASE);
	cpus_release(cpu);
	return BH_E_HARDWARE;
}

static void set_owner(struct cpu *cpu, struct cell *cell, unsigned int vcpu)
{
	__atomic_store_n(&cpu->vcpu, vcpu, __ATOMIC_RELAXED);
	__atomic_store_n(&cpu->cell, cell, __ATOMIC_RELEASE);
}

void cpus_give_all_to_root(void)
{
	struct cell *root = cell_root();

	root->cpu_count = cpu_count();
	for (unsigned int slot = 0; slot < cpu_count(); slot++) {
		root->slots[slot] = (uint16_t)slot;
		arch_cell_set_vcpu(&root->arch, slot, slot);
		set_owner(cpu_get(slot), root, slot);
	}
}

/* Component. */

static int check_one(const struct bh_config_cpu *wanted, unsigned int index, struct bh_error *error)
{
	unsigned int slot = cpu_find(wanted->hwid);
	const struct cpu *cpu;

	if (slot >= cpu_count())
		return error_set(error, BH_E_CPU_UNKNOWN, BH_OBJ_CPU, index, wanted->hwid, cpu_count());
	cpu = cpu_get(slot);
	if (!cell_is_root(cpus_owner(cpu)))
		return error_set(error, BH_E_CPU_TAKEN, BH_OBJ_CPU, index, wanted->hwid, cpus_owner(cpu)->id);
	if (cpu_state(cpu) == BH_CPU_FAILED)
		return error_set(error, BH_E_HARDWARE, BH_OBJ_CPU, index, wanted->hwid, slot);
	if (!is_idle(cpu))
		return error_set(error, BH_E_CPU_ONLINE, BH_OBJ_CPU, index, wanted->hwid, slot);
	return BH_E_OK;
}

static int cpus_check(const struct bh_config_cell *config, struct bh_error *error)
{
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, config, cpus);
	int code = BH_E_OK;

	if (config->cpus.count > CONFIG_MAX_CPUS)
		return error_set(error, BH_E_TOO_MANY, BH_OBJ_CPU, 0, config->cpus.count, CONFIG_MAX_CPUS);
	for (uint32_t i = 0; i < config->cpus.count && !code; i++)
		code = check_one(&cpus[i], i, error);
	return code;
}

/* Root may switch the CPU on between check and now: whoever claims it first has it. */
static int cpus_prepare(struct cell *cell, struct bh_error *error)
{
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, cell->config, cpus);

	for (uint32_t vcpu = 0; vcpu < cell->config->cpus.count; vcpu++) {
		struct cpu *cpu = cpu_get(cpu_find(cpus[vcpu].hwid));

		if (!cpus_claim(cpu))
			return error_set(error, BH_E_CPU_ONLINE, BH_OBJ_CPU, vcpu, cpus[vcpu].hwid,
					 cpu->slot);
		cell->slots[vcpu] = (uint16_t)cpu->slot;
		cell->cpu_count = vcpu + 1;
		if (!is_parked(cpu) || __atomic_load_n(&cpu->requests, __ATOMIC_SEQ_CST))
			return error_set(error, BH_E_CPU_ONLINE, BH_OBJ_CPU, vcpu, cpus[vcpu].hwid,
					 cpu->slot);
		arch_cell_set_vcpu(&cell->arch, vcpu, cpu->slot);
	}
	return BH_E_OK;
}

static void cpus_commit(struct cell *cell)
{
	for (unsigned int vcpu = 0; vcpu < cell->cpu_count; vcpu++) {
		struct cpu *cpu = cpu_get(cell->slots[vcpu]);

		set_owner(cpu, cell, vcpu);
		cpus_release(cpu);
	}
}

static void cpus_exit(struct cell *cell)
{
	for (unsigned int vcpu = 0; vcpu < cell->cpu_count; vcpu++) {
		struct cpu *cpu = cpu_get(cell->slots[vcpu]);

		if (cpus_owner(cpu) != cell) {
			cpus_release(cpu);
			continue;
		}
		arch_cell_set_vcpu(&cell_root()->arch, cpu->slot, cpu->slot);
		set_owner(cpu, cell_root(), cpu->slot);
	}
	cell->cpu_count = 0;
}

COMPONENT(cpus) = {
	.name = "cpus",
	.phase = COMPONENT_CELL,
	.cell_check = cpus_check,
	.cell_prepare = cpus_prepare,
	.cell_commit = cpus_commit,
	.cell_exit = cpus_exit,
};
