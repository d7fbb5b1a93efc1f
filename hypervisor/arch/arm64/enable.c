// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/enable.h>

#include <arch/cpu.h>
#include <asm/entry.h>
#include <asm/errata.h>
#include <asm/features.h>
#include <asm/gic.h>
#include <asm/its.h>
#include <asm/maintenance.h>
#include <asm/mmu.h>
#include <asm/vcpu.h>
#include <core/cpu.h>
#include <core/debug_uart.h>
#include <core/guest.h>
#include <core/log.h>
#include <core/stats.h>

#define AFFINITY_OFF 1

const struct step arch_system_steps[] = {
	{ "hyp-tables", mmu_init, mmu_exit },
	{ "debug-uart", debug_uart_open, debug_uart_close },
	{ "gic-probe", gic_probe, gic_unprobe },
	{ NULL, NULL, NULL },
};

const struct step arch_cpu_steps[] = {
	{ "cpu-features", features_check, NULL },
	{ "cpu-errata", errata_init, NULL },
	{ "cpu-tables", mmu_cpu_init, mmu_cpu_exit },
	{ "cpu-gic", gic_cpu_probe, NULL },
	{ NULL, NULL, NULL },
};

void arch_cpu_activate(void)
{
	percpu()->cell = guest_root();
	percpu()->vcpu = percpu()->slot;
	percpu()->stats = stats_of(percpu()->slot);
	gic_cpu_activate();
	traps_load(guest_root(), percpu()->slot);
	percpu()->phase = PERCPU_RUNNING;
}

void arch_cpu_leave(void)
{
	gic_cpu_leave();
	maintenance_new_stage2(); /* while the VMID is still root's */
	found_restore(&percpu()->found);
	maintenance_new_stage2();
	percpu_frame()->x[0] = 0;
	percpu()->phase = PERCPU_LEAVING;
}

void arch_cpu_leave_off(void)
{
	gic_cpu_leave_off();
	found_restore(&percpu()->found);
	percpu()->phase = PERCPU_LEAVING;
	firmware_call(PSCI_CPU_OFF, 0, 0, 0);
	log_error("CPU %u: firmware refused to switch it off: it waits here until the machine is reset",
		  percpu()->slot);
	arch_cpu_stop();
}

int arch_cpu_is_off(unsigned int slot)
{
	return (int32_t)firmware_call(PSCI_AFFINITY_INFO, cpu_get(slot)->hwid, 0, 0) == AFFINITY_OFF;
}

void arch_system_leave(void)
{
	if (gic_version() == 3)
		its_leave();
	gic_unprobe();
}
