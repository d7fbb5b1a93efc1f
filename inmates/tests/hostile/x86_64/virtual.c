// SPDX-License-Identifier: GPL-2.0-or-later
/* Instructions of SVM and VMX, which a cell does not have, and hypercalls that are none; from both privilege levels. */
#include "attacks.h"

#include <bulkhead/errors.h>
#include <regs.h>

#define CALLS 1000u
#define OTHERS_BASE 0x40000000u /* not ours */

/* clang-format off */
/* X(row, function, instruction): RAX and (RAX) are memory of our own; behind it, what says that it was done. */
#define INSTRUCTIONS(X)                              \
	X("vmrun", vmrun, "vmrun %%rax")             \
	X("vmload", vmload, "vmload %%rax")          \
	X("vmsave", vmsave, "vmsave %%rax")          \
	X("stgi", stgi, "stgi")                      \
	X("clgi", clgi, "clgi")                      \
	X("invlpga", invlpga, "invlpga %%rax, %%ecx") \
	X("skinit", skinit, "skinit %%eax")          \
	X("vmmcall", vmmcall, "vmmcall")             \
	X("vmcall", vmcall, "vmcall")                \
	X("vmlaunch", vmlaunch, "vmlaunch")          \
	X("vmread", vmread, "vmread %%rax, %%rcx")   \
	X("vmxoff", vmxoff, "vmxoff")                \
	X("invept", invept, "invept (%%rax), %%rcx") \
	X("vmfunc", vmfunc, "vmfunc")                \
	X("getsec", getsec, "getsec")                \
	X("encls", encls, ".byte 0x0f, 0x01, 0xcf")

/* Where the processor has VMX; emulators of others take them for what stands beside them in the opcode map. */
#define VMX_INSTRUCTIONS(X)                          \
	X("vmxon", vmxon, "vmxon (%%rax)")           \
	X("vmptrld", vmptrld, "vmptrld (%%rax)")     \
	X("vmclear", vmclear, "vmclear (%%rax)")

/* What CPL 3 must not do to its own cell's kernel, or to anybody. */
#define USER_INSTRUCTIONS(X)                         \
	X("wrmsr", wrmsr, "wrmsr")                   \
	X("out", out, "outb %%al, $0x80")            \
	X("hlt", hlt, "hlt")                         \
	X("cr3", cr3, "movq %%rax, %%cr3")           \
	X("invd", invd, "invd")
/* clang-format on */

static uint8_t area[4096] __attribute__((aligned(4096)));

#define DEFINE(row, function, instruction)                                                          \
	static uint64_t do_##function(uint64_t unused)                                              \
	{                                                                                           \
		asm volatile(instruction : : "a"(area), "c"(0ull), "d"(0ull) : "memory", "cc");     \
		return 1;                                                                           \
	}
INSTRUCTIONS(DEFINE)
VMX_INSTRUCTIONS(DEFINE)

#define PASSED (FAULT_GP | 3 << 3 | 2)

/* int3 at CPL 3 is not allowed by its gate: #GP with the gate's number tells that the instruction passed. */
#define DEFINE_USER(row, function, instruction)                                                     \
	static __attribute__((noreturn)) void user_##function(void)                                 \
	{                                                                                           \
		asm volatile(instruction "; int3" : : "a"(area), "c"(0ull), "d"(0ull) : "memory", "cc"); \
		__builtin_unreachable();                                                            \
	}
INSTRUCTIONS(DEFINE_USER)
VMX_INSTRUCTIONS(DEFINE_USER)
USER_INSTRUCTIONS(DEFINE_USER)

#define USER_ATTEMPT(row, function, instruction)                        \
	static uint64_t at_user_##function(uint64_t unused)             \
	{                                                               \
		return at_user((uint64_t)(uintptr_t)user_##function);   \
	}
INSTRUCTIONS(USER_ATTEMPT)
VMX_INSTRUCTIONS(USER_ATTEMPT)
USER_INSTRUCTIONS(USER_ATTEMPT)

/* Bulkhead's own call, but not the kernel's. */
static __attribute__((noreturn)) void user_hypercall(void)
{
	asm volatile("vmmcall; int3" : : "a"(BH_HYPERCALL(BH_HC_PING)), "D"(0ull) : "memory", "cc");
	__builtin_unreachable();
}

static uint64_t call_of(uint64_t rax)
{
	asm volatile("vmmcall" : "+a"(rax) : "D"(0ull), "S"(0ull), "d"(0ull), "c"(0ull) : "r8", "memory");
	return rax;
}

static void try_call(void *rax)
{
	(void)call_of(*(uint64_t *)rax);
}

static uint64_t random_calls(uint64_t count)
{
	uint64_t answered = 0;

	for (uint64_t i = 0; i < count; i++) {
		uint64_t rax = i & 1 ? random64() : (random64() & 0xffffffff) | 0x100000000ull;

		answered += exception_try(try_call, &rax, NULL) == 0;
	}
	return answered;
}

static uint64_t no_virtualization(uint64_t unused)
{
	uint32_t r[4];

	cpuid(1, r);
	if (r[2] >> 5 & 1)
		return 1;
	cpuid(0x80000001, r);
	return r[2] >> 2 & 1;
}

/* clang-format off */
#define ROW(row, function, instruction) { "virtual." row, ping, 0, do_##function, 0, EXPECT_UNDEFINED, 0, 0, 0 },
#define ROW_VMX(row, function, instruction) \
	{ "virtual." row, ping, 0, do_##function, 0, EXPECT_UNDEFINED, 0, 0, ONLY_VMX },
#define VMX_TO_USER(row, function, instruction) \
	{ "virtual." row "-at-cpl3", ping, 0, at_user_##function, 0, EXPECT_REFUSED, 0, PASSED, ONLY_VMX },
#define REFUSED_TO_USER(row, function, instruction) \
	{ "virtual." row "-at-cpl3", ping, 0, at_user_##function, 0, EXPECT_REFUSED, 0, PASSED, 0 },
#define FAULTS_TO_USER(row, function, instruction) \
	{ "virtual." row "-at-cpl3", ping, 0, at_user_##function, 0, EXPECT_FAULT, 0, FAULT_GP, 0 },

static const struct row rows[] = {
	{ "virtual.not-there", ping, 0, no_virtualization, 0, EXPECT_VALUE, 0, 0, 0 },
	INSTRUCTIONS(ROW)
	VMX_INSTRUCTIONS(ROW_VMX)
	INSTRUCTIONS(REFUSED_TO_USER)
	VMX_INSTRUCTIONS(VMX_TO_USER)
	USER_INSTRUCTIONS(FAULTS_TO_USER)
};

static const struct row unmarked[] = {
	{ "hypercall.at-cpl3", ping, 0, at_user, (uint64_t)(uintptr_t)user_hypercall, EXPECT_UNDEFINED, 0, 0, 0 },
	{ "hypercall.of-others", ping, 0, call_of, OTHERS_BASE, EXPECT_UNDEFINED, 0, 0, 0 },
	{ "hypercall.behind-ours", ping, 0, call_of, BH_HYPERCALL(0x10000), EXPECT_UNDEFINED, 0, 0, 0 },
	{ "hypercall.random", ping, 0, random_calls, CALLS, EXPECT_VALUE, 0, 0, 0 },
};
/* clang-format on */

ROWS(virtual_rows, rows);
ROWS(unmarked_rows, unmarked);
