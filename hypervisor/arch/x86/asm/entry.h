/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What C calls in the assembler's files, and what they call in C. */
#ifndef ASM_ENTRY_H
#define ASM_ENTRY_H

#include <asm/percpu.h>
#include <bulkhead/types.h>

/**
 * entry_leave() - give the CPU back, with the general registers of the frame in the private area
 * @state, @area: struct x86_state and this CPU's private area, as offsets from HV_BASE; boot tables are on.
 * Virtualization is off, MSRs are restored. The state's CR3 maps the hypervisor's memory at HV_BASE, the descriptor
 * table, the stack below the state's RSP and what its RIP points at.
 */
void entry_leave(uint64_t state, uint64_t area) __attribute__((noreturn));

/** On from the top of the stack: back to the kernel (enter_back()), or fault_report() and the guest. */
void entry_abort(void) __attribute__((noreturn));
void entry_restart(void) __attribute__((noreturn));

/** vectors.S: sleep until an NMI comes, or has come since the last time. NMIs are let in. */
void vectors_wait(void);

/** fpstate.S: x87, SSE; and all components of XSAVE of the mask, as after INIT. */
void fpstate_reset(void);
void fpstate_reset_extended(uint64_t components);

/** access.S: write an extended control register. Return: 0, or 1: #GP. */
uint64_t access_write_xcr(uint32_t index, uint64_t value);

/* enter.c: the C half of the entry. Return: 0: into the kernel as a guest; 1: entry_back(). */
uint64_t enter_found(uint64_t argument);
/** The run loop of the back end. */
void enter_run(void);
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
/** The guest that was served pays for it. */
void fault_report(void);

#endif
