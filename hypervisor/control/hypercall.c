// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hypercalls: who may, under which lock, and the handlers. A handler returns the error code and fills @error;
 * the record is packed into the result registers. Numbers come from guests: the dispatch is a switch, no
 * table of pointers that a number could lead astray.
 */
#include <arch/upcall.h>
#include <cell/cell.h>
#include <cell/cpus.h>
#include <cell/state.h>
#include <control/disable.h>
#include <control/lifecycle.h>
#include <control/lock.h>
#include <core/image.h>
#include <core/info.h>
#include <device/comm.h>
#include <device/console.h>
#include <lib/config.h>
#include <lib/errors.h>
#include <lib/string.h>

#define CONSOLE_WRITE_MAX 24u

/* Sets of calls, as bits: what every cell may call, and what runs under the control lock. */
#define CALL(name) (1u << BH_HC_##name)

static const uint32_t calls_of_any_cell = 0
#define CALL_WHO(name, number, who) | ((who) ? 1u << (number) : 0)
	BH_HYPERCALLS(CALL_WHO)
#undef CALL_WHO
	;

static const uint32_t calls_locked = CALL(CELL_CREATE) | CALL(CELL_LOAD) | CALL(CELL_START) |
				     CALL(CELL_STOP) | CALL(CELL_SUSPEND) | CALL(CELL_RESUME) |
				     CALL(CELL_DESTROY) | CALL(CELL_STATE) | CALL(CELL_REGION) |
				     CALL(CELL_FIND) | CALL(CELL_REASON) | CALL(CONSOLE_WRITE);

/* What may follow when nobody knows how far the operation before came. */
static const uint32_t calls_when_damaged = CALL(CELL_STOP) | CALL(CELL_DESTROY) | CALL(CELL_STATE) |
					   CALL(CELL_REGION) | CALL(CELL_FIND) | CALL(CELL_REASON);

_Static_assert(BH_HC_COUNT <= 32, "more hypercalls than bits");

static int is_in(uint32_t calls, uint64_t number)
{
	return (int)(calls >> number & 1);
}

/* Every cell. */

static int call_INFO(struct hypercall *call, struct bh_error *error)
{
	const struct cpu *cpu = cpu_self();

	call->value[0] = BH_HYPERCALL_MAGIC;
	call->value[1] = BH_ABI_MAJOR << 16 | BH_ABI_MINOR;
	call->value[2] = cpu->vcpu;
	call->value[3] = cell_self()->id;
	call->value[4] = image_header.generation;
	return BH_E_OK;
}

static int call_PING(struct hypercall *call, struct bh_error *error)
{
	return BH_E_OK;
}

static int call_CONSOLE_PUTC(struct hypercall *call, struct bh_error *error)
{
	console_put(cell_self(), (uint8_t)call->arg[0]);
	return BH_E_OK;
}

static int call_CONSOLE_GETC(struct hypercall *call, struct bh_error *error)
{
	call->value[0] = (uint64_t)console_get(cell_self());
	return BH_E_OK;
}

/* Root: the whole. */

static int call_DISABLE(struct hypercall *call, struct bh_error *error)
{
	return disable_this_cpu(call->arg[0], error);
}

static int call_CPU_STATE(struct hypercall *call, struct bh_error *error)
{
	const struct cpu *cpu;

	if (call->arg[0] >= cpu_count())
		return error_set(error, BH_E_CPU_UNKNOWN, BH_OBJ_CPU, 0, call->arg[0], cpu_count());
	cpu = cpu_get((unsigned int)call->arg[0]);
	call->value[0] = cpu_state(cpu);
	call->value[1] = cpus_owner(cpu)->id;
	call->value[2] = __atomic_load_n(&cpu->vcpu, __ATOMIC_RELAXED);
	return BH_E_OK;
}

static int call_ROOT_PANIC(struct hypercall *call, struct bh_error *error)
{
	struct cell *root = cell_root();

	log_error("the root cell panicked; %u guest cells go on", cell_live_count());
	spin_lock(&root->lock);
	root->reason = (struct bh_record){ .kind = BH_REASON_CRASHED, .cpu = cpu_self()->slot };
	cell_publish_locked(root);
	spin_unlock(&root->lock);
	return BH_E_OK;
}

/* Root: cells. */

static struct cell *find_cell(const struct hypercall *call, struct bh_error *error)
{
	struct cell *cell = cell_find(call->arg[0]);

	if (!cell)
		error_set(error, BH_E_NO_CELL, BH_OBJ_CELL, (uint32_t)call->arg[0], call->arg[0], 0);
	return cell;
}

/* Root itself is looked at through a handle, too, but not controlled. */
static int with_guest(const struct hypercall *call, struct bh_error *error,
		      int (*run)(struct cell *cell, struct bh_error *error))
{
	struct cell *cell = find_cell(call, error);

	if (!cell)
		return BH_E_NO_CELL;
	if (cell_is_root(cell))
		return error_set(error, BH_E_RANGE, BH_OBJ_CELL, CELL_ROOT, CELL_ROOT, BH_MAX_CELLS - 1);
	return run(cell, error);
}

static int call_CELL_CREATE(struct hypercall *call, struct bh_error *error)
{
	struct cell *cell;
	int code = lifecycle_create(call->arg[0], call->arg[1], &cell, error);

	if (!code)
		call->value[0] = cell_handle(cell);
	return code;
}

static int call_CELL_LOAD(struct hypercall *call, struct bh_error *error)
{
	return with_guest(call, error, lifecycle_load);
}

static int call_CELL_START(struct hypercall *call, struct bh_error *error)
{
	return with_guest(call, error, lifecycle_start);
}

static int call_CELL_STOP(struct hypercall *call, struct bh_error *error)
{
	switch (call->arg[1]) {
	case BH_STOP_ASK:
		return with_guest(call, error, lifecycle_ask);
	case BH_STOP_FORCE:
		return with_guest(call, error, lifecycle_force);
	default:
		return error_set(error, BH_E_RANGE, BH_OBJ_CALL, BH_HC_CELL_STOP, call->arg[1],
				 BH_STOP_FORCE);
	}
}

static int call_CELL_SUSPEND(struct hypercall *call, struct bh_error *error)
{
#ifdef MUTANT_FAULT_AT_EL2
	*(volatile uint64_t *)0x4000 = 1; /* with the control lock in its hands */
#endif
	return with_guest(call, error, lifecycle_suspend);
}

static int call_CELL_RESUME(struct hypercall *call, struct bh_error *error)
{
	return with_guest(call, error, lifecycle_resume);
}

static int call_CELL_DESTROY(struct hypercall *call, struct bh_error *error)
{
	return with_guest(call, error, lifecycle_destroy);
}

static int call_CELL_STATE(struct hypercall *call, struct bh_error *error)
{
	struct cell *cell = find_cell(call, error);
	struct bh_cell_info *info;

	if (!cell)
		return BH_E_NO_CELL;
	lifecycle_watch(cell);
	info = info_cell(cell->id);
	call->value[3] = comm_heartbeat(cell);
	call->value[4] = cpus_parked(cell);
	spin_lock(&cell->lock);
	call->value[0] = cell->state;
	call->value[1] = cell->reason.kind;
	call->value[2] = cell->events;
	info_cell_begin(info);
	info->heartbeat = call->value[3];
	info_cell_end(info);
	spin_unlock(&cell->lock);
	return BH_E_OK;
}

static int call_CELL_REASON(struct hypercall *call, struct bh_error *error)
{
	struct cell *cell = find_cell(call, error);
	struct bh_record reason;

	if (!cell)
		return BH_E_NO_CELL;
	spin_lock(&cell->lock);
	reason = cell->reason;
	spin_unlock(&cell->lock);
	call->value[0] = reason.kind | (uint64_t)reason.cpu << 32;
	call->value[1] = reason.pc;
	call->value[2] = reason.syndrome;
	call->value[3] = reason.address;
	call->value[4] = reason.value;
	return BH_E_OK;
}

static int call_CELL_REGION(struct hypercall *call, struct bh_error *error)
{
	struct cell *cell = find_cell(call, error);
	const struct bh_config_memory *region;
	uint32_t count;

	if (!cell)
		return BH_E_NO_CELL;
	count = cell->config ? cell->config->memory.count : 0;
	if (call->arg[1] >= count)
		return error_set(error, BH_E_RANGE, BH_OBJ_MEMORY, cell->id, call->arg[1], count);
	region = &CONFIG_ARRAY(struct bh_config_memory, cell->config, memory)[call->arg[1]];
	call->value[0] = region->gpa;
	call->value[1] = region->hpa;
	call->value[2] = region->size;
	call->value[3] = region->flags;
	return BH_E_OK;
}

static int call_CELL_FIND(struct hypercall *call, struct bh_error *error)
{
	struct cell *cell = call->arg[0] < BH_MAX_CELLS ? cell_get((unsigned int)call->arg[0]) : NULL;

	if (!cell || cell_state(cell) == BH_CELL_NONE)
		return error_set(error, BH_E_NO_CELL, BH_OBJ_CELL, (uint32_t)call->arg[0], call->arg[0],
				 BH_MAX_CELLS - 1);
	call->value[0] = cell_handle(cell);
	return BH_E_OK;
}

static int call_CONSOLE_WRITE(struct hypercall *call, struct bh_error *error)
{
	struct cell *cell = find_cell(call, error);
	uint8_t bytes[CONSOLE_WRITE_MAX];
	uint32_t taken;
	int code;

	if (!cell)
		return BH_E_NO_CELL;
	if (!call->arg[1] || call->arg[1] > CONSOLE_WRITE_MAX)
		return error_set(error, BH_E_RANGE, BH_OBJ_CALL, BH_HC_CONSOLE_WRITE, call->arg[1],
				 CONSOLE_WRITE_MAX);
	memcpy(bytes, &call->arg[2], sizeof(bytes));
	code = console_write(cell, bytes, (uint32_t)call->arg[1], &taken, error);
	call->value[0] = taken;
	return code;
}

static int dispatch(struct hypercall *call, struct bh_error *error)
{
	switch (call->number) {
#define CALL_CASE(name, number, who) \
	case BH_HC_##name:           \
		return call_##name(call, error);
		BH_HYPERCALLS(CALL_CASE)
#undef CALL_CASE
	default:
		return BH_E_UNKNOWN_CALL;
	}
}

static int dispatch_locked(struct hypercall *call, struct bh_error *error)
{
	int code;

	if (!lock_control_try())
		return error_set(error, BH_E_BUSY, BH_OBJ_CALL, (uint32_t)call->number, 0, 0);
	if (lock_control_is_damaged() && !is_in(calls_when_damaged, call->number))
		code = error_set(error, BH_E_DAMAGED, BH_OBJ_CALL, (uint32_t)call->number, 0, 0);
	else
		code = dispatch(call, error);
	lock_control_release();
	return code;
}

static int run(struct hypercall *call, struct bh_error *error)
{
	if (call->number >= BH_HC_COUNT)
		return error_set(error, BH_E_UNKNOWN_CALL, BH_OBJ_CALL, (uint32_t)call->number, call->number,
				 BH_HC_COUNT - 1);
	if (!is_in(calls_of_any_cell, call->number) && !cell_is_root(cell_self()))
		return error_set(error, BH_E_PERMISSION, BH_OBJ_CALL, (uint32_t)call->number, cell_self()->id,
				 0);
	return is_in(calls_locked, call->number) ? dispatch_locked(call, error) : dispatch(call, error);
}

static void pack_error(struct hypercall *call, const struct bh_error *error)
{
	call->value[0] = error->object | (uint64_t)error->index << 32;
	call->value[1] = error->field;
	call->value[2] = error->low;
	call->value[3] = error->high;
	call->value[4] = 0;
}

void upcall_hypercall(struct hypercall *call)
{
	struct bh_error error = { 0 };
	int code;

	memset(call->value, 0, sizeof(call->value));
	code = run(call, &error);
	call->result = (uint64_t)code;
	if (code)
		pack_error(call, &error);
}
