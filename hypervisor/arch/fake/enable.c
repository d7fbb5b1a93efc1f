// SPDX-License-Identifier: GPL-2.0-or-later
/* Taking over and giving back. */
#include "fake.h"

#include <arch/cell.h>
#include <arch/cpu.h>
#include <arch/enable.h>
#include <arch/vcpu.h>
#include <bulkhead/errors.h>

static int system_step(void)
{
	fake_count(system_steps_done);
	return BH_E_OK;
}

static void system_step_undo(void)
{
	fake_count_add(system_steps_done, -1);
}

static int cpu_step(void)
{
	fake_count(cpu_steps_done);
	return BH_E_OK;
}

static void cpu_step_undo(void)
{
	fake_count_add(cpu_steps_done, -1);
}

const struct step arch_system_steps[] = {
	{ "fake-mmu", system_step, system_step_undo },
	{ "fake-intc", system_step, system_step_undo },
	{ NULL, NULL, NULL },
};

const struct step arch_cpu_steps[] = {
	{ "fake-cpu-mmu", cpu_step, cpu_step_undo },
	{ "fake-cpu-intc", cpu_step, cpu_step_undo },
	{ NULL, NULL, NULL },
};

static void count_activation(struct fake_cpu_view *view, void *argument)
{
	view->activations++;
}

void arch_cpu_activate(void)
{
	struct cell_arch *root = fake_root();

	if (!root)
		fake_fatal("CPU %u is activated before there is a root cell", arch_cpu_self());
	fake_set_context(root, arch_cpu_self(), 0, 0);
	fake_update(count_activation, NULL);
}

static void count_leave(struct fake_cpu_view *view, void *argument)
{
	view->leaves++;
}

void arch_cpu_leave(void)
{
	struct cell_arch *cell = fake_context_cell();

	if (!cell || !cell->is_root)
		fake_fatal("CPU %u leaves, but it is no CPU of the root cell", arch_cpu_self());
	fake_drop_context();
	fake_update(count_leave, NULL);
	fake_mark_left();
}

void arch_cpu_leave_off(void)
{
	fake_drop_context();
	fake_update(count_leave, NULL);
	fake_switch_off();
}

void arch_system_leave(void)
{
	fake_count(system_leave);
}
