// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop that a kicked or parked CPU runs. Request bits say that something may have changed; what is to be
 * done follows from the CPU's own state and from the state of its cell, which was changed before the bit was
 * set. So a bit that comes late or twice does no harm.
 */
#include <arch/cpu.h>
#include <arch/enable.h>
#include <arch/upcall.h>
#include <arch/vcpu.h>
#include <cell/cell.h>
#include <cell/cpus.h>
#include <control/scrub.h>
#include <core/vtime.h>

static void park(struct cpu *cpu)
{
	uint32_t state = cpu_state(cpu);

	if (state != BH_CPU_RUNNING && state != BH_CPU_SUSPENDED)
		return;
	arch_vcpu_park();
	cpu_set_state(cpu, BH_CPU_PARKED);
}

/* For good: whoever asked waits until firmware says that the CPU is off. */
static void leave(struct cpu *cpu)
{
	if (cpu_state(cpu) == BH_CPU_RUNNING || cpu_state(cpu) == BH_CPU_SUSPENDED)
		return;
	cpu_set_state(cpu, BH_CPU_ABSENT);
	arch_cpu_leave_off();
}

static int runs(uint32_t cell_state)
{
	return cell_state == BH_CELL_RUNNING || cell_state == BH_CELL_STOPPING;
}

static int may_start(const struct cpu *cpu, const struct cell *cell)
{
	uint32_t state = cell_state(cell);

	return cpu_state(cpu) == BH_CPU_PARKED && (runs(state) || state == BH_CELL_SUSPENDED);
}

/*
 * The cell may be stopped just now: then its PARK bit comes after the state that was looked at here, and the
 * loop sees it before the guest runs.
 */
static void start(struct cpu *cpu, struct cell *cell)
{
	if (may_start(cpu, cell)) {
		arch_vcpu_start(&cell->arch, cpu->vcpu, cpu->start_entry, cpu->start_arg);
		cpu_set_state(cpu, BH_CPU_RUNNING);
	}
	cpus_release(cpu);
}

/* Only of a CPU that has a guest: the cell of a parked one may be gone by now. */
static void follow_cell(struct cpu *cpu, struct cell *cell)
{
	uint32_t state = cpu_state(cpu);

	if (state == BH_CPU_RUNNING && cell_state(cell) == BH_CELL_SUSPENDED) {
		vtime_stop(&cell->arch.time, arch_time_now());
		arch_vcpu_suspend();
		cpu_set_state(cpu, BH_CPU_SUSPENDED);
	} else if (state == BH_CPU_SUSPENDED && runs(cell_state(cell))) {
		arch_vcpu_resume(vtime_go(&cell->arch.time, arch_time_now()));
		cpu_set_state(cpu, BH_CPU_RUNNING);
	}
}

static void serve(struct cpu *cpu, uint32_t bits)
{
	struct cell *cell = cpus_owner(cpu);

	if (bits & CPU_REQ_LEAVE)
		leave(cpu);
	if (bits & CPU_REQ_PARK)
		park(cpu);
	if (bits & CPU_REQ_START)
		start(cpu, cell);
	follow_cell(cpu, cell);
	/* The last thing: when the last helper is done, the cell is gone. */
	if (bits & CPU_REQ_SCRUB)
		scrub_help(cell);
}

void upcall_service(void)
{
	struct cpu *cpu = cpu_self();

	for (;;) {
		uint32_t bits = __atomic_exchange_n(&cpu->requests, 0, __ATOMIC_SEQ_CST);

		if (bits) {
			serve(cpu, bits);
			continue;
		}
		if (cpu_state(cpu) == BH_CPU_RUNNING)
			return;
		arch_cpu_wait();
	}
}
