/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The passage between the kernel's address space and the hypervisor's: tables that map a piece of both, and a
 * page for each CPU with all that it needs on the way. Read by the assembler, too.
 */
#ifndef DRIVER_X86_64_CROSS_H
#define DRIVER_X86_64_CROSS_H

/* struct cross, as the assembler sees it. */
#define CROSS_GDT 0x000
#define CROSS_GDT_SIZE 0x100
#define CROSS_KERNEL_GDTR 0x100
#define CROSS_KERNEL_IDTR 0x110
#define CROSS_GDTR 0x120
#define CROSS_IDTR 0x130
#define CROSS_KERNEL_SP 0x140
#define CROSS_KERNEL_CR3 0x148
#define CROSS_KERNEL_CR4 0x150
#define CROSS_CR3 0x158
#define CROSS_TARGET 0x160
#define CROSS_RAX 0x168
#define CROSS_RDI 0x170
#define CROSS_RSI 0x178
#define CROSS_RDX 0x180
#define CROSS_RCX 0x188
#define CROSS_R8 0x190
#define CROSS_NMI 0x198
#define CROSS_MC 0x199
#define CROSS_FAULT 0x1a0
#define CROSS_FAULT_SP 0x1a8
#define CROSS_SIZE 0x1000 /* what is behind the members is the stack */

/* CROSS_TARGET: an address to jump to, or one of these. */
#define CROSS_VMMCALL 0
#define CROSS_VMCALL 1

#define CROSS_VECTORS 32
#define CROSS_VECTOR_SIZE 8
#define CROSS_NO_FAULT -1

#ifndef __ASSEMBLY__

#include <bulkhead/config.h>
#include <linux/types.h>

struct arch_call;

/** cross_prepare() - make the tables for the hypervisor's memory @hv. Return: 0 or -ENOMEM. */
int cross_prepare(const struct bh_config_range *hv);

/** cross_release() - forget the tables; harmless if there are none. Context: no CPU is on its way. */
void cross_release(void);

/**
 * cross_enter() - let this CPU enter the hypervisor
 * @offset: of the entry from the start of the hypervisor's memory.  @arg: BH_ENTER_ARG().
 * Context: interrupts off, after cross_prepare().
 * Return: what it answered; ~0: a fault on the way, and the CPU is where it was.
 */
u64 cross_enter(u64 offset, u64 arg);

/** cross_call() - a hypercall that may come back without the hypervisor. Context: as cross_enter(). */
void cross_call(struct arch_call *call, bool vmmcall);

#endif
#endif
