// SPDX-License-Identifier: GPL-2.0-only
/* Instructions of SVM and VMX: root has neither. */
#include "own.h"

#include <linux/kernel.h>

static u64 ping(u64 unused, u64 unused2)
{
	return hypercall(16, 0, 0, 0).code;
}

/* clang-format off */
/* X(row, function, instruction): RAX is the address. */
#define INSTRUCTIONS(X)                              \
	X("vmrun", vmrun, "vmrun %%rax")             \
	X("vmload", vmload, "vmload %%rax")          \
	X("vmsave", vmsave, "vmsave %%rax")          \
	X("stgi", stgi, "stgi")                      \
	X("clgi", clgi, "clgi")                      \
	X("invlpga", invlpga, "invlpga %%rax, %%ecx") \
	X("skinit", skinit, "skinit %%eax")          \
	X("vmcall", vmcall, "vmcall")                \
	X("vmmcall-of-others", vmmcall, "vmmcall")   \
	X("vmlaunch", vmlaunch, "vmlaunch")          \
	X("vmread", vmread, "vmread %%rax, %%rcx")   \
	X("vmxoff", vmxoff, "vmxoff")
/* clang-format on */

#define DEFINE(row, function, instruction)                                             \
	static noinline u64 do_##function(u64 address, u64 unused)                     \
	{                                                                              \
		asm volatile(instruction : : "a"(address), "c"(0ull) : "memory", "cc"); \
		return 1;                                                              \
	}
INSTRUCTIONS(DEFINE)

static void undefined(const struct row *row, struct result *result)
{
	struct outcome outcome, works = guarded(ping, 0, 0);

	result->control = !works.exceptions && !works.value;
	outcome = guarded(row->way->function, HYPERVISOR, 0);
	result_set(result, is_undefined(&outcome), "%s: %llu exceptions, syndrome 0x%llx", row->way->name,
		   outcome.exceptions, outcome.syndrome);
}

/* clang-format off */
#define WAY(row, function, instruction) static const struct way way_##function = { do_##function, row };
#define ROW(row, function, instruction) { row, undefined, .way = &way_##function },

INSTRUCTIONS(WAY)

static const struct row rows[] = {
	INSTRUCTIONS(ROW)
};
/* clang-format on */

ATTACK_CLASS(virtual_class, "kernel-virtual", rows);
