// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* vCPUs, power (SBI HSM and SRST) and hypercalls. */
#include <inmate.h>

#include <bulkhead/errors.h>

#include <regs.h>

#define HSM_START 0
#define HSM_STOP 1
#define SRST_RESET 0
#define SRST_SHUTDOWN 0
#define SRST_COLD_REBOOT 1

static cpu_function functions[INMATE_MAX_CPUS];

extern char inmate_secondary[];
void cpu_run(void);

int64_t sbi(uint64_t extension, uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t *value)
{
	register uint64_t a0 asm("a0") = a;
	register uint64_t a1 asm("a1") = b;
	register uint64_t a2 asm("a2") = c;
	register uint64_t a6 asm("a6") = function;
	register uint64_t a7 asm("a7") = extension;

	asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
	if (value)
		*value = a1;
	return (int64_t)a0;
}

unsigned int cpu_self(void)
{
	uint64_t self;

	asm("mv %0, tp" : "=r"(self));
	return (unsigned int)self;
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
	asm volatile("fence" : : : "memory");
	return (int)sbi(SBI_HSM, HSM_START, cpu, (uint64_t)(uintptr_t)inmate_secondary, 0, NULL);
}

static void __attribute__((noreturn)) halt(void)
{
	for (;;)
		cpu_wait();
}

void cpu_off(void)
{
	sbi(SBI_HSM, HSM_STOP, 0, 0, 0, NULL);
	halt();
}

void power_off(void)
{
	sbi(SBI_SRST, SRST_RESET, SRST_SHUTDOWN, 0, 0, NULL);
	halt();
}

void power_reset(void)
{
	sbi(SBI_SRST, SRST_RESET, SRST_COLD_REBOOT, 0, 0, NULL);
	halt();
}

void cpu_wait(void)
{
	asm volatile("wfi" : : : "memory");
}

void cpu_relax(void)
{
	asm volatile("nop" : : : "memory");
}

void irqs_unmask(void)
{
	csr_set(sstatus, SSTATUS_SIE);
}

void irqs_mask(void)
{
	csr_clear(sstatus, SSTATUS_SIE);
}

struct hypercall_result hypercall(unsigned int number, uint64_t a, uint64_t b, uint64_t c)
{
	register uint64_t a0 asm("a0") = a;
	register uint64_t a1 asm("a1") = b;
	register uint64_t a2 asm("a2") = c;
	register uint64_t a3 asm("a3") = 0;
	register uint64_t a4 asm("a4") = 0;
	register uint64_t a5 asm("a5") = 0;
	register uint64_t a6 asm("a6") = number;
	register uint64_t a7 asm("a7") = BH_SBI_EXTENSION;

	/* Aligned: DISABLE asks for that before anything else. */
	asm volatile(".balign 4\n\tecall"
		     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
		     : "r"(a6), "r"(a7)
		     : "memory");
	return (struct hypercall_result){ .code = a0, .value = { a1, a2, a3, a4, a5 } };
}

/* Firmware alone says that it does not know the extension. */
bool hypervisor_present(void)
{
	const struct hypercall_result info = hypercall(BH_HC_INFO, 0, 0, 0);

	return info.code == BH_E_OK && info.value[0] == BH_HYPERCALL_MAGIC;
}
