// SPDX-License-Identifier: GPL-2.0-or-later
#include <control/disable.h>

#include <arch/enable.h>
#include <cell/cell.h>
#include <cell/cpus.h>
#include <control/lock.h>
#include <core/deadline.h>
#include <core/image.h>
#include <core/lock.h>
#include <core/log.h>
#include <core/rendezvous.h>
#include <lib/errors.h>

/**
 * struct attempt - one attempt to disable; the next one begins when all CPUs of this one are out again
 * @lock: guards @inside and @tickets.
 * @inside: CPUs that take part.  @tickets: given out.
 * @gathered: all have come.  @decided: parked CPUs are off, all leave.
 * @bare: the first CPU has done the system-wide part (atomic).
 */
struct attempt {
	struct spinlock lock;
	uint32_t inside;
	uint32_t tickets;
	struct rendezvous gathered;
	struct rendezvous decided;
	uint32_t bare;
};

static struct attempt attempt;

static unsigned int running_cpus(void)
{
	unsigned int count = 0;

	for (unsigned int slot = 0; slot < cpu_count(); slot++) {
		const struct cpu *cpu = cpu_get(slot);

		count += cell_is_root(cpus_owner(cpu)) && cpu_state(cpu) == BH_CPU_RUNNING ? 1 : 0;
	}
	return count;
}

/* Return: the ticket; 0 is the first CPU, which does what is done once. */
static uint32_t join(void)
{
	uint32_t ticket;

	spin_lock(&attempt.lock);
	if (!attempt.inside) {
		rendezvous_init(&attempt.gathered, running_cpus());
		rendezvous_init(&attempt.decided, running_cpus());
		__atomic_store_n(&attempt.bare, 0, __ATOMIC_RELAXED);
		attempt.tickets = 0;
	}
	attempt.inside++;
	ticket = attempt.tickets++;
	spin_unlock(&attempt.lock);
	return ticket;
}

static void quit(void)
{
	spin_lock(&attempt.lock);
	attempt.inside--;
	spin_unlock(&attempt.lock);
}

/* The first CPU holds the control lock from here until all have left, or until the attempt is given up. */
static int open_attempt(void)
{
	if (!lock_control_try())
		return rendezvous_abort(&attempt.gathered, BH_E_BUSY);
	if (!cell_guest_count())
		return BH_E_OK;
	lock_control_release();
	return rendezvous_abort(&attempt.gathered, BH_E_CELLS_EXIST);
}

static int wait_off(unsigned int slot, uint64_t deadline)
{
	while (!arch_cpu_is_off(slot)) {
		if (deadline_passed(deadline)) {
			log_error("disable: cpu %u does not go off", slot);
			return BH_E_TIMEOUT;
		}
		arch_cpu_relax();
	}
	return BH_E_OK;
}

static int is_parked(const struct cpu *cpu)
{
	return cpu_state(cpu) == BH_CPU_PARKED || cpu_state(cpu) == BH_CPU_FAILED;
}

/* Those that root has offline: firmware gets them back. */
static int dismiss_parked(void)
{
	uint64_t deadline = deadline_default();
	int code = BH_E_OK;

	for (unsigned int slot = 0; slot < cpu_count() && !code; slot++) {
		if (!is_parked(cpu_get(slot)))
			continue;
		cpu_request(cpu_get(slot), CPU_REQ_LEAVE);
		code = wait_off(slot, deadline);
	}
	return code;
}

static int decide(uint32_t ticket)
{
	int code = BH_E_OK;

	if (ticket == 0)
		code = dismiss_parked();
	if (code)
		return rendezvous_abort(&attempt.decided, code);
	/* The others wait for the first one, which itself waits for the default deadline. */
	return rendezvous_meet(&attempt.decided, deadline_in(2 * image_config()->timeout_ms));
}

/* Nothing can fail any more. */
static void go(uint32_t ticket)
{
	if (ticket == 0) {
		log_info("disabled");
		arch_system_leave();
		__atomic_store_n(&attempt.bare, 1, __ATOMIC_RELEASE);
	}
	while (!__atomic_load_n(&attempt.bare, __ATOMIC_ACQUIRE))
		arch_cpu_relax();
	cpu_set_state(cpu_self(), BH_CPU_ABSENT);
	arch_cpu_leave();
}

static int take_part(uint32_t ticket)
{
	int code = BH_E_OK;

	if (ticket == 0)
		code = open_attempt();
	if (code)
		return code;
	code = rendezvous_meet(&attempt.gathered, deadline_default());
	if (!code)
		code = decide(ticket);
	if (!code)
		go(ticket);
	else if (ticket == 0)
		lock_control_release();
	return code;
}

int disable_this_cpu(uint64_t generation, struct bh_error *error)
{
	uint32_t ticket;
	int code;

	if (generation != image_header.generation)
		return error_set(error, BH_E_STALE, BH_OBJ_CALL, BH_HC_DISABLE, generation,
				 image_header.generation);
	ticket = join();
	/* More CPUs than ran when the first one came: the attempt is not made for them. */
	code = ticket < attempt.gathered.expected ? take_part(ticket) : BH_E_BUSY;
	quit();
	if (!code)
		return BH_E_OK;
	return error_set(error, (unsigned int)code, BH_OBJ_CPU, cpu_self()->slot, cell_guest_count(), 0);
}
