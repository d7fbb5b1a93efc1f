// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/cpu.h>

#include <asm/control.h>
#include <asm/entry.h>
#include <asm/interrupts.h>
#include <asm/virt.h>
#include <bulkhead/errors.h>
#include <core/cpu.h>
#include <core/image.h>
#include <core/log.h>

/* The loader puts in what it measured; until the configuration is there, any number will do for deadlines. */
#define TSC_GUESS_HZ 1000000000ull

unsigned int arch_cpu_self(void)
{
	return percpu()->slot;
}

void arch_cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

/* Whoever kicks next sends an NMI of its own: what it asked for before is seen by who looks after this. */
void arch_cpu_wait(void)
{
	virt()->unmask_nmi();
	vectors_wait();
	virt()->mask_nmi();
	__atomic_exchange_n(&percpu()->self->kicked, 0, __ATOMIC_SEQ_CST);
}

void arch_cpu_stop(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* One NMI for each change from 0 to 1: so each NMI that comes with 0 is not a kick. */
void arch_cpu_kick(unsigned int slot)
{
	struct cpu *cpu = cpu_get(slot);

	if (!__atomic_exchange_n(&cpu->arch.kicked, 1, __ATOMIC_SEQ_CST))
		lapic_send_nmi((uint32_t)cpu->hwid);
}

uint64_t arch_time_now(void)
{
	return control_read_tsc();
}

uint64_t arch_time_hz(void)
{
	uint32_t khz = image_config()->x86.tsc_khz;

	return khz ? khz * 1000ull : TSC_GUESS_HZ;
}

/* There is no memory below 1 MiB that is the hypervisor's, and there a CPU begins that is woken from outside. */
int arch_cpu_boot(unsigned int slot)
{
	log_error("CPU %u was offline when the hypervisor was enabled: it cannot be started now", slot);
	return BH_E_HARDWARE;
}
