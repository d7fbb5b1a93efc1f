// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest cells as the driver knows them: which exist and which CPUs they took from Linux.
 *
 * A CPU is claimed first, in one bit that the CPU hot-plug callback reads without a lock: from then on
 * nobody brings it online. Then it is taken offline, and only then given to the hypervisor. The way back is
 * the same in reverse. cells_lock protects the table and is never held across CPU hot-plug or a hypercall.
 */
#include "cell.h"

#include "bus.h"
#include "call.h"
#include "enable.h"
#include "event.h"
#include "info.h"
#include "takeover.h"

#include <lib/config.h>
#include <lib/errors.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/string.h>

#define HOTPLUG_TRIES 100
#define HOTPLUG_PAUSE_MS 20
#define WATCH_LEAST_MS 20
#define WATCH_MOST_MS 1000

static DEFINE_MUTEX(cells_lock);
static struct cell *cells[BH_MAX_CELLS];
static cpumask_t claimed; /* of all cells; bits are set and cleared under cells_lock, read without */

bool cell_cpu_claimed(unsigned int cpu)
{
	return cpumask_test_cpu(cpu, &claimed);
}

static const struct bh_config_cpu *cpu_list(const struct cell *cell)
{
	return CONFIG_ARRAY(struct bh_config_cpu, cell->config, cpus);
}

/* A scan holds cells_lock throughout: after handle 0 is written here, none still looks at the device. */
static void set_handle(struct cell *cell, u32 handle)
{
	mutex_lock(&cells_lock);
	WRITE_ONCE(cell->handle, handle);
	mutex_unlock(&cells_lock);
}

/* The CPUs of the configuration as Linux numbers them. */
static int find_cpus(struct cell *cell, struct bh_error *error)
{
	for (u32 i = 0; i < cell->config->cpus.count; i++) {
		u64 hwid = cpu_list(cell)[i].hwid;
		int cpu = takeover_cpu(hwid);

		if (cpu < 0)
			return error_set(error, BH_E_CPU_UNKNOWN, BH_OBJ_CPU, i, hwid, 0);
		cpumask_set_cpu(cpu, &cell->claimed);
	}
	return BH_E_OK;
}

static u32 owner_locked(unsigned int cpu)
{
	for (int i = 0; i < BH_MAX_CELLS; i++)
		if (cells[i] && cpumask_test_cpu(cpu, &cells[i]->claimed))
			return cell_id(cells[i]);
	return 0;
}

/* No CPU of the cell belongs to another one. */
static int check_claims_locked(const struct cell *cell, struct bh_error *error)
{
	for (u32 i = 0; i < cell->config->cpus.count; i++) {
		u64 hwid = cpu_list(cell)[i].hwid;
		unsigned int cpu = takeover_cpu(hwid);

		if (cell_cpu_claimed(cpu))
			return error_set(error, BH_E_CPU_TAKEN, BH_OBJ_CPU, i, hwid, owner_locked(cpu));
	}
	return BH_E_OK;
}

static int list_locked(struct cell *cell, struct bh_error *error)
{
	int place = -1, code;

	for (int i = 0; i < BH_MAX_CELLS - 1; i++) {
		if (!cells[i])
			place = i;
		else if (!strncmp(cells[i]->config->name, cell->config->name, BH_NAME_SIZE))
			return error_set(error, BH_E_EXISTS, BH_OBJ_CELL, cell_id(cells[i]), 0, 0);
	}
	if (place < 0)
		return error_set(error, BH_E_TOO_MANY, BH_OBJ_CELL, 0, BH_MAX_CELLS, BH_MAX_CELLS - 1);
	code = check_claims_locked(cell, error);
	if (code)
		return code;
	cpumask_or(&claimed, &claimed, &cell->claimed);
	cells[place] = cell;
	return BH_E_OK;
}

static int list_cell(struct cell *cell, struct bh_error *error)
{
	int code;

	mutex_lock(&cells_lock);
	code = list_locked(cell, error);
	mutex_unlock(&cells_lock);
	return code;
}

static void unlist_cell(struct cell *cell)
{
	mutex_lock(&cells_lock);
	for (int i = 0; i < BH_MAX_CELLS; i++)
		if (cells[i] == cell)
			cells[i] = NULL;
	cpumask_andnot(&claimed, &claimed, &cell->claimed);
	mutex_unlock(&cells_lock);
}

/* Somebody else may hold CPU hot-plug disabled for a moment: -EBUSY. */
static int hotplug(unsigned int cpu, int (*change)(unsigned int cpu))
{
	int ret;

	for (int try = 0; try < HOTPLUG_TRIES; try++) {
		ret = change(cpu);
		if (ret != -EBUSY)
			break;
		msleep(HOTPLUG_PAUSE_MS);
	}
	return ret;
}

static int take_cpus(struct cell *cell, struct bh_error *error)
{
	unsigned int cpu;
	int ret;

	for_each_cpu(cpu, &cell->claimed) {
		if (num_online_cpus() == 1 && cpu_online(cpu))
			return error_set(error, BH_E_CPU_ONLINE, BH_OBJ_CPU, cpu, arch_hwid(cpu), EBUSY);
		ret = hotplug(cpu, remove_cpu); /* 1: it was offline */
		if (ret < 0)
			return error_set(error, BH_E_CPU_ONLINE, BH_OBJ_CPU, cpu, arch_hwid(cpu), -ret);
		if (!ret)
			cpumask_set_cpu(cpu, &cell->taken);
	}
	return BH_E_OK;
}

static void give_back_cpus(struct cell *cell)
{
	unsigned int cpu;
	int ret;

	for_each_cpu(cpu, &cell->taken) {
		ret = hotplug(cpu, add_cpu);
		if (ret < 0)
			pr_err("bulkhead: CPU %u does not come back from cell %s: error %d; try"
			       " 'echo 1 > /sys/devices/system/cpu/cpu%u/online'\n",
			       cpu, cell->config->name, ret, cpu);
	}
	cpumask_clear(&cell->taken);
}

static int create_in_hypervisor(struct cell *cell, u32 size, struct bh_error *error)
{
	struct arch_call call = { .number = BH_HC_CELL_CREATE, .arg = { virt_to_phys(cell->config), size } };
	int code;

	/* A CPU that Linux calls dead may still be on its last instructions. */
	for (int try = 0; try < HOTPLUG_TRIES; try++) {
		struct arch_call once = call;

		code = call_run(&once, error);
		if (code == BH_E_OK)
			set_handle(cell, once.value[0]);
		if (code != BH_E_CPU_ONLINE)
			break;
		msleep(HOTPLUG_PAUSE_MS);
	}
	return code;
}

static int create_locked(struct cell *cell, u32 size, struct bh_error *error)
{
	struct bh_error ignored;
	int code = take_cpus(cell, error);

	if (!code)
		code = create_in_hypervisor(cell, size, error);
	if (!code && bus_add(cell)) {
		call_handle(BH_HC_CELL_DESTROY, cell->handle, 0, &ignored);
		set_handle(cell, 0);
		code = error_set(error, BH_E_NO_MEMORY, BH_OBJ_CELL, 0, 0, 0);
	}
	return code;
}

int cell_create(struct bh_config_cell *blob, u32 size, u32 *handle, struct bh_error *error)
{
	struct cell *cell;
	int code = config_check_cell(blob, size, enable_system(), error);

	cell = code ? NULL : bus_new(blob);
	if (!cell) {
		kfree(blob);
		return code ?: error_set(error, BH_E_NO_MEMORY, BH_OBJ_NONE, 0, 0, 0);
	}
	mutex_lock(&cell->lock);
	code = find_cpus(cell, error);
	if (!code)
		code = list_cell(cell, error);
	if (!code) {
		code = create_locked(cell, size, error);
		if (code) {
			unlist_cell(cell);
			give_back_cpus(cell);
		}
	}
	*handle = cell->handle;
	mutex_unlock(&cell->lock);
	if (code)
		put_device(&cell->dev);
	event_scan();
	return code;
}

static int destroy_locked(struct cell *cell, struct bh_error *error)
{
	int code = call_handle(BH_HC_CELL_DESTROY, cell->handle, 0, error);

	if (code)
		return code;
	set_handle(cell, 0);
	bus_remove(cell);
	unlist_cell(cell);
	give_back_cpus(cell);
	return BH_E_OK;
}

int cell_destroy(u32 handle, struct bh_error *error)
{
	struct cell *cell = cell_find(handle, error);
	int code;

	if (!cell)
		return error->code;
	code = destroy_locked(cell, error);
	if (!code)
		put_device(&cell->dev); /* the table's */
	cell_put(cell);
	event_scan();
	return code;
}

static struct cell *get_cell(u32 handle)
{
	struct cell *found = NULL;

	mutex_lock(&cells_lock);
	for (int i = 0; i < BH_MAX_CELLS && handle; i++)
		if (cells[i] && cells[i]->handle == handle)
			found = cells[i];
	if (found)
		get_device(&found->dev);
	mutex_unlock(&cells_lock);
	return found;
}

struct cell *cell_find(u32 handle, struct bh_error *error)
{
	struct cell *cell = get_cell(handle);

	if (cell) {
		mutex_lock(&cell->lock);
		if (cell->handle == handle)
			return cell;
		cell_put(cell);
	}
	error_set(error, BH_E_NO_CELL, BH_OBJ_CELL, handle & 0xffff, handle, 0);
	return NULL;
}

void cell_put(struct cell *cell)
{
	mutex_unlock(&cell->lock);
	put_device(&cell->dev);
}

static u32 any_handle(int place)
{
	u32 handle;

	mutex_lock(&cells_lock);
	handle = cells[place] ? cells[place]->handle : 0;
	mutex_unlock(&cells_lock);
	return handle;
}

void cell_destroy_all(void)
{
	struct bh_error error;

	for (int i = 0; i < BH_MAX_CELLS; i++) {
		u32 handle = any_handle(i);

		if (handle && cell_destroy(handle, &error))
			pr_err("bulkhead: cell %u cannot be destroyed (error %u)\n", handle & 0xffff,
			       error.code);
	}
}

unsigned int cell_count(void)
{
	unsigned int count = 0;

	mutex_lock(&cells_lock);
	for (int i = 0; i < BH_MAX_CELLS; i++)
		count += cells[i] != NULL;
	mutex_unlock(&cells_lock);
	return count;
}

void cell_scan(void)
{
	struct bh_cell_info info;
	u64 changes = 0;

	mutex_lock(&cells_lock);
	for (int i = 0; i < BH_MAX_CELLS; i++) {
		struct cell *cell = cells[i];

		if (!cell || !cell->handle || !info_cell(cell_id(cell), &info))
			continue;
		if (info.handle != cell->handle || info.events == cell->events)
			continue;
		changes += info.events - cell->events;
		cell->events = info.events;
		bus_changed(cell, &info);
	}
	mutex_unlock(&cells_lock);
	event_note(changes);
}

/* Handle of the cell at @place if it has a watchdog, else 0; @watchdog_ms becomes the shortest so far. */
static u32 watched_handle(int place, u32 *watchdog_ms)
{
	const struct cell *cell;
	u32 handle = 0;

	mutex_lock(&cells_lock);
	cell = cells[place];
	if (cell && cell->config->watchdog_ms) {
		handle = cell->handle;
		*watchdog_ms = min(*watchdog_ms, cell->config->watchdog_ms);
	}
	mutex_unlock(&cells_lock);
	return handle;
}

unsigned int cell_watch(void)
{
	u32 watchdog_ms = U32_MAX;

	for (int i = 0; i < BH_MAX_CELLS; i++) {
		struct arch_call call = { .number = BH_HC_CELL_STATE };

		call.arg[0] = watched_handle(i, &watchdog_ms);
		/* Once: if the hypervisor is busy, the next time will do. */
		if (call.arg[0])
			arch_hypercall(&call);
	}
	if (watchdog_ms == U32_MAX)
		return 0;
	return clamp_t(u32, watchdog_ms / 4, WATCH_LEAST_MS, WATCH_MOST_MS);
}
