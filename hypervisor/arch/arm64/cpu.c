// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/cpu.h>

#include <asm/entry.h>
#include <asm/gic.h>
#include <asm/percpu.h>
#include <asm/sysreg.h>
#include <asm/vcpu.h>
#include <bulkhead/errors.h>
#include <core/cpu.h>
#include <core/image.h>

#undef arch_cpu_self
unsigned int arch_cpu_self(void)
{
	return percpu()->slot;
}

void arch_cpu_relax(void)
{
	__asm__ volatile("yield" : : : "memory");
}

/* WFI wakes for interrupts that are masked, too; what has come before it lets it fall through. */
void arch_cpu_wait(void)
{
	__asm__ volatile("dsb sy\n"
			 "wfi"
			 :
			 :
			 : "memory");
	gic_park_irq();
}

void arch_cpu_stop(void)
{
	for (;;)
		__asm__ volatile("wfi");
}

void arch_cpu_kick(unsigned int slot)
{
	gic_kick(slot);
}

uint64_t arch_time_now(void)
{
	sysreg_isb();
	return sysreg_read("cntpct_el0");
}

uint64_t arch_time_hz(void)
{
	return sysreg_read("cntfrq_el0");
}

int arch_cpu_boot(unsigned int slot)
{
	uint64_t entry = image_header.hv_base + ((uint64_t)(uintptr_t)entry_boot - HV_BASE);
	uint64_t result = firmware_call(PSCI_CPU_ON, cpu_get(slot)->hwid, entry, slot);

	return (int32_t)result == 0 ? BH_E_OK : BH_E_HARDWARE;
}
