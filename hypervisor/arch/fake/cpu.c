// SPDX-License-Identifier: GPL-2.0-or-later
/* Fake CPUs: one thread each, or the test's own thread that plays one. */
#include "fake.h"

#include <arch/cpu.h>
#include <arch/enable.h>
#include <bulkhead/errors.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* <linux/futex.h> would find our <asm/types.h> in place of its own. */
#define FUTEX_WAIT_PRIVATE 128
#define FUTEX_WAKE_PRIVATE 129

#define STACK_SIZE 0x40000
#define NAP_NS 10000000 /* a wake-up that was missed for want of ordering costs that much at most */

/* Something to do that the test has posted. @function: NULL: nothing. */
struct job {
	enum fake_outcome (*function)(void *argument);
	void *argument;
	enum fake_mode mode;
};

enum job_state { JOB_NONE = 0, JOB_POSTED = 1, JOB_RUNNING = 2, JOB_DONE = 3 };

/*
 * @wakes: futex word, counts wake-ups.  @kick, @boot, @quit: flags.  @mode: enum fake_mode, atomic.
 * @base: where the thread goes back to when its life in the hypervisor ends without returning.
 * @lock: over @view, which tests read; it orders nothing between CPUs.
 * @left: arch_cpu_leave() was called in this exit.
 */
struct fake_cpu {
	uint32_t wakes;
	uint32_t kick;
	uint32_t boot;
	uint32_t quit;
	uint32_t mode;
	uint32_t refuse_boot;
	uint32_t job_state;
	enum fake_outcome outcome;
	struct job job;
	struct cell_arch *cell;
	int left;
	int started;
	pthread_t thread;
	pthread_mutex_t lock;
	struct fake_cpu_view view;
	jmp_buf base;
};

static struct fake_cpu cpus[CONFIG_MAX_CPUS];
static unsigned int total;
static uint64_t time_start, time_offset, time_factor;

static _Thread_local unsigned int self;
static _Thread_local int is_cpu_thread;

static struct fake_cpu *me(void)
{
	return &cpus[self];
}

static struct fake_cpu *cpu_at(unsigned int slot)
{
	if (slot >= total)
		fake_fatal("there is no CPU %u", slot);
	return &cpus[slot];
}

/* Waiting and waking ------------------------------------------------------------------------------- */

static void nap(struct fake_cpu *cpu, uint32_t wakes)
{
	struct timespec most = { 0, NAP_NS };

	syscall(SYS_futex, &cpu->wakes, FUTEX_WAIT_PRIVATE, wakes, &most, NULL, 0);
}

static void wake(struct fake_cpu *cpu)
{
	__atomic_fetch_add(&cpu->wakes, 1, __ATOMIC_RELAXED);
	syscall(SYS_futex, &cpu->wakes, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static int take_flag(uint32_t *flag)
{
	return __atomic_load_n(flag, __ATOMIC_RELAXED) && __atomic_exchange_n(flag, 0, __ATOMIC_RELAXED);
}

static enum fake_mode mode_of(const struct fake_cpu *cpu)
{
	return __atomic_load_n(&cpu->mode, __ATOMIC_ACQUIRE);
}

static void set_mode(struct fake_cpu *cpu, enum fake_mode mode)
{
	__atomic_store_n(&cpu->mode, mode, __ATOMIC_RELEASE);
}

static void leave_if_told(struct fake_cpu *cpu)
{
	if (is_cpu_thread && __atomic_load_n(&cpu->quit, __ATOMIC_ACQUIRE))
		longjmp(cpu->base, 1);
}

/* The contract: identity, waiting, kicks ----------------------------------------------------------- */

unsigned int arch_cpu_self(void)
{
	return self;
}

void arch_cpu_stop(void)
{
	fake_fatal("CPU %u stops for ever", arch_cpu_self());
}

void arch_cpu_relax(void)
{
	static _Thread_local unsigned int turns;

	leave_if_told(me());
	/* Many more CPUs than the build machine has: who waits shall not keep the others from coming. */
	if (++turns % 16)
		sched_yield();
	else
		usleep(50);
}

void arch_cpu_wait(void)
{
	struct fake_cpu *cpu = me();

	if (!is_cpu_thread) {
		take_flag(&cpu->kick);
		return;
	}
	for (;;) {
		uint32_t wakes = __atomic_load_n(&cpu->wakes, __ATOMIC_RELAXED);

		leave_if_told(cpu);
		if (take_flag(&cpu->kick))
			return;
		nap(cpu, wakes);
	}
}

void arch_cpu_kick(unsigned int slot)
{
	struct fake_cpu *cpu = cpu_at(slot);

	fake_count(kick);
	__atomic_fetch_add(&cpu->view.kicks, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&cpu->kick, 1, __ATOMIC_RELAXED);
	wake(cpu);
}

static uint64_t wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t arch_time_now(void)
{
	uint64_t factor = __atomic_load_n(&time_factor, __ATOMIC_RELAXED);

	return (wall_clock() - time_start) * factor + __atomic_load_n(&time_offset, __ATOMIC_RELAXED);
}

uint64_t arch_time_hz(void)
{
	return 1000000000u;
}

void fake_time_advance(uint64_t nanoseconds)
{
	__atomic_fetch_add(&time_offset, nanoseconds, __ATOMIC_RELAXED);
}

/* The clock goes on from where it is. Not meant for the middle of a concurrent test. */
void fake_time_rate(uint64_t rate)
{
	uint64_t now = arch_time_now(), passed = wall_clock() - time_start;

	__atomic_store_n(&time_factor, rate, __ATOMIC_RELAXED);
	__atomic_store_n(&time_offset, now - passed * rate, __ATOMIC_RELAXED);
}

int arch_cpu_boot(unsigned int slot)
{
	struct fake_cpu *cpu = cpu_at(slot);

	if (cpu->refuse_boot || !cpu->started || mode_of(cpu) != FAKE_OFF)
		return BH_E_HARDWARE;
	/* Firmware is told where to start: what was written before is seen by the CPU that starts. */
	__atomic_store_n(&cpu->boot, 1, __ATOMIC_RELEASE);
	wake(cpu);
	return BH_E_OK;
}

int arch_cpu_is_off(unsigned int slot)
{
	return mode_of(cpu_at(slot)) == FAKE_OFF;
}

void fake_refuse_boot(unsigned int slot)
{
	cpu_at(slot)->refuse_boot = 1;
}

/* Contexts ----------------------------------------------------------------------------------------- */

void fake_update(void (*change)(struct fake_cpu_view *view, void *argument), void *argument)
{
	struct fake_cpu *cpu = me();

	pthread_mutex_lock(&cpu->lock);
	change(&cpu->view, argument);
	pthread_mutex_unlock(&cpu->lock);
}

struct cell_arch *fake_context_cell(void)
{
	return me()->cell;
}

void fake_set_context(struct cell_arch *cell, unsigned int vcpu, uint64_t entry, uint64_t arg)
{
	struct fake_cpu *cpu = me();

	cpu->cell = cell;
	pthread_mutex_lock(&cpu->lock);
	cpu->view.has_context = 1;
	cpu->view.suspended = 0;
	cpu->view.cell_id = cell->id;
	cpu->view.vcpu = vcpu;
	cpu->view.entry = entry;
	cpu->view.arg = arg;
	pthread_mutex_unlock(&cpu->lock);
}

static void clear_context(struct fake_cpu_view *view, void *argument)
{
	view->has_context = 0;
	view->suspended = 0;
	view->entry = 0;
	view->arg = 0;
}

void fake_drop_context(void)
{
	me()->cell = NULL;
	fake_update(clear_context, NULL);
}

void fake_mark_left(void)
{
	me()->left = 1;
}

void fake_switch_off(void)
{
	struct fake_cpu *cpu = me();

	if (!is_cpu_thread)
		fake_fatal("CPU %u is switched off, but it is played by a test's own thread", self);
	set_mode(cpu, FAKE_OFF);
	longjmp(cpu->base, 1);
}

void fake_halt(void)
{
	if (is_cpu_thread)
		fake_switch_off();
}

static void copy_view(struct fake_cpu *cpu, struct fake_cpu_view *view)
{
	pthread_mutex_lock(&cpu->lock);
	*view = (struct fake_cpu_view){ 0 };
	view->has_context = cpu->view.has_context;
	view->suspended = cpu->view.suspended;
	view->cell_id = cpu->view.cell_id;
	view->vcpu = cpu->view.vcpu;
	view->entry = cpu->view.entry;
	view->arg = cpu->view.arg;
	view->starts = cpu->view.starts;
	view->parks = cpu->view.parks;
	view->suspends = cpu->view.suspends;
	view->resumes = cpu->view.resumes;
	view->behind = cpu->view.behind;
	view->activations = cpu->view.activations;
	view->leaves = cpu->view.leaves;
	view->faults = cpu->view.faults;
	view->fault_address = cpu->view.fault_address;
	pthread_mutex_unlock(&cpu->lock);
}

struct fake_cpu_view fake_cpu_view(unsigned int slot)
{
	struct fake_cpu *cpu = cpu_at(slot);
	struct fake_cpu_view view;

	copy_view(cpu, &view);
	view.kicks = __atomic_load_n(&cpu->view.kicks, __ATOMIC_RELAXED);
	view.mode = mode_of(cpu);
	return view;
}

/* The thread --------------------------------------------------------------------------------------- */

/* Back from the hypervisor: to the guest whose context is loaded, or to the bare kernel. */
static void return_from_exit(struct fake_cpu *cpu)
{
	if (cpu->left) {
		cpu->left = 0;
		set_mode(cpu, FAKE_BARE);
		return;
	}
	if (!cpu->cell)
		fake_fatal("CPU %u returns to a guest, but it has no context", self);
	if (cpu->view.suspended)
		fake_fatal("CPU %u returns to a guest that is suspended", self);
	set_mode(cpu, FAKE_GUEST);
}

static void finish_job(struct fake_cpu *cpu, enum fake_outcome outcome)
{
	cpu->outcome = outcome;
	__atomic_store_n(&cpu->job_state, JOB_DONE, __ATOMIC_RELEASE);
}

static void run_job(struct fake_cpu *cpu)
{
	enum fake_outcome outcome;

	if (mode_of(cpu) != cpu->job.mode) {
		finish_job(cpu, FAKE_WRONG_MODE);
		return;
	}
	__atomic_store_n(&cpu->job_state, JOB_RUNNING, __ATOMIC_RELAXED);
	set_mode(cpu, FAKE_HV);
	outcome = cpu->job.function(cpu->job.argument);
	/* The kernel that entered and was not made a guest is what it was. */
	if (cpu->job.mode == FAKE_BARE && !cpu->cell)
		cpu->left = 1;
	return_from_exit(cpu);
	finish_job(cpu, outcome);
}

static void take_kick(struct fake_cpu *cpu)
{
	set_mode(cpu, FAKE_HV);
	upcall_service();
	return_from_exit(cpu);
}

static void boot(struct fake_cpu *cpu)
{
	set_mode(cpu, FAKE_HV);
	upcall_arrive();
	return_from_exit(cpu);
}

/* One thing to do, or a nap. */
static void turn(struct fake_cpu *cpu)
{
	uint32_t wakes = __atomic_load_n(&cpu->wakes, __ATOMIC_RELAXED);

	if (mode_of(cpu) == FAKE_OFF && __atomic_exchange_n(&cpu->boot, 0, __ATOMIC_ACQUIRE))
		boot(cpu);
	else if (mode_of(cpu) == FAKE_GUEST && take_flag(&cpu->kick))
		take_kick(cpu);
	else if (__atomic_load_n(&cpu->job_state, __ATOMIC_ACQUIRE) == JOB_POSTED)
		run_job(cpu);
	else
		nap(cpu, wakes);
}

static void *cpu_main(void *argument)
{
	struct fake_cpu *cpu = argument;

	self = (unsigned int)(cpu - cpus);
	is_cpu_thread = 1;
	if (setjmp(cpu->base)) {
		/* Switched off, or told to quit, in the middle of an exit. */
		cpu->cell = NULL;
		cpu->left = 0;
		if (__atomic_load_n(&cpu->job_state, __ATOMIC_RELAXED) == JOB_RUNNING)
			finish_job(cpu, FAKE_GONE);
	}
	while (!__atomic_load_n(&cpu->quit, __ATOMIC_ACQUIRE))
		turn(cpu);
	return NULL;
}

void fake_become(unsigned int slot)
{
	cpu_at(slot);
	self = slot;
}

void fake_reset_cpus(unsigned int count)
{
	if (count == 0 || count > CONFIG_MAX_CPUS)
		fake_fatal("a machine with %u CPUs", count);
	memset(cpus, 0, sizeof(cpus));
	total = count;
	for (unsigned int slot = 0; slot < total; slot++) {
		pthread_mutex_init(&cpus[slot].lock, NULL);
		cpus[slot].mode = FAKE_BARE;
	}
	time_start = wall_clock();
	time_offset = 1000000000u; /* no machine is as young as 0 */
	time_factor = 1;
}

unsigned int fake_cpu_total(void)
{
	return total;
}

void fake_start_cpus(unsigned int bare)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	for (unsigned int slot = 0; slot < total; slot++) {
		cpus[slot].mode = slot < bare ? FAKE_BARE : FAKE_OFF;
		cpus[slot].started = 1;
		if (pthread_create(&cpus[slot].thread, &attributes, cpu_main, &cpus[slot]))
			fake_fatal("no thread for CPU %u", slot);
	}
	pthread_attr_destroy(&attributes);
}

void fake_stop_cpus(void)
{
	for (unsigned int slot = 0; slot < total; slot++) {
		if (cpus[slot].started) {
			__atomic_store_n(&cpus[slot].quit, 1, __ATOMIC_RELEASE);
			wake(&cpus[slot]);
		}
	}
	for (unsigned int slot = 0; slot < total; slot++) {
		if (cpus[slot].started)
			pthread_join(cpus[slot].thread, NULL);
		cpus[slot].started = 0;
		pthread_mutex_destroy(&cpus[slot].lock);
	}
	total = 0;
}

/* Posting work ------------------------------------------------------------------------------------- */

enum fake_outcome fake_post(unsigned int slot, enum fake_mode mode,
			    enum fake_outcome (*function)(void *argument), void *argument)
{
	struct fake_cpu *cpu = cpu_at(slot);

	if (!cpu->started)
		fake_fatal("CPU %u has no thread: fake_start_cpus() first", slot);
	if (__atomic_load_n(&cpu->job_state, __ATOMIC_ACQUIRE) != JOB_NONE)
		return FAKE_BUSY;
	cpu->job = (struct job){ function, argument, mode };
	__atomic_store_n(&cpu->job_state, JOB_POSTED, __ATOMIC_RELEASE);
	wake(cpu);
	return FAKE_DONE;
}

enum fake_outcome fake_finish(unsigned int slot, unsigned int ms)
{
	struct fake_cpu *cpu = cpu_at(slot);
	uint64_t end = wall_clock() + ms * 1000000ull;

	while (__atomic_load_n(&cpu->job_state, __ATOMIC_ACQUIRE) != JOB_DONE) {
		if (wall_clock() > end)
			return FAKE_LATE;
		usleep(50);
	}
	__atomic_store_n(&cpu->job_state, JOB_NONE, __ATOMIC_RELAXED);
	return cpu->outcome;
}

enum fake_outcome fake_call(unsigned int slot, enum fake_outcome (*function)(void *argument), void *argument)
{
	enum fake_outcome outcome = fake_post(slot, FAKE_GUEST, function, argument);

	return outcome == FAKE_DONE ? fake_finish(slot, FAKE_PATIENCE_MS) : outcome;
}

int fake_wait_mode(unsigned int slot, enum fake_mode mode, unsigned int ms)
{
	uint64_t end = wall_clock() + ms * 1000000ull;

	while (mode_of(cpu_at(slot)) != mode) {
		if (wall_clock() > end)
			return 0;
		usleep(50);
	}
	return 1;
}

int fake_wait_starts(unsigned int slot, uint32_t starts, unsigned int ms)
{
	uint64_t end = wall_clock() + ms * 1000000ull;

	while (fake_cpu_view(slot).starts < starts) {
		if (wall_clock() > end)
			return 0;
		usleep(50);
	}
	return 1;
}
