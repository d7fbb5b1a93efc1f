// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* vCPUs (INIT and SIPI), power (ports as QEMU's machines have them) and hypercalls. */
#include <inmate.h>

#include <bulkhead/errors.h>
#include <bulkhead/x86.h>

#include <regs.h>

#define STACK_SHIFT 14
#define ICR_INIT 0x4500u
#define ICR_STARTUP 0x4600u
#define POWER_PORT 0x604u
#define POWER_OFF 0x2000u
#define RESET_PORT 0xcf9u
#define RESET_FULL 6u
#define START_US 2000000u

static cpu_function functions[INMATE_MAX_CPUS];
static unsigned int started[INMATE_MAX_CPUS];

extern char inmate_secondary[], stacks[];
extern uint64_t next_stack;
void cpu_run(void);

/* Stacks are aligned to their size and lie one after the other. */
unsigned int cpu_self(void)
{
	return (unsigned int)(((uintptr_t)__builtin_frame_address(0) - (uintptr_t)stacks) >> STACK_SHIFT);
}

/* First C code of a CPU that cpu_start() started. */
void cpu_run(void)
{
	__atomic_store_n(&started[cpu_self()], 1, __ATOMIC_RELEASE);
	functions[cpu_self()]();
}

static bool arrives(unsigned int cpu)
{
	const uint64_t end = timer_ticks() + timer_from_us(START_US);

	while (!__atomic_load_n(&started[cpu], __ATOMIC_ACQUIRE)) {
		if ((int64_t)(timer_ticks() - end) > 0)
			return false;
		cpu_relax();
	}
	return true;
}

/* Nobody answers an INIT: that there is such a CPU says the communication page. */
int cpu_start(unsigned int cpu, cpu_function function)
{
	const struct bh_comm_page *page = comm_page();

	if (cpu >= INMATE_MAX_CPUS || (page && cpu >= page->vcpu_count))
		return -2;
	if (started[cpu])
		return -4;
	functions[cpu] = function;
	next_stack = (uintptr_t)stacks + ((cpu + 1ull) << STACK_SHIFT);
	apic_command(cpu, ICR_INIT);
	delay_us(10000);
	apic_command(cpu, ICR_STARTUP | (uint32_t)((uintptr_t)inmate_secondary >> 12));
	return arrives(cpu) ? 0 : -2;
}

static void __attribute__((noreturn)) halt(void)
{
	for (;;)
		asm volatile("cli; hlt" : : : "memory");
}

void cpu_off(void)
{
	__atomic_store_n(&started[cpu_self()], 0, __ATOMIC_RELEASE);
	halt();
}

void power_off(void)
{
	port_write16(POWER_PORT, POWER_OFF);
	halt();
}

void power_reset(void)
{
	port_write8(RESET_PORT, RESET_FULL);
	halt();
}

/* HLT with interrupts masked would wait for ever: the handler runs in here. */
void cpu_wait(void)
{
	uint64_t flags;

	asm volatile("pushfq; popq %0; sti; hlt; pushq %0; popfq" : "=&r"(flags) : : "memory", "cc");
}

void cpu_relax(void)
{
	asm volatile("pause" : : : "memory");
}

void irqs_unmask(void)
{
	asm volatile("sti" : : : "memory");
}

void irqs_mask(void)
{
	asm volatile("cli" : : : "memory");
}

/* BH_CPUID_CALL_*, 0: no hypervisor of ours. */
static uint32_t way_to_call(void)
{
	uint32_t r[4];

	cpuid(BH_CPUID_LEAF, r);
	if (r[1] != BH_CPUID_EBX || r[2] != BH_CPUID_ECX || r[3] != BH_CPUID_EDX)
		return 0;
	cpuid(BH_CPUID_LEAF + 1, r);
	return r[0];
}

struct hypercall_result hypercall(unsigned int number, uint64_t a, uint64_t b, uint64_t c)
{
	static uint32_t known;
	uint64_t rax = BH_HYPERCALL(number), rdi = a, rsi = b, rdx = c, rcx = 0;
	register uint64_t r8 asm("r8") = 0;

	if (!known)
		known = way_to_call();
	if (known == BH_CPUID_CALL_VMMCALL)
		asm volatile("vmmcall"
			     : "+a"(rax), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+c"(rcx), "+r"(r8)
			     :
			     : "memory");
	else if (known)
		asm volatile("vmcall"
			     : "+a"(rax), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+c"(rcx), "+r"(r8)
			     :
			     : "memory");
	else
		rax = BH_E_UNKNOWN_CALL;
	return (struct hypercall_result){ .code = rax, .value = { rdi, rsi, rdx, rcx, r8 } };
}

bool hypervisor_present(void)
{
	return way_to_call() != 0;
}
