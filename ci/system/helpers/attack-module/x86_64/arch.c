// SPDX-License-Identifier: GPL-2.0-only
/* x86-64's part of the frame, and memory of others by what only x86-64 has. */
#include "own.h"

#include <asm/msr.h>
#include <bulkhead/hypercall.h>
#include <linux/kernel.h>

#define APIC_BASE 0x1b
#define APIC_BASE_X2 (1ull << 10)

const struct attack_class *const classes[] = {
	&memory_class, &access_class, &apic_class, &hypercall_class, &sysreg_class, &virtual_class,
};
const unsigned int class_count = ARRAY_SIZE(classes);

bool intc_is(unsigned int kind)
{
	return kind == IS_XAPIC && !(native_read_msr(APIC_BASE) & APIC_BASE_X2);
}

struct hypercall hypercall(u64 number, u64 a, u64 b, u64 c)
{
	u64 rax = BH_HYPERCALL(number), rdi = a, rsi = b, rdx = c, rcx = 0;
	register u64 r8 asm("r8") = 0;

	asm volatile("vmmcall"
		     : "+a"(rax), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+c"(rcx), "+r"(r8)
		     :
		     : "memory");
	return (struct hypercall){ rax, { rdi, rsi, rdx, rcx, r8 } };
}

bool arch_obey(const char *command)
{
	return false;
}

static const struct way locked = { add_locked, "locked addition" }, exchanged = { exchange, "exchange" },
			moved = { move_string, "move of a string" };

static const struct row rows[] = {
	{ "guest-add-locked", by_alias, VICTIM + 0x100000, .way = &locked },
	{ "guest-exchange", by_alias, VICTIM + 0x100000, .way = &exchanged },
	{ "guest-string", by_alias, VICTIM + 0x100000, .way = &moved },
	{ "hypervisor-exchange", by_alias, HYPERVISOR + 0x1000, .way = &exchanged },
	{ "hypervisor-string", by_alias, HYPERVISOR + 0x1000, .way = &moved },
};

ATTACK_CLASS(access_class, "kernel-memory", rows);
