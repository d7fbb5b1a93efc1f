// SPDX-License-Identifier: GPL-2.0-only
/*
 * Enabling is a list of steps, run forward; if one fails, those that were done are undone backward and
 * Linux is as it was. Disabling undoes all of them.
 *
 * Lock order of the driver: enable_lock (rwsem) > a cell's lock > CPU hot-plug > cells_lock. Notifiers and
 * CPU hot-plug callbacks take none of them but read single words.
 */
#include "enable.h"

#include "arch.h"
#include "cell.h"
#include "event.h"
#include "image.h"
#include "info.h"
#include "preflight.h"
#include "takeover.h"

#include <lib/config.h>
#include <lib/errors.h>
#include <linux/cpumask.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/string.h>

/**
 * struct enabling - one attempt
 * @memory: mapping of the hypervisor's memory up to its page pool, NULL once the info area has its own.
 */
struct enabling {
	struct bh_ioc_enable *ioc;
	struct bh_error *error;
	const struct bh_config_system *system;
	struct image image;
	struct image_layout layout;
	u32 generation;
	void *memory;
};

struct enable_step {
	const char *name;
	int (*run)(struct enabling *enabling);
	void (*undo)(struct enabling *enabling);
	bool for_check; /* also part of BH_ENABLE_CHECK_ONLY */
};

static DECLARE_RWSEM(enable_rwsem);
static struct bh_config_system *active; /* the board; NULL: not enabled */
static u32 active_generation;
static u32 active_abi;
static u32 generation_count;

bool enable_active(void)
{
	return READ_ONCE(active) != NULL;
}

int enable_lock(struct bh_error *error)
{
	down_read(&enable_rwsem);
	if (active)
		return BH_E_OK;
	up_read(&enable_rwsem);
	return error_set(error, BH_E_DISABLED, BH_OBJ_NONE, 0, 0, 0);
}

void enable_unlock(void)
{
	up_read(&enable_rwsem);
}

const struct bh_config_system *enable_system(void)
{
	return active;
}

static bool touches(const struct bh_config_range *range, u64 base, u64 size)
{
	return base < range->base + range->size && range->base < base + size;
}

bool enable_overlaps(u64 base, u64 size)
{
	const struct bh_config_system *system;
	const struct bh_config_range *pool;
	bool found;

	/* Called by a notifier, which cannot wait. Held for writing, it may be about anything: say yes. */
	if (!down_read_trylock(&enable_rwsem))
		return true;
	system = active;
	found = system && touches(&system->hv_memory, base, size);
	pool = system ? CONFIG_ARRAY(struct bh_config_range, system, pool) : NULL;
	for (u32 i = 0; system && i < system->pool.count; i++)
		found = found || touches(&pool[i], base, size);
	up_read(&enable_rwsem);
	return found;
}

/* Steps. */

static int step_preflight(struct enabling *enabling)
{
	return preflight_run(enabling->system, &enabling->image, enabling->ioc, enabling->error);
}

static void undo_preflight(struct enabling *enabling)
{
	image_release(&enabling->image);
}

/* RAM that is offline is Linux' by name already; that nobody brings it online is on_memory()'s business. */
static bool claim(const struct bh_config_range *range, const char *name)
{
	return preflight_system_ram(range->base, range->size) ||
	       request_mem_region(range->base, range->size, name);
}

static void unclaim(const struct bh_config_range *range)
{
	if (!preflight_system_ram(range->base, range->size))
		release_mem_region(range->base, range->size);
}

static void release_ranges(const struct bh_config_system *system, u32 pool_count)
{
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);

	unclaim(&system->hv_memory);
	for (u32 i = 0; i < pool_count; i++)
		unclaim(&pool[i]);
}

/* From here on nobody else gets this memory, memory hot-plug included. */
static int step_reserve(struct enabling *enabling)
{
	const struct bh_config_system *system = enabling->system;
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);

	if (!claim(&system->hv_memory, "bulkhead hypervisor"))
		return error_set(enabling->error, BH_E_OVERLAP, BH_OBJ_HV_MEMORY, 0, system->hv_memory.base,
				 system->hv_memory.base + system->hv_memory.size - 1);
	for (u32 i = 0; i < system->pool.count; i++) {
		if (claim(&pool[i], "bulkhead pool"))
			continue;
		release_ranges(system, i);
		return error_set(enabling->error, BH_E_OVERLAP, BH_OBJ_POOL, i, pool[i].base,
				 pool[i].base + pool[i].size - 1);
	}
	return BH_E_OK;
}

static void undo_reserve(struct enabling *enabling)
{
	release_ranges(enabling->system, enabling->system->pool.count);
}

static int step_map(struct enabling *enabling)
{
	const struct bh_config_range *range = &enabling->system->hv_memory;

	enabling->layout = image_layout(&enabling->image, enabling->system);
	if (info_prepare(enabling->image.header.info_size))
		return error_set(enabling->error, BH_E_NO_MEMORY, BH_OBJ_NONE, 0,
				 enabling->image.header.info_size, 0);
	enabling->memory = memremap(range->base, enabling->layout.pages, MEMREMAP_WB);
	if (!enabling->memory)
		return error_set(enabling->error, BH_E_NO_MEMORY, BH_OBJ_HV_MEMORY, 0, range->base,
				 range->size);
	return BH_E_OK;
}

static void undo_map(struct enabling *enabling)
{
	if (enabling->memory)
		memunmap(enabling->memory);
	enabling->memory = NULL;
}

static int step_passage(struct enabling *enabling)
{
	if (arch_prepare(enabling->system))
		return error_set(enabling->error, BH_E_NO_MEMORY, BH_OBJ_NONE, 0, 0, 0);
	return BH_E_OK;
}

static void undo_passage(struct enabling *enabling)
{
	arch_release();
}

static int step_dry_run(struct enabling *enabling)
{
	bool check_only = enabling->ioc->header.flags & BH_ENABLE_CHECK_ONLY;
	struct takeover takeover = { .system = enabling->system, .header = enabling->memory };
	int code;

	/* A fault that is asked for is meant for the takeover, where it has something to roll back. */
	image_fill(enabling->memory, &enabling->image, enabling->system, enabling->generation,
		   check_only ? enabling->ioc : NULL);
	code = takeover_dry_run(&takeover, enabling->error);
	if (code)
		info_keep(enabling->memory + enabling->layout.info, enabling->image.header.info_size);
	return code;
}

/* Write the image anew for the real start; then nothing but the info area stays mapped. */
static int step_load(struct enabling *enabling)
{
	u64 base = enabling->system->hv_memory.base;

	enabling->generation = ++generation_count;
	image_fill(enabling->memory, &enabling->image, enabling->system, enabling->generation, enabling->ioc);
	undo_map(enabling);
	if (info_attach(base + enabling->layout.info, enabling->image.header.info_size))
		return error_set(enabling->error, BH_E_NO_MEMORY, BH_OBJ_HV_MEMORY, 0, base, 0);
	return BH_E_OK;
}

static void undo_load(struct enabling *enabling)
{
	info_detach();
}

/* After takeover: this interrupt is the hypervisor's own, the real controller never hears of it. */
static int step_event(struct enabling *enabling)
{
	u32 number = enabling->system->event_irq;

	if (event_start(number))
		return error_set(enabling->error, BH_E_IRQ, BH_OBJ_IRQ, 0, number, 0);
	return BH_E_OK;
}

static void undo_event(struct enabling *enabling)
{
	event_stop();
}

static int step_takeover(struct enabling *enabling)
{
	struct takeover takeover = { .system = enabling->system };
	int code;

	/* The number of CPUs is known only when they stand still. */
	takeover.header = memremap(enabling->system->hv_memory.base, PAGE_SIZE, MEMREMAP_WB);
	if (!takeover.header)
		return error_set(enabling->error, BH_E_NO_MEMORY, BH_OBJ_HV_MEMORY, 0, 0, 0);
	code = takeover_enter(&takeover, enabling->error);
	memunmap(takeover.header);
	return code;
}

static void undo_takeover(struct enabling *enabling)
{
	struct bh_error error;

	if (takeover_leave(enabling->system, enabling->generation, &error))
		pr_crit("bulkhead: the hypervisor does not go away (error %u)\n", error.code);
}

/* Who asks for a fault in a step that does not exist must not believe that it was survived. */
static int step_no_fault(struct enabling *enabling)
{
	if (enabling->ioc->inject_kind == BH_INJECT_NONE)
		return BH_E_OK;
	return error_set(enabling->error, BH_E_NO_STEP, BH_OBJ_STEP, 0, 0, 0);
}

static int step_publish(struct enabling *enabling)
{
	active_generation = enabling->generation;
	active_abi = (u32)enabling->image.header.major << 16 | enabling->image.header.minor;
	WRITE_ONCE(active, (struct bh_config_system *)enabling->system);
	__module_get(THIS_MODULE);
	image_release(&enabling->image);
	return BH_E_OK;
}

static void undo_publish(struct enabling *enabling)
{
	WRITE_ONCE(active, NULL);
	module_put(THIS_MODULE);
}

static const struct enable_step steps[] = {
	{ "preflight", step_preflight, undo_preflight, true },
	{ "reserve-memory", step_reserve, undo_reserve, true },
	{ "map-memory", step_map, undo_map, true },
	{ "passage", step_passage, undo_passage, true },
	{ "dry-run", step_dry_run, NULL, true },
	{ "load-image", step_load, undo_load, false },
	{ "takeover", step_takeover, undo_takeover, false },
	{ "event-interrupt", step_event, undo_event, false },
	{ "publish", step_publish, undo_publish, false },
	{ "no-fault", step_no_fault, NULL, false },
};

static void undo_steps(struct enabling *enabling, int last)
{
	for (int i = last; i >= 0; i--)
		if (steps[i].undo)
			steps[i].undo(enabling);
}

/* A fault may also be asked for in a step of ours; it comes after it, so that there is something to undo. */
static int injected(struct enabling *enabling, int step)
{
	const struct bh_ioc_enable *ioc = enabling->ioc;
	u32 code = ioc->inject_kind == BH_INJECT_TIMEOUT ? BH_E_TIMEOUT : BH_E_INJECTED;

	if (ioc->inject_kind == BH_INJECT_NONE || strcmp(ioc->inject_step, steps[step].name))
		return BH_E_OK;
	undo_steps(enabling, step);
	return error_set(enabling->error, code, BH_OBJ_STEP, step, 0, 0);
}

static int run_step(struct enabling *enabling, int step)
{
	int code = steps[step].run(enabling);

	/* A step that failed has left nothing but what image_release() and its like find by themselves. */
	if (code)
		undo_steps(enabling, step - 1);
	else
		code = injected(enabling, step);
	if (code)
		strscpy(enabling->ioc->step, steps[step].name, sizeof(enabling->ioc->step));
	return code;
}

static bool in_hypervisor(const struct bh_ioc_enable *ioc)
{
	return !strcmp(ioc->step, "dry-run") || !strcmp(ioc->step, "takeover");
}

static int run_steps(struct enabling *enabling)
{
	bool check_only = enabling->ioc->header.flags & BH_ENABLE_CHECK_ONLY;
	int code = BH_E_OK, step;

	for (step = 0; step < ARRAY_SIZE(steps) && !code; step++) {
		if (check_only && !steps[step].for_check)
			break;
		code = run_step(enabling, step);
	}
	if (!code && check_only)
		undo_steps(enabling, step - 1);
	image_release(&enabling->image);
	/* What the hypervisor wrote down says more than the number that a CPU came back with. */
	if (code && code != BH_E_ENABLED && in_hypervisor(enabling->ioc))
		info_failure(enabling->error, enabling->ioc->step);
	return code;
}

static int enable_locked(struct bh_ioc_enable *ioc, struct bh_config_system *blob)
{
	struct enabling enabling = { .ioc = ioc, .error = &ioc->error, .system = blob };
	int code;

	if (active)
		return error_set(&ioc->error, BH_E_ENABLED, BH_OBJ_NONE, 0, 0, 0);
	code = config_check_system(blob, ioc->config_size, BH_THIS_ARCH, &ioc->error);
	if (code)
		return code;
	arch_complete(blob);
	/* Numbers that no earlier start had, not even one before the module was loaded anew. */
	if (!generation_count)
		generation_count = (u32)ktime_get_real_seconds();
	enabling.generation = ++generation_count;
	return run_steps(&enabling);
}

int enable_run(struct bh_ioc_enable *ioc, struct bh_config_system *blob)
{
	int code;

	ioc->preflight = 0;
	memset(ioc->preflight_value, 0, sizeof(ioc->preflight_value));
	memset(ioc->found, 0, sizeof(ioc->found));
	memset(ioc->step, 0, sizeof(ioc->step));
	down_write(&enable_rwsem);
	code = enable_locked(ioc, blob);
	if (active == blob)
		pr_info("bulkhead: enabled, board %s\n", active->board);
	else
		kfree(blob);
	up_write(&enable_rwsem);
	return code;
}

static int disable_locked(bool force, struct bh_error *error)
{
	struct enabling enabling = { .system = active };
	int code;

	if (!active)
		return error_set(error, BH_E_DISABLED, BH_OBJ_NONE, 0, 0, 0);
	if (force)
		cell_destroy_all();
	if (cell_count())
		return error_set(error, BH_E_CELLS_EXIST, BH_OBJ_CELL, 0, cell_count(), 0);
	code = takeover_leave(active, active_generation, error);
	if (code)
		return code;
	undo_publish(&enabling);
	undo_event(&enabling);
	undo_load(&enabling);
	undo_passage(&enabling);
	undo_reserve(&enabling);
	kfree(enabling.system);
	return BH_E_OK;
}

int enable_disable(bool force, struct bh_error *error)
{
	int code;

	down_write(&enable_rwsem);
	code = disable_locked(force, error);
	up_write(&enable_rwsem);
	if (!code)
		pr_info("bulkhead: disabled\n");
	return code;
}

static void status_of_pool(struct bh_ioc_status *status)
{
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, active, pool);
	struct bh_cell_info cell;
	u64 used = 0;

	for (u32 i = 0; i < active->pool.count; i++)
		status->ram_pool_total += pool[i].size;
	status->cell_count = 1;
	for (u32 id = 1; id < BH_MAX_CELLS; id++) {
		if (!info_cell(id, &cell) || cell.state == BH_CELL_NONE)
			continue;
		status->cell_count++;
		used += cell.memory;
	}
	status->ram_pool_free = status->ram_pool_total - min(used, status->ram_pool_total);
}

static void status_locked(struct bh_ioc_status *status)
{
	struct bh_info info;

	status->status = BH_STATUS_ENABLED;
	status->abi = active_abi;
	status->generation = active_generation;
	status->cpu_count = active->cpus.count;
	strscpy(status->board, active->board, sizeof(status->board));
	status->hv_base = active->hv_memory.base;
	status->hv_size = active->hv_memory.size;
	if (info_header(&info)) {
		status->pages_free = info.pool_free_pages;
		status->pages_total = info.pool_total_pages;
	}
	status_of_pool(status);
}

void enable_status(struct bh_ioc_status *status)
{
	struct bh_ioc_header header = status->header;

	memset(status, 0, sizeof(*status));
	status->header = header;
	status->online = num_online_cpus();
	down_read(&enable_rwsem);
	if (active)
		status_locked(status);
	up_read(&enable_rwsem);
	status->info_size = info_size();
}
