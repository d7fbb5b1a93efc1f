// SPDX-License-Identifier: GPL-2.0-or-later
#include <control/lifecycle.h>

#include <arch/cell.h>
#include <arch/mmu.h>
#include <bulkhead/comm.h>
#include <cell/cpus.h>
#include <cell/dma.h>
#include <cell/memory.h>
#include <control/power.h>
#include <control/scrub.h>
#include <device/comm.h>
#include <core/component.h>
#include <core/deadline.h>
#include <core/guest.h>
#include <core/image.h>
#include <core/info.h>
#include <core/pool.h>
#include <core/vtime.h>
#include <lib/config.h>
#include <lib/errors.h>
#include <lib/string.h>

/* Create: read, check everything, prepare what may run out, commit what cannot fail. */

static int read_blob(struct cell *cell, uint64_t address, uint64_t size, struct bh_error *error)
{
	if (size < sizeof(struct bh_config_cell) || size > BH_CONFIG_MAX_SIZE)
		return error_set(error, BH_E_SIZE, BH_OBJ_HEADER, 0, size, BH_CONFIG_MAX_SIZE);
	if (address % sizeof(uint64_t))
		return error_set(error, BH_E_ALIGN, BH_OBJ_CALL, BH_HC_CELL_CREATE, address,
				 sizeof(uint64_t));
	cell->config_pages = (unsigned int)(align_up(size, PAGE_SIZE) / PAGE_SIZE);
	cell->config = pool_alloc(cell->config_pages, 1);
	if (!cell->config)
		return error_set(error, BH_E_NO_MEMORY, BH_OBJ_CELL, cell->id, size, 0);
	return memory_read_root(address, cell->config, size, error);
}

static int check_cell(const struct cell *cell, uint64_t size, struct bh_error *error)
{
	int code = config_check_cell(cell->config, (uint32_t)size, image_config(), error);

	if (!code && cell_name_taken(cell->config->name))
		code = error_set(error, BH_E_EXISTS, BH_OBJ_CELL, cell->id, 0, 0);
	if (!code)
		code = guest_check(cell->config, error);
	if (!code)
		code = arch_cell_check(cell->config, error);
	for (unsigned int i = 0; i < component_count() && !code; i++) {
		if (component_get(i)->cell_check)
			code = component_get(i)->cell_check(cell->config, error);
	}
	return code;
}

/* Backward, so that a component's things go before those that it stands on. */
static void exit_components(struct cell *cell, unsigned int count)
{
	while (count-- > 0) {
		if (component_get(count)->cell_exit)
			component_get(count)->cell_exit(cell);
	}
}

static int prepare_components(struct cell *cell, struct bh_error *error)
{
	for (unsigned int i = 0; i < component_count(); i++) {
		int code = component_get(i)->cell_prepare ? component_get(i)->cell_prepare(cell, error) :
							    BH_E_OK;

		if (!code)
			continue;
		/* The one that failed may have taken a part: its exit copes with that. */
		exit_components(cell, i + 1);
		return code;
	}
	return BH_E_OK;
}

static int prepare_cell(struct cell *cell, struct bh_error *error)
{
	int code = arch_cell_init(&cell->arch, cell->config, cell->id, error);

	if (code)
		return code;
	code = prepare_components(cell, error);
	if (code)
		arch_cell_exit(&cell->arch);
	return code;
}

static void commit_cell(struct cell *cell)
{
	for (unsigned int i = 0; i < component_count(); i++) {
		if (component_get(i)->cell_commit)
			component_get(i)->cell_commit(cell);
	}
	state_change(cell, CELL_EVENT_CREATE, NULL, NULL);
	cell_publish(cell_root());
	info_refresh();
}

static void discard(struct cell *cell)
{
	if (cell->config)
		pool_free(cell->config, cell->config_pages);
	cell_free(cell);
	info_refresh();
}

int lifecycle_create(uint64_t address, uint64_t size, struct cell **created, struct bh_error *error)
{
	struct cell *cell = cell_alloc();
	int code;

	if (!cell)
		return error_set(error, BH_E_TOO_MANY, BH_OBJ_CELL, BH_MAX_CELLS, cell_guest_count(),
				 BH_MAX_CELLS - 1);
	code = read_blob(cell, address, size, error);
	if (!code)
		code = check_cell(cell, size, error);
	if (!code)
		code = prepare_cell(cell, error);
	if (code) {
		discard(cell);
		return code;
	}
	commit_cell(cell);
	log_info("cell %u (%s) created", cell->id, cell->config->name);
	*created = cell;
	return BH_E_OK;
}

/* Waiting for CPUs, by the caller's repetition. */

static int wait_until(struct cell *cell, int (*reached)(const struct cell *cell, unsigned int *busy),
		      struct bh_error *error)
{
	unsigned int slot = 0;

	if (reached(cell, &slot))
		return BH_E_OK;
	if (!deadline_passed(__atomic_load_n(&cell->park_deadline, __ATOMIC_RELAXED)))
		return BH_E_AGAIN;
	return error_set(error, BH_E_TIMEOUT, BH_OBJ_CPU, slot, cpu_state(cpu_get(slot)), cell->id);
}

static int refuse_event(struct cell *cell, enum cell_event event, struct bh_error *error)
{
	return error_set(error, BH_E_STATE, BH_OBJ_CELL, cell->id, cell_state(cell), event);
}

static int is_possible(const struct cell *cell, enum cell_event event)
{
	return state_next(cell_state(cell), event) != STATE_REFUSED;
}

static void set_deadline(struct cell *cell)
{
	__atomic_store_n(&cell->park_deadline, deadline_default(), __ATOMIC_RELAXED);
}

int lifecycle_load(struct cell *cell, struct bh_error *error)
{
	int code;

	if (!is_possible(cell, CELL_EVENT_LOAD))
		return refuse_event(cell, CELL_EVENT_LOAD, error);
	code = wait_until(cell, cpus_quiet, error);
	if (code)
		return code;
	dma_block(cell);
	if (!cell->loaded)
		memory_load(cell);
	cell->flush_next = 0;
	return state_change(cell, CELL_EVENT_LOAD, NULL, error);
}

/* Root wrote with caches on, the guest starts with its own off. Return: 1 if there is more to do. */
static int flush_slice(struct cell *cell)
{
	if (cell->flush_next < memory_blocks(cell))
		memory_flush_block(cell, cell->flush_next++);
	return cell->flush_next < memory_blocks(cell);
}

static int launch(struct cell *cell, struct bh_error *error)
{
	struct cpu *first = cpu_get(cell->slots[0]);
	int code;

	cell->flush_next = 0;
	arch_icache_invalidate_all();
	vtime_reset(&cell->arch.time);
	arch_cell_reset(&cell->arch);
	for (unsigned int i = 0; i < component_count(); i++) {
		if (component_get(i)->cell_reset)
			component_get(i)->cell_reset(cell);
	}
	if (!cpus_claim(first))
		return BH_E_AGAIN;
	code = state_change(cell, CELL_EVENT_START, NULL, error);
	if (code) {
		cpus_release(first);
		return code;
	}
	if (cpus_launch(first, cell->config->entry, cell->config->boot_arg) == BH_E_OK)
		return BH_E_OK;
	lifecycle_end_because(cell, CELL_EVENT_FAIL, BH_REASON_HYPERVISOR_ERROR);
	return error_set(error, BH_E_HARDWARE, BH_OBJ_CPU, first->slot, 0, 0);
}

int lifecycle_start(struct cell *cell, struct bh_error *error)
{
	int code;

	if (!is_possible(cell, CELL_EVENT_START))
		return refuse_event(cell, CELL_EVENT_START, error);
	code = wait_until(cell, cpus_quiet, error);
	if (code)
		return code;
	memory_unload(cell);
	if (flush_slice(cell))
		return BH_E_AGAIN;
	return launch(cell, error);
}

/* Stop. */

void lifecycle_end(struct cell *cell, enum cell_event event, const struct bh_record *reason)
{
	set_deadline(cell);
	if (state_change(cell, event, reason, NULL))
		return;
	cpus_request(cell, CPU_REQ_PARK);
	power_guest_ended();
}

void lifecycle_end_because(struct cell *cell, enum cell_event event, uint32_t kind)
{
	struct bh_record reason = { .kind = kind, .cpu = arch_cpu_self() };

	lifecycle_end(cell, event, &reason);
}

int lifecycle_ask(struct cell *cell, struct bh_error *error)
{
	int is_first = cell_state(cell) == BH_CELL_RUNNING;
	int code = state_change(cell, CELL_EVENT_ASK, NULL, error);

	if (!code && is_first)
		comm_ask_shutdown(cell);
	return code;
}

static int is_over(uint32_t state)
{
	return state == BH_CELL_STOPPED || state == BH_CELL_FAILED;
}

int lifecycle_force(struct cell *cell, struct bh_error *error)
{
	if (!is_possible(cell, CELL_EVENT_FORCE))
		return refuse_event(cell, CELL_EVENT_FORCE, error);
	if (!is_over(cell_state(cell)))
		lifecycle_end_because(cell, CELL_EVENT_FORCE, BH_REASON_FORCED);
	return wait_until(cell, cpus_quiet, error);
}

int lifecycle_suspend(struct cell *cell, struct bh_error *error)
{
	int is_first = cell_state(cell) == BH_CELL_RUNNING;
	int code;

	if (is_first)
		set_deadline(cell);
	code = state_change(cell, CELL_EVENT_SUSPEND, NULL, error);
	if (code)
		return code;
	if (is_first)
		cpus_request(cell, CPU_REQ_SUSPEND);
	return wait_until(cell, cpus_none_running, error);
}

int lifecycle_resume(struct cell *cell, struct bh_error *error)
{
	int code;

	if (cell_state(cell) != BH_CELL_SUSPENDED)
		return refuse_event(cell, CELL_EVENT_RESUME, error);
	/* A CPU that went on without having stood still would have another time than the others. */
	code = wait_until(cell, cpus_none_running, error);
	if (code)
		return code;
	comm_watch_start(cell);
	code = state_change(cell, CELL_EVENT_RESUME, NULL, error);
	if (!code)
		cpus_request(cell, CPU_REQ_RESUME);
	return code;
}

void lifecycle_watch(struct cell *cell)
{
	uint32_t state = cell_state(cell);

	if (state != BH_CELL_RUNNING && state != BH_CELL_STOPPING)
		return;
	if (comm_watch_expired(cell)) {
		lifecycle_end_because(cell, CELL_EVENT_FAIL, BH_REASON_WATCHDOG);
		return;
	}
	if (state != BH_CELL_STOPPING)
		return;
	switch (comm_take_reply(cell)) {
	case BH_REPLY_ACCEPT:
		lifecycle_end_because(cell, CELL_EVENT_END, BH_REASON_ANSWERED);
		break;
	case BH_REPLY_DENY:
		state_change(cell, CELL_EVENT_DENY, NULL, NULL);
		break;
	default:
		break;
	}
}

/* Destroy. */

static void finish(struct cell *cell)
{
	log_info("cell %u (%s) destroyed", cell->id, cell->config->name);
	exit_components(cell, component_count());
	arch_cell_exit(&cell->arch);
	state_change(cell, CELL_EVENT_GONE, NULL, NULL);
	discard(cell);
	cell_publish(cell);
	cell_publish(cell_root());
}

static void begin_destroy(struct cell *cell)
{
	set_deadline(cell);
	state_change(cell, CELL_EVENT_DESTROY, NULL, NULL);
	cpus_request(cell, CPU_REQ_PARK);
	cell->scrub_started = 0;
}

int lifecycle_destroy(struct cell *cell, struct bh_error *error)
{
	int code;

	if (cell_state(cell) != BH_CELL_DESTROYING)
		begin_destroy(cell);
	code = cell->scrub_started ? BH_E_OK : wait_until(cell, cpus_quiet, error);
	if (code)
		return code;
	if (!cell->scrub_started) {
		memory_unload(cell);
		dma_block(cell);
		scrub_start(cell);
		cell->scrub_started = 1;
		return BH_E_AGAIN;
	}
	scrub_block(cell);
	if (!scrub_is_done(cell))
		return BH_E_AGAIN;
	finish(cell);
	return BH_E_OK;
}
