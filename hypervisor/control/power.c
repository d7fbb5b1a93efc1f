// SPDX-License-Identifier: GPL-2.0-or-later
#include <control/power.h>

#include <arch/cell.h>
#include <arch/firmware.h>
#include <arch/upcall.h>
#include <arch/vcpu.h>
#include <cell/cell.h>
#include <cell/cpus.h>
#include <control/lifecycle.h>
#include <core/image.h>
#include <core/pagetable.h>

/* Single CPUs. */

static struct cpu *find_vcpu(const struct cell *cell, unsigned int vcpu)
{
	return vcpu < cell->cpu_count ? cpu_get(cell->slots[vcpu]) : NULL;
}

static int is_executable(struct cell *cell, uint64_t entry)
{
	unsigned int prot;

	return pt_lookup(arch_cell_stage2(&cell->arch), entry, NULL, &prot) && (prot & PT_EXEC);
}

/* The right to switch @cpu on is held: nobody else starts it or moves it to another cell meanwhile. */
static enum power_result switch_on_claimed(struct cell *cell, struct cpu *cpu, uint64_t entry, uint64_t arg)
{
	uint32_t state = cpu_state(cpu);

	if (cpus_owner(cpu) != cell)
		return POWER_DENIED;
	if (state == BH_CPU_RUNNING || state == BH_CPU_SUSPENDED)
		return POWER_ALREADY_ON;
	if (state == BH_CPU_FAILED)
		return POWER_DENIED;
	if (!is_executable(cell, entry))
		return POWER_BAD_ADDRESS;
	return POWER_OK;
}

enum power_result upcall_cpu_on(unsigned int vcpu, uint64_t entry, uint64_t arg)
{
	struct cell *cell = cell_self();
	struct cpu *cpu = find_vcpu(cell, vcpu);
	enum power_result result;

	if (!cpu)
		return POWER_INVALID;
	if (!cpus_claim(cpu))
		return cpus_owner(cpu) == cell ? POWER_ON_PENDING : POWER_DENIED;
	result = switch_on_claimed(cell, cpu, entry, arg);
	if (result != POWER_OK) {
		cpus_release(cpu);
		return result;
	}
	return cpus_launch(cpu, entry, arg) == BH_E_OK ? POWER_OK : POWER_DENIED;
}

enum power_state upcall_cpu_info(unsigned int vcpu)
{
	struct cell *cell = cell_self();
	struct cpu *cpu = find_vcpu(cell, vcpu);
	uint32_t state;

	if (!cpu)
		return POWER_STATE_NONE;
	/* A CPU that root has lent to a guest cell is off as far as root is concerned. */
	if (cpus_owner(cpu) != cell)
		return POWER_STATE_OFF;
	state = cpu_state(cpu);
	if (state == BH_CPU_RUNNING || state == BH_CPU_SUSPENDED)
		return POWER_STATE_ON;
	return __atomic_load_n(&cpu->pending_on, __ATOMIC_ACQUIRE) ? POWER_STATE_ON_PENDING : POWER_STATE_OFF;
}

void upcall_cpu_off(void)
{
	arch_vcpu_park();
	cpu_set_state(cpu_self(), BH_CPU_PARKED);
	upcall_service();
}

/* Whole cells. */

/* What root wanted when it went off while guests lived (on-reset: stop). */
static void (*root_waits_for)(void);

static void root_goes(void (*machine)(void), uint32_t reason)
{
	if (image_config()->on_reset == BH_ON_RESET_MACHINE || !cell_live_count()) {
		machine();
		log_error("firmware refused to switch the machine off or to reset it");
		return;
	}
	log_warning("the root cell went off, %u guest cells go on", cell_live_count());
	__atomic_store_n(&root_waits_for, machine, __ATOMIC_RELEASE);
	lifecycle_end_because(cell_root(), CELL_EVENT_END, reason);
	power_guest_ended();
	upcall_service();
}

void power_guest_ended(void)
{
	void (*machine)(void) = __atomic_load_n(&root_waits_for, __ATOMIC_ACQUIRE);

	if (machine && cell_state(cell_root()) == BH_CELL_STOPPED && !cell_live_count())
		machine();
}

static void guest_goes(struct cell *cell, uint32_t reason)
{
	lifecycle_end_because(cell, CELL_EVENT_END, reason);
	upcall_service();
}

void upcall_system_off(void)
{
	struct cell *cell = cell_self();

	if (cell_is_root(cell))
		root_goes(arch_machine_off, BH_REASON_POWER_OFF);
	else
		guest_goes(cell, BH_REASON_POWER_OFF);
}

void upcall_system_reset(void)
{
	struct cell *cell = cell_self();

	if (cell_is_root(cell))
		root_goes(arch_machine_reset, BH_REASON_RESET);
	else
		guest_goes(cell, BH_REASON_RESET);
}
