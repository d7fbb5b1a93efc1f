// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fake machine's CPUs as coroutines of one thread, in place of hypervisor/arch/fake/cpu.c: an input then does the
 * same each time, and a step costs no switch of threads. A CPU runs until it waits; time passes only while one does.
 */
#include "../../hypervisor/arch/fake/fake.h"

#include <arch/cpu.h>
#include <arch/enable.h>
#include <bulkhead/errors.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define STACK_SIZE 0x10000u /* each switch costs as much as this takes to be unpoisoned */
#define CPUS 8u
#define TICK_NS 1000000u /* of a CPU that waits, and of a round in which nobody did anything */

struct job {
	enum fake_outcome (*function)(void *argument);
	void *argument;
	enum fake_mode mode;
};

enum job_state { JOB_NONE, JOB_POSTED, JOB_RUNNING, JOB_DONE };

/** struct fiber - a CPU. @busy: it did something in this round. @left: arch_cpu_leave() was called in this exit. */
struct fiber {
	ucontext_t context;
	uint8_t *stack;
	void *fake_stack;
	jmp_buf base;
	enum fake_mode mode;
	int kick, boot, started, refuse_boot, left, busy;
	enum job_state job_state;
	enum fake_outcome outcome;
	struct job job;
	struct cell_arch *cell;
	struct fake_cpu_view view;
};

static struct fiber fibers[CPUS];
static unsigned int total, self;
static int in_fiber;
static uint64_t now;
static ucontext_t main_context;
static void *main_fake_stack;
static const void *main_stack;
static size_t main_stack_size;

static struct fiber *me(void)
{
	return &fibers[self];
}

static struct fiber *fiber_at(unsigned int slot)
{
	if (slot >= total)
		fake_fatal("there is no CPU %u", slot);
	return &fibers[slot];
}

/* ---- switching ---- */

static void yield(void)
{
	struct fiber *fiber = me();

	in_fiber = 0;
	__sanitizer_start_switch_fiber(&fiber->fake_stack, main_stack, main_stack_size);
	swapcontext(&fiber->context, &main_context);
	__sanitizer_finish_switch_fiber(fiber->fake_stack, &main_stack, &main_stack_size);
}

static void resume(unsigned int slot)
{
	struct fiber *fiber = &fibers[slot];
	unsigned int before = self;

	self = slot;
	in_fiber = 1;
	__sanitizer_start_switch_fiber(&main_fake_stack, fiber->stack, STACK_SIZE);
	swapcontext(&main_context, &fiber->context);
	__sanitizer_finish_switch_fiber(main_fake_stack, NULL, NULL);
	self = before;
}

/* Everybody once. Return: 1 if anybody did anything. */
static int one_round(void)
{
	int busy = 0;

	for (unsigned int slot = 0; slot < total; slot++) {
		if (!fibers[slot].started)
			continue;
		fibers[slot].busy = 0;
		resume(slot);
		busy |= fibers[slot].busy;
	}
	if (!busy)
		now += TICK_NS;
	return busy;
}

/* ---- the contract ---- */

unsigned int arch_cpu_self(void)
{
	return self;
}

void arch_cpu_stop(void)
{
	fake_fatal("CPU %u stops for ever", self);
}

void arch_cpu_relax(void)
{
	if (!in_fiber)
		fake_fatal("the test itself waits, with nobody to wait for");
	now += TICK_NS;
	me()->busy = 1;
	yield();
}

static int take(int *flag)
{
	int was = *flag;

	*flag = 0;
	return was;
}

void arch_cpu_wait(void)
{
	while (in_fiber && !take(&me()->kick))
		yield();
	me()->busy = 1;
}

void arch_cpu_kick(unsigned int slot)
{
	fake_count(kick);
	fiber_at(slot)->kick = 1;
	fiber_at(slot)->view.kicks++;
}

uint64_t arch_time_now(void)
{
	return now += 100;
}

uint64_t arch_time_hz(void)
{
	return 1000000000u;
}

int arch_cpu_boot(unsigned int slot)
{
	struct fiber *fiber = fiber_at(slot);

	if (fiber->refuse_boot || !fiber->started || fiber->mode != FAKE_OFF)
		return BH_E_HARDWARE;
	fiber->boot = 1;
	return BH_E_OK;
}

int arch_cpu_is_off(unsigned int slot)
{
	return fiber_at(slot)->mode == FAKE_OFF;
}

void fake_refuse_boot(unsigned int slot)
{
	fiber_at(slot)->refuse_boot = 1;
}

void fake_time_advance(uint64_t nanoseconds)
{
	now += nanoseconds;
}

void fake_time_rate(uint64_t rate)
{
}

/* ---- contexts ---- */

void fake_update(void (*change)(struct fake_cpu_view *view, void *argument), void *argument)
{
	change(&me()->view, argument);
}

struct cell_arch *fake_context_cell(void)
{
	return me()->cell;
}

void fake_set_context(struct cell_arch *cell, unsigned int vcpu, uint64_t entry, uint64_t arg)
{
	struct fake_cpu_view *view = &me()->view;

	me()->cell = cell;
	view->has_context = 1;
	view->suspended = 0;
	view->cell_id = cell->id;
	view->vcpu = vcpu;
	view->entry = entry;
	view->arg = arg;
}

void fake_drop_context(void)
{
	struct fake_cpu_view *view = &me()->view;

	me()->cell = NULL;
	view->has_context = view->suspended = 0;
	view->entry = view->arg = 0;
}

void fake_mark_left(void)
{
	me()->left = 1;
}

void fake_switch_off(void)
{
	if (!in_fiber)
		fake_fatal("CPU %u is switched off, but nobody plays it", self);
	me()->mode = FAKE_OFF;
	longjmp(me()->base, 1);
}

void fake_halt(void)
{
	if (in_fiber)
		fake_switch_off();
}

struct fake_cpu_view fake_cpu_view(unsigned int slot)
{
	struct fake_cpu_view view = fiber_at(slot)->view;

	view.mode = fiber_at(slot)->mode;
	return view;
}

/* ---- what a CPU does ---- */

static void return_from_exit(struct fiber *fiber)
{
	if (take(&fiber->left)) {
		fiber->mode = FAKE_BARE;
		return;
	}
	if (!fiber->cell)
		fake_fatal("CPU %u returns to a guest, but it has no context", self);
	if (fiber->view.suspended)
		fake_fatal("CPU %u returns to a guest that is suspended", self);
	fiber->mode = FAKE_GUEST;
}

static void finish_job(struct fiber *fiber, enum fake_outcome outcome)
{
	fiber->outcome = outcome;
	fiber->job_state = JOB_DONE;
}

static void run_job(struct fiber *fiber)
{
	enum fake_outcome outcome;

	if (fiber->mode != fiber->job.mode) {
		finish_job(fiber, FAKE_WRONG_MODE);
		return;
	}
	fiber->job_state = JOB_RUNNING;
	fiber->mode = FAKE_HV;
	outcome = fiber->job.function(fiber->job.argument);
	if (fiber->job.mode == FAKE_BARE && !fiber->cell)
		fiber->left = 1;
	return_from_exit(fiber);
	finish_job(fiber, outcome);
}

static void exit_for(struct fiber *fiber, void (*upcall)(void))
{
	fiber->mode = FAKE_HV;
	upcall();
	return_from_exit(fiber);
}

static void turn(struct fiber *fiber)
{
	fiber->busy = 1;
	if (fiber->mode == FAKE_OFF && take(&fiber->boot))
		exit_for(fiber, upcall_arrive);
	else if (fiber->mode == FAKE_GUEST && take(&fiber->kick))
		exit_for(fiber, upcall_service);
	else if (fiber->job_state == JOB_POSTED)
		run_job(fiber);
	else
		fiber->busy = 0;
}

static void live(void)
{
	__sanitizer_finish_switch_fiber(NULL, &main_stack, &main_stack_size);
	if (setjmp(me()->base)) {
		me()->cell = NULL;
		me()->left = 0;
		if (me()->job_state == JOB_RUNNING)
			finish_job(me(), FAKE_GONE);
	}
	for (;;) {
		turn(me());
		yield();
	}
}

void fake_become(unsigned int slot)
{
	fiber_at(slot);
	self = slot;
}

void fake_reset_cpus(unsigned int count)
{
	if (count == 0 || count > CPUS)
		fake_fatal("a machine with %u CPUs", count);
	fake_stop_cpus();
	total = count;
	for (unsigned int slot = 0; slot < total; slot++)
		fibers[slot].mode = FAKE_BARE;
	now = 1000000000u;
}

unsigned int fake_cpu_total(void)
{
	return total;
}

void fake_start_cpus(unsigned int bare)
{
	for (unsigned int slot = 0; slot < total; slot++) {
		struct fiber *fiber = &fibers[slot];

		if (!fiber->stack)
			fiber->stack = malloc(STACK_SIZE);
		__asan_unpoison_memory_region(fiber->stack, STACK_SIZE);
		getcontext(&fiber->context);
		fiber->context.uc_stack.ss_sp = fiber->stack;
		fiber->context.uc_stack.ss_size = STACK_SIZE;
		fiber->context.uc_link = NULL;
		makecontext(&fiber->context, live, 0);
		fiber->fake_stack = NULL;
		fiber->mode = slot < bare ? FAKE_BARE : FAKE_OFF;
		fiber->started = 1;
	}
}

/* Wherever they are: nobody resumes them any more. */
void fake_stop_cpus(void)
{
	for (unsigned int slot = 0; slot < CPUS; slot++) {
		uint8_t *stack = fibers[slot].stack;

		memset(&fibers[slot], 0, sizeof(fibers[slot]));
		fibers[slot].stack = stack;
	}
	total = 0;
}

/* ---- posting work ---- */

enum fake_outcome fake_post(unsigned int slot, enum fake_mode mode,
			    enum fake_outcome (*function)(void *argument), void *argument)
{
	struct fiber *fiber = fiber_at(slot);

	if (!fiber->started)
		fake_fatal("CPU %u was not started", slot);
	if (fiber->job_state != JOB_NONE)
		return FAKE_BUSY;
	fiber->job = (struct job){ function, argument, mode };
	fiber->job_state = JOB_POSTED;
	return FAKE_DONE;
}

enum fake_outcome fake_finish(unsigned int slot, unsigned int ms)
{
	struct fiber *fiber = fiber_at(slot);
	uint64_t end = now + ms * 1000000ull;

	while (fiber->job_state != JOB_DONE) {
		if (now > end)
			return FAKE_LATE;
		/* A CPU that rests in an exit: nothing but a call of another one wakes it up. */
		if (!one_round() && fiber->job_state == JOB_RUNNING)
			return FAKE_LATE;
	}
	fiber->job_state = JOB_NONE;
	return fiber->outcome;
}

enum fake_outcome fake_call(unsigned int slot, enum fake_outcome (*function)(void *argument), void *argument)
{
	enum fake_outcome outcome = fake_post(slot, FAKE_GUEST, function, argument);

	return outcome == FAKE_DONE ? fake_finish(slot, FAKE_PATIENCE_MS) : outcome;
}

int fake_wait_mode(unsigned int slot, enum fake_mode mode, unsigned int ms)
{
	uint64_t end = now + ms * 1000000ull;

	while (fiber_at(slot)->mode != mode && now <= end)
		one_round();
	return fiber_at(slot)->mode == mode;
}

int fake_wait_starts(unsigned int slot, uint32_t starts, unsigned int ms)
{
	uint64_t end = now + ms * 1000000ull;

	while (fiber_at(slot)->view.starts < starts && now <= end)
		one_round();
	return fiber_at(slot)->view.starts >= starts;
}
