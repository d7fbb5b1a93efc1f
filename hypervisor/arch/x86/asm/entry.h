/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What C calls in the assembler's files, and what they call in C. */
#ifndef ASM_ENTRY_H
#define ASM_ENTRY_H

#include <asm/percpu.h>
#include <bulkhead/types.h>

/**
 * entry_leave() - give the CPU back: to @state with percpu_frame()
 * Virtualization is off, MSRs are restored. @state->cr3 maps the hypervisor's memory at HV_BASE, the descriptor
 * table, the stack below @state->rsp and what RIP points at.
 */
void entry_leave(const struct x86_state *state) __attribute__((noreturn));

/** The run loop of the back end, with the stack from its top. */
void entry_guest(void) __attribute__((noreturn));

/* enter.c: the C half of the entry. Return: 0: into the kernel as a guest; 1: entry_back(). */
uint64_t enter_found(uint64_t argument);
/** Back to the kernel with all as found. */
void enter_back(void) __attribute__((noreturn));
/** The CPU is given back as the guest left it (phase LEAVING). */
void enter_leave(void) __attribute__((noreturn));

/** struct trap - an exception in the hypervisor itself, as vectors.S puts it on the stack. */
struct trap {
	struct frame frame; /* reg[REG_RSP] is not the trapped one: see rsp */
	uint64_t vector;
	uint64_t error;
	uint64_t rip;
	uint64_t cs;
	uint64_t rflags;
	uint64_t rsp;
	uint64_t ss;
};

/** fault.c: Return: to where it was, or where fix-ups say. Does not return from what is an error. */
void fault_hv(struct trap *trap);

#endif
