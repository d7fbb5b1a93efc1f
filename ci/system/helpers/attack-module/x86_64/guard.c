// SPDX-License-Identifier: GPL-2.0-only
/* Running what raises exceptions, and accesses by exact instruction. */
#include "own.h"

#include <asm/nospec-branch.h>
#include <asm/segment.h>
#include <linux/minmax.h>
#include <linux/string.h>

#define VECTORS 256
#define PRESENT_GATE 0x8e00

struct table_register {
	u16 limit;
	u64 base;
} __packed;

struct gate {
	u16 low, selector, type, middle;
	u32 high, zero;
};

u64 attack_call(act function, u64 a, u64 b);
void attack_undefined(void);
void attack_protection(void);
void attack_page(void);

static struct gate gates[VECTORS] __aligned(16);

static void set_gate(unsigned int vector, void (*handler)(void))
{
	const u64 at = (u64)(uintptr_t)handler;

	gates[vector] = (struct gate){ (u16)at, __KERNEL_CS, PRESENT_GATE, (u16)(at >> 16), (u32)(at >> 32), 0 };
}

/* The kernel's own for all the others: what cannot be masked goes where it always does. */
static void copy_gates(const struct table_register *found)
{
	memcpy(gates, (const void *)(uintptr_t)found->base, min_t(size_t, found->limit + 1, sizeof(gates)));
	set_gate(VECTOR_UD, attack_undefined);
	set_gate(VECTOR_GP, attack_protection);
	set_gate(VECTOR_PF, attack_page);
}

u64 caught(act function, u64 a, u64 b)
{
	const struct table_register ours = { sizeof(gates) - 1, (u64)(uintptr_t)gates };
	struct table_register found;
	u64 value;

	asm volatile("sidt %0" : "=m"(found));
	copy_gates(&found);
	asm volatile("lidt %0" : : "m"(ours));
	value = attack_call(function, a, b);
	asm volatile("lidt %0" : : "m"(found));
	return value;
}

bool is_refused(const struct outcome *outcome)
{
	return outcome->exceptions && outcome->syndrome == SYNDROME(VECTOR_GP);
}

bool is_undefined(const struct outcome *outcome)
{
	return outcome->exceptions && outcome->syndrome == SYNDROME(VECTOR_UD);
}

#define LOAD(name, instruction)                                                         \
	noinline u64 name(u64 address, u64 unused)                                      \
	{                                                                               \
		u64 value = 1;                                                          \
		asm volatile(instruction : "+a"(value) : "r"(address) : "memory", "cc"); \
		return value;                                                           \
	}

#define STORE(name, instruction)                                                      \
	noinline u64 name(u64 address, u64 value)                                     \
	{                                                                             \
		asm volatile(instruction : : "a"(value), "r"(address) : "memory");    \
		return 1;                                                             \
	}

LOAD(load8, "movzbl (%1), %%eax")
LOAD(load32, "movl (%1), %%eax")
LOAD(load64, "movq (%1), %%rax")
LOAD(add_locked, "lock addq %%rax, (%1)")
LOAD(exchange, "xchgq %%rax, (%1)")
STORE(store8, "movb %%al, (%1)")
STORE(store32, "movl %%eax, (%1)")
STORE(store64, "movq %%rax, (%1)")

noinline u64 move_string(u64 address, u64 unused)
{
	u8 room[16];
	u64 from = address, to = (u64)(uintptr_t)room, count = sizeof(room);

	asm volatile("rep movsb" : "+S"(from), "+D"(to), "+c"(count) : : "memory");
	return room[0];
}

/* A fetch that works ends at a return there. */
noinline u64 fetch(u64 address, u64 unused)
{
	asm volatile(ANNOTATE_RETPOLINE_SAFE "call *%0"
		     :
		     : "r"(address)
		     : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
	return 1;
}

noinline u64 read_msr(u64 msr, u64 unused)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"((u32)msr));
	return low | (u64)high << 32;
}

noinline u64 write_msr(u64 msr, u64 value)
{
	asm volatile("wrmsr" : : "c"((u32)msr), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
	return 1;
}
