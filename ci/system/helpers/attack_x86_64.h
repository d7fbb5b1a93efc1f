/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attack.c's rows that are x86-64's: instructions of the hypervisor. Its interrupt controllers are devices of the
 * kernel there, which does not let user space map them.
 */
#ifndef ATTACK_X86_64_H
#define ATTACK_X86_64_H

/* X(name, function, instruction): RAX is a page of our own, or the number of a hypercall. */
#define INSTRUCTIONS(X)                                                                  \
	X("vmmcall-in-user-mode", vmmcall, "vmmcall", 0xc6008000ul)                      \
	X("vmmcall-disable-in-user-mode", vmmcall_disable, "vmmcall", 0xc6008001ul)      \
	X("vmcall-in-user-mode", vmcall, "vmcall", 0xc6008000ul)                         \
	X("vmrun-in-user-mode", vmrun, "vmrun %%rax", 0x7e000000ul)                      \
	X("vmsave-in-user-mode", vmsave, "vmsave %%rax", 0x7e000000ul)                   \
	X("vmload-in-user-mode", vmload, "vmload %%rax", 0x7e000000ul)                   \
	X("clgi-in-user-mode", clgi, "clgi", 0ul)                                        \
	X("stgi-in-user-mode", stgi, "stgi", 0ul)                                        \
	X("skinit-in-user-mode", skinit, "skinit %%eax", 0ul)                            \
	X("invlpga-in-user-mode", invlpga, "invlpga %%rax, %%ecx", 0ul)                  \
	X("invd-in-user-mode", invd, "invd", 0ul)                                        \
	X("wrmsr-in-user-mode", wrmsr, "wrmsr", 0x7e000000ul)

#define DEFINE(name, function, instruction, rax)                                                      \
	static void function(void)                                                                    \
	{                                                                                             \
		asm volatile(instruction : : "a"(rax), "c"(0xc0010117ul), "d"(0ul), "D"(0ul) : "memory"); \
	}
INSTRUCTIONS(DEFINE)

static void interrupt_rows(void)
{
}

static void call_rows(void)
{
	static const struct {
		const char *name;
		void (*instruction)(void);
	} rows[] = {
#define ROW(name, function, instruction, rax) { name, function },
		INSTRUCTIONS(ROW)
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const int got = has_signal_at(rows[i].instruction);

		row(rows[i].name, driver_works(), got == SIGILL || got == SIGSEGV, "signal %d", got);
	}
}

#endif
