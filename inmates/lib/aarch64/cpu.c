// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* vCPUs, power (PSCI) and hypercalls. */
#include <inmate.h>

#include <bulkhead/errors.h>

#include <regs.h>

#define PSCI_CPU_OFF 0x84000002u
#define PSCI_CPU_ON 0xc4000003u
#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u

static cpu_function functions[INMATE_MAX_CPUS];

extern char inmate_secondary[];
void cpu_run(void);

static int64_t psci(uint64_t function, uint64_t a, uint64_t b, uint64_t c)
{
	register uint64_t x0 asm("x0") = function;
	register uint64_t x1 asm("x1") = a;
	register uint64_t x2 asm("x2") = b;
	register uint64_t x3 asm("x3") = c;

	asm volatile("hvc #0"
		     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
		     :
		     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16",
		       "x17", "memory");
	return (int64_t)x0;
}

unsigned int cpu_self(void)
{
	return (unsigned int)sysreg_read(TPIDR_EL1);
}

/* First C code of a CPU that cpu_start() started. */
void cpu_run(void)
{
	functions[cpu_self()]();
}

int cpu_start(unsigned int cpu, cpu_function function)
{
	if (cpu >= INMATE_MAX_CPUS)
		return -2;
	functions[cpu] = function;
	dsb();
	return (int)psci(PSCI_CPU_ON, cpu, (uint64_t)(uintptr_t)inmate_secondary, cpu);
}

static void __attribute__((noreturn)) halt(void)
{
	for (;;)
		cpu_wait();
}

void cpu_off(void)
{
	psci(PSCI_CPU_OFF, 0, 0, 0);
	halt();
}

void power_off(void)
{
	psci(PSCI_SYSTEM_OFF, 0, 0, 0);
	halt();
}

void power_reset(void)
{
	psci(PSCI_SYSTEM_RESET, 0, 0, 0);
	halt();
}

void cpu_wait(void)
{
	asm volatile("wfi" : : : "memory");
}

void cpu_relax(void)
{
	asm volatile("yield" : : : "memory");
}

void irqs_unmask(void)
{
	asm volatile("msr daifclr, #2" : : : "memory");
}

void irqs_mask(void)
{
	asm volatile("msr daifset, #2" : : : "memory");
}

struct hypercall_result hypercall(unsigned int number, uint64_t a, uint64_t b, uint64_t c)
{
	register uint64_t x0 asm("x0") = BH_HYPERCALL(number);
	register uint64_t x1 asm("x1") = BH_HYPERCALL_MAGIC;
	register uint64_t x2 asm("x2") = a;
	register uint64_t x3 asm("x3") = b;
	register uint64_t x4 asm("x4") = c;
	register uint64_t x5 asm("x5") = 0;
	register uint64_t x6 asm("x6") = 0;

	asm volatile("hvc #0"
		     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6)
		     :
		     : "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory");
	return (struct hypercall_result){ .code = x0, .value = { x1, x2, x3, x4, x5 } };
}

static void ask(void *argument)
{
	struct hypercall_result *info = argument;

	*info = hypercall(BH_HC_INFO, 0, 0, 0);
}

/* Without EL2, HVC itself is undefined. */
bool hypervisor_present(void)
{
	struct hypercall_result info = { 0 };

	return !exception_try(ask, &info, NULL) && info.code == BH_E_OK &&
	       info.value[0] == BH_HYPERCALL_MAGIC;
}
