// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/enable.h>

#include <arch/iommu.h>
#include <asm/entry.h>
#include <asm/features.h>
#include <asm/interrupts.h>
#include <asm/ioapic.h>
#include <asm/iommu.h>
#include <asm/mmu.h>
#include <asm/vcpu.h>
#include <asm/vioapic.h>
#include <asm/virt.h>
#include <core/cpu.h>
#include <core/debug_uart.h>
#include <core/guest.h>

const struct step arch_system_steps[] = {
	{ "hyp-tables", mmu_init, mmu_exit },
	{ "debug-uart", debug_uart_open, debug_uart_close },
	{ "virtualization", virt_select, NULL },
	{ "local-apic", lapic_probe, lapic_unprobe },
	{ "io-apic", ioapic_probe, ioapic_unprobe },
	{ "iommu-probe", iommu_probe, iommu_unprobe },
	{ NULL, NULL, NULL },
};

static int virtualization_run(void)
{
	return virt()->probe();
}

const struct step arch_cpu_steps[] = {
	{ "cpu-features", features_check, NULL },
	{ "cpu-virtualization", virtualization_run, NULL },
	{ "cpu-tables", mmu_cpu_init, mmu_cpu_exit },
	{ NULL, NULL, NULL },
};

void arch_cpu_activate(void)
{
	virt()->cpu_on();
	virt_load(&percpu()->state);
	vcpu_load(guest_root(), percpu()->slot);
	lapic_activate();
	percpu()->phase = PERCPU_RUNNING;
}

/* The run loop sees it, and goes by enter_leave(). */
void arch_cpu_leave(void)
{
	lapic_leave();
	__atomic_store_n(&percpu()->self->running, NULL, __ATOMIC_RELEASE);
	percpu()->phase = PERCPU_LEAVING;
}

/* Only an INIT brings a CPU into the state in which the kernel expects one that is off: another CPU sends it. */
void arch_cpu_leave_off(void)
{
	virt()->cpu_off();
	percpu()->phase = PERCPU_LEAVING;
	__atomic_store_n(&percpu()->self->is_off, 1, __ATOMIC_RELEASE);
	for (;;)
		__asm__ volatile("hlt" : : : "memory");
}

int arch_cpu_is_off(unsigned int slot)
{
	struct cpu *cpu = cpu_get(slot);

	if (!__atomic_exchange_n(&cpu->arch.is_off, 0, __ATOMIC_ACQ_REL))
		return 0;
	lapic_send_init((uint32_t)cpu->hwid);
	return 1;
}

/* Each CPU's own is restored by itself. */
void arch_system_leave(void)
{
	arch_iommu_disable();
	vioapic_restore(guest_root());
}
