// SPDX-License-Identifier: GPL-2.0-only
/* RISC-V's part of the frame, and memory of others by what only RISC-V has. */
#include "own.h"

#include <bulkhead/hypercall.h>
#include <linux/kernel.h>
#include <linux/of.h>

const struct attack_class *const classes[] = {
	&memory_class, &access_class,	&plic_class,	  &aplic_class,
	&imsic_class,  &firmware_class, &hypercall_class, &sysreg_class,
};
const unsigned int class_count = ARRAY_SIZE(classes);

static bool has_node(const char *compatible)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, compatible);

	of_node_put(node);
	return node;
}

bool intc_is(unsigned int kind)
{
	switch (kind) {
	case IS_PLIC:
		return !has_node("riscv,aplic");
	case IS_ANY_APLIC:
		return has_node("riscv,aplic");
	default:
		return has_node("riscv,imsics");
	}
}

struct hypercall hypercall(u64 number, u64 a, u64 b, u64 c)
{
	register u64 a0 asm("a0") = a;
	register u64 a1 asm("a1") = b;
	register u64 a2 asm("a2") = c;
	register u64 a3 asm("a3") = 0;
	register u64 a4 asm("a4") = 0;
	register u64 a5 asm("a5") = 0;
	register u64 a6 asm("a6") = number;
	register u64 a7 asm("a7") = BH_SBI_EXTENSION;

	/* Aligned: DISABLE asks for that before anything else. */
	asm volatile(".balign 4\n\tecall"
		     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
		     : "r"(a6), "r"(a7)
		     : "memory");
	return (struct hypercall){ a0, { a1, a2, a3, a4, a5 } };
}

struct sbi_answer sbi(u64 extension, u64 function, const u64 *arguments)
{
	const u64 v0 = arguments[0], v1 = arguments[1], v2 = arguments[2];
	const u64 v3 = arguments[3], v4 = arguments[4], v5 = arguments[5];
	register u64 a0 asm("a0") = v0;
	register u64 a1 asm("a1") = v1;
	register u64 a2 asm("a2") = v2;
	register u64 a3 asm("a3") = v3;
	register u64 a4 asm("a4") = v4;
	register u64 a5 asm("a5") = v5;
	register u64 a6 asm("a6") = function;
	register u64 a7 asm("a7") = extension;

	asm volatile("ecall"
		     : "+r"(a0), "+r"(a1)
		     : "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a6), "r"(a7)
		     : "memory");
	return (struct sbi_answer){ (s64)a0, a1 };
}

bool arch_obey(const char *command)
{
	return false;
}

static const struct way reserved = { load_reserved, "load reserved" }, swapped = { swap64, "swap" },
			compressed = { load_compressed, "compressed read" };

static const struct row rows[] = {
	{ "guest-load-reserved", by_alias, VICTIM + 0x100000, .way = &reserved },
	{ "guest-swap", by_alias, VICTIM + 0x100000, .way = &swapped },
	{ "hypervisor-swap", by_alias, HYPERVISOR + 0x1000, .way = &swapped },
	{ "hypervisor-compressed", by_alias, HYPERVISOR + 0x1000, .way = &compressed },
};

ATTACK_CLASS(access_class, "kernel-memory", rows);
