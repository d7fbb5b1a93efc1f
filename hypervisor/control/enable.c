// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Enable: every CPU of the machine comes in, or none stays. Nothing that the kernel could notice happens
 * before all have done their steps and have met; then arch_cpu_activate() cannot fail. Whoever fails, or
 * comes too late, gives the start up for all, and everything is undone backward: first each CPU its own, then
 * the first CPU the system's.
 */
#include <arch/cell.h>
#include <arch/enable.h>
#include <arch/iommu.h>
#include <arch/upcall.h>
#include <bulkhead/image.h>
#include <cell/cell.h>
#include <cell/cpus.h>
#include <cell/dma.h>
#include <cell/irq.h>
#include <cell/root.h>
#include <control/lifecycle.h>
#include <control/lock.h>
#include <core/component.h>
#include <core/deadline.h>
#include <core/image.h>
#include <core/info.h>
#include <core/log.h>
#include <core/pool.h>
#include <core/rendezvous.h>
#include <core/step.h>
#include <lib/bitmap.h>
#include <lib/config.h>
#include <lib/errors.h>
#include <lib/string.h>

/* What the host's BH_ARCH_* is called in the header that the link made. */
#define THIS_ARCH (image_header.arch)

/* System steps, in three tables: ours, the architecture's, ours. */

static int step_config(void)
{
	struct bh_error error = { 0 };
	const struct bh_config_system *system = image_config();
	const struct bh_config_cpu *cpus;
	int code;

	code = config_check_system(system, (uint32_t)image_header.config_size, THIS_ARCH, &error);
	if (!code && system->cpus.count != image_header.cpu_count)
		code = error_set(&error, BH_E_SIZE, BH_OBJ_CPU, 0, system->cpus.count,
				 image_header.cpu_count);
	if (!code && system->cpus.count > CONFIG_MAX_CPUS)
		code = error_set(&error, BH_E_TOO_MANY, BH_OBJ_CPU, 0, system->cpus.count, CONFIG_MAX_CPUS);
	if (code) {
		step_failed("config", code, &error);
		return code;
	}
	cpus = CONFIG_ARRAY(struct bh_config_cpu, system, cpus);
	cpu_set_count(system->cpus.count);
	for (unsigned int slot = 0; slot < cpu_count(); slot++)
		cpu_get(slot)->hwid = cpus[slot].hwid;
	return BH_E_OK;
}

static int step_pool(void)
{
	hpa_t base;
	uint64_t size;

	image_pool(&base, &size);
	pool_init(base, size);
	return BH_E_OK;
}

static int step_info(void)
{
	info_init(image_config()->log_level);
	return BH_E_OK;
}

static void exit_components(unsigned int count)
{
	while (count-- > 0) {
		if (component_get(count)->exit)
			component_get(count)->exit();
	}
}

static int step_components(void)
{
	for (unsigned int i = 0; i < component_count(); i++) {
		const struct component *component = component_get(i);
		int code = component->init ? component->init() : BH_E_OK;

		if (code) {
			step_failed(component->name, code, NULL);
			exit_components(i);
			return code;
		}
	}
	return BH_E_OK;
}

static void undo_components(void)
{
	exit_components(component_count());
}

static const struct step first_steps[] = {
	{ "config", step_config, NULL },
	{ "pool", step_pool, NULL },
	{ "info", step_info, NULL },
	{ NULL, NULL, NULL },
};

static const struct step cell_steps[] = {
	{ "components", step_components, undo_components },
	{ "root-cell", root_cell_init, root_cell_exit },
	{ "root-memory", root_memory_init, root_memory_exit },
	{ "root-dma", dma_root_init, NULL },
	{ "root-intc", arch_root_intc_init, arch_root_intc_exit },
	{ "root-irqs", irq_root_init, NULL },
	{ NULL, NULL, NULL },
};

/* Not in a dry run, while the kernel is at work on other CPUs. */
static const struct step live_steps[] = {
	{ "iommu", arch_iommu_enable, arch_iommu_disable },
	{ NULL, NULL, NULL },
};

static int run_system_steps(int is_dry)
{
	int code = steps_run(first_steps);

	if (code)
		return code;
	code = steps_run(arch_system_steps);
	if (code)
		return code;
	code = steps_run(cell_steps);
	if (!code && !is_dry) {
		code = steps_run(live_steps);
		if (code)
			steps_undo(cell_steps);
	}
	if (code)
		steps_undo(arch_system_steps);
	return code;
}

static void undo_system_steps(int is_dry)
{
	if (!is_dry)
		steps_undo(live_steps);
	steps_undo(cell_steps);
	steps_undo(arch_system_steps);
}

/**
 * struct entry - one start, that is one generation
 * @opened: generation + 1, and bit 0 when the rest is ready (atomic); the first CPU opens it.
 * @tickets: how many have come (atomic).  @present: which (atomic).
 * @turn: whose CPU steps run, by rank.  @undone: CPUs that have undone theirs (atomic).
 * A CPU's rank is its place among those present, by slot: rank 0 does the system steps.
 */
struct entry {
	uint64_t opened;
	uint32_t tickets;
	uint32_t turn;
	uint32_t undone;
	uint64_t present[BITMAP_WORDS(CONFIG_MAX_CPUS)];
	struct rendezvous arrived;
	struct rendezvous prepared;
	struct rendezvous agreed;
};

static struct entry entry;

#define ENTRY_READY 1ull

static void make_ready(uint32_t expected)
{
	entry.tickets = 0;
	entry.turn = 0;
	entry.undone = 0;
	memset(entry.present, 0, sizeof(entry.present));
	rendezvous_init(&entry.arrived, expected);
	rendezvous_init(&entry.prepared, expected);
	rendezvous_init(&entry.agreed, expected);
	lock_control_init();
	steps_clear_failure();
}

/* Return: 0 when the generation is open for this CPU, else the error code. */
static int open_entry(uint32_t generation, uint32_t expected)
{
	uint64_t wanted = ((uint64_t)generation + 1) << 1;
	uint64_t seen = __atomic_load_n(&entry.opened, __ATOMIC_ACQUIRE);
	uint64_t deadline = deadline_default();

	if ((seen & ~ENTRY_READY) != wanted &&
	    __atomic_compare_exchange_n(&entry.opened, &seen, wanted, 0, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE)) {
		make_ready(expected);
		__atomic_store_n(&entry.opened, wanted | ENTRY_READY, __ATOMIC_RELEASE);
		return BH_E_OK;
	}
	while (__atomic_load_n(&entry.opened, __ATOMIC_ACQUIRE) != (wanted | ENTRY_READY)) {
		if (deadline_passed(deadline))
			return BH_E_TIMEOUT;
		arch_cpu_relax();
	}
	return BH_E_OK;
}

static int prepare_system(uint32_t rank, int is_dry)
{
	int code = BH_E_OK;

	if (rank == 0)
		code = run_system_steps(is_dry);
	if (code)
		return rendezvous_abort(&entry.prepared, code);
	code = rendezvous_meet(&entry.prepared, deadline_default());
	if (code && rank == 0)
		undo_system_steps(is_dry);
	return code;
}

static int given_up(const struct rendezvous *meeting)
{
	return (int)(__atomic_load_n(&meeting->verdict, __ATOMIC_ACQUIRE) >> 8);
}

/* One CPU after the other: what goes wrong, goes wrong in an order that can be repeated. */
static int wait_turn(uint32_t rank)
{
	uint64_t deadline = deadline_default();
	int code;

	while (__atomic_load_n(&entry.turn, __ATOMIC_ACQUIRE) != rank) {
		code = given_up(&entry.agreed);
		if (code)
			return code;
		if (deadline_passed(deadline))
			return rendezvous_abort(&entry.agreed, BH_E_TIMEOUT);
		arch_cpu_relax();
	}
	return BH_E_OK;
}

/* The last moment in which a fault can be asked for. */
static int checkpoint(void)
{
	int code = step_injected("activate");

	if (code)
		step_failed("activate", code, NULL);
	return code;
}

/*
 * Return: 0: all CPUs are ready and will activate; else the code that all get, with this CPU's steps undone.
 */
static int prepare_cpu(uint32_t rank)
{
	int code = wait_turn(rank);

	if (code)
		return code;
	code = steps_run(arch_cpu_steps);
	if (code)
		return rendezvous_abort(&entry.agreed, code);
	__atomic_store_n(&entry.turn, rank + 1, __ATOMIC_RELEASE);
	code = checkpoint();
	code = code ? rendezvous_abort(&entry.agreed, code) :
		      rendezvous_meet(&entry.agreed, deadline_default());
	if (code)
		steps_undo(arch_cpu_steps);
	return code;
}

/* The system's steps are undone when no CPU stands on them any more; if one is lost, they rather stay. */
static void undo_together(uint32_t rank, uint32_t expected, int is_dry)
{
	uint64_t deadline = deadline_in(2 * image_config()->timeout_ms);

	__atomic_fetch_add(&entry.undone, 1, __ATOMIC_ACQ_REL);
	if (rank != 0)
		return;
	while (__atomic_load_n(&entry.undone, __ATOMIC_ACQUIRE) != expected) {
		if (deadline_passed(deadline))
			return;
		arch_cpu_relax();
	}
	undo_system_steps(is_dry);
}

static void activate(uint32_t rank, uint32_t expected)
{
	struct cpu *cpu = cpu_self();

	if (rank == 0) {
		log_info("enabled: %u of %u CPUs, %llu of %llu pages free", expected, cpu_count(),
			 (unsigned long long)pool_free_pages(), (unsigned long long)pool_total_pages());
		cell_publish(cell_root());
		info_refresh();
	}
	cpu_set_state(cpu, BH_CPU_RUNNING);
	arch_cpu_activate();
}

/* Return: 1 if this CPU is among those that were announced, and comes for the first time. */
static int take_place(uint32_t expected)
{
	uint32_t slot = arch_cpu_self();
	uint64_t bit = 1ull << slot % 64;

	if (__atomic_fetch_or(&entry.present[slot / 64], bit, __ATOMIC_ACQ_REL) & bit)
		return 0;
	return __atomic_fetch_add(&entry.tickets, 1, __ATOMIC_ACQ_REL) < expected;
}

/* When all have arrived, the order is the same whoever came first. */
static uint32_t own_rank(void)
{
	uint32_t rank = 0;

	for (uint32_t slot = 0; slot < arch_cpu_self(); slot++)
		rank += (uint32_t)bit_test(entry.present, slot);
	return rank;
}

static int enter(uint32_t expected, int is_dry)
{
	uint32_t rank;
	int code;

	if (!take_place(expected))
		return BH_E_GENERATION;
	code = step_injected("arrive");
	if (code) {
		step_failed("arrive", code, NULL);
		return rendezvous_abort(&entry.arrived, code);
	}
	code = rendezvous_meet(&entry.arrived, deadline_default());
	if (code)
		return code;
	rank = own_rank();
	code = prepare_system(rank, is_dry);
	if (code)
		return code;
	code = prepare_cpu(rank);
	if (!code && !is_dry) {
		activate(rank, expected);
		return BH_E_OK;
	}
	if (!code)
		steps_undo(arch_cpu_steps);
	undo_together(rank, expected, is_dry);
	return code;
}

int upcall_enter(uint64_t argument)
{
	uint32_t generation = (uint32_t)(argument >> 32);
	int is_dry = (argument & BH_ENTER_DRY_RUN) != 0;
	uint32_t expected = is_dry ? 1 : image_header.online_count;
	struct bh_error error;
	int code;

	if (generation != image_header.generation)
		return BH_E_GENERATION;
	code = image_check(&image_header, &error);
	if (!code)
		code = open_entry(generation, expected);
	if (!code)
		code = enter(expected, is_dry);
	/* After a dry run the same generation may come for good. */
	if (is_dry)
		__atomic_store_n(&entry.opened, 0, __ATOMIC_RELEASE);
	return code;
}

void upcall_arrive(void)
{
	struct cpu *cpu = cpu_self();
	struct cell *cell = cpus_owner(cpu);

	if (steps_run(arch_cpu_steps) == BH_E_OK) {
		cpu_set_state(cpu, BH_CPU_PARKED);
	} else {
		cpu_set_state(cpu, BH_CPU_FAILED);
		if (!cell_is_root(cell))
			lifecycle_end_because(cell, CELL_EVENT_FAIL, BH_REASON_HYPERVISOR_ERROR);
	}
	upcall_service();
}
