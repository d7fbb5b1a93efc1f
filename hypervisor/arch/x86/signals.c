// SPDX-License-Identifier: GPL-2.0-or-later
/* What one vCPU can do to another beside interrupts. */
#include <asm/vcpu.h>

#include <arch/upcall.h>
#include <asm/virt.h>
#include <core/cpu.h>

/* The CPU that is @vcpu of @cell now; NULL: it has none, or somebody else has it. */
static struct cpu *runs_on(const struct cell_arch *cell, unsigned int vcpu)
{
	struct cpu *cpu;

	if (vcpu >= cell->vcpu_count)
		return NULL;
	cpu = cpu_get(cell->slot[vcpu]);
	return __atomic_load_n(&cpu->arch.running, __ATOMIC_ACQUIRE) == cell ? cpu : NULL;
}

void signals_init(struct cell_arch *cell, unsigned int vcpu)
{
	struct cpu *cpu = runs_on(cell, vcpu);

	if (cpu)
		cpu_request(cpu, CPU_REQ_PARK);
}

void signals_startup(struct cell_arch *cell, unsigned int vcpu, unsigned int vector)
{
	if (vcpu < cell->vcpu_count)
		upcall_cpu_on(vcpu, (uint64_t)(vector & 0xff) << 12, VCPU_ARG_STARTUP);
}

void signals_nmi(struct cell_arch *cell, unsigned int vcpu)
{
	struct cpu *cpu = runs_on(cell, vcpu);

	if (!cpu)
		return;
	__atomic_store_n(&cpu->arch.nmi, cell->id + 1, __ATOMIC_SEQ_CST);
	arch_cpu_kick(cpu->slot);
}

void signals_apic_enabled(int enabled)
{
	virt()->intercept_halt(!enabled);
}
