/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the run loops of both back ends hand exits to. All: full frame saved, on the CPU concerned; the guest's
 * registers are percpu_frame() and virt()->get(). A handler that has done what the instruction wanted skips it.
 */
#ifndef ASM_EXITS_H
#define ASM_EXITS_H

#include <asm/frame.h>
#include <bulkhead/types.h>

/* exits.c */
/** VMCALL or VMMCALL: Bulkhead's, from CPL 0; anything else is an unknown instruction. */
void exit_hypercall(struct frame *frame);
/** An instruction that does not exist for guests: #UD. */
void exit_undefined(struct frame *frame);
/** HLT or MWAIT where they exit: the vCPU goes off. */
void exit_hlt(struct frame *frame);
void exit_mwait(struct frame *frame);
void exit_machine_check(struct frame *frame);
/** Triple fault: the cell is reset; root: the machine. */
void exit_shutdown(struct frame *frame);
/** XSETBV, where it exits. */
void exit_xsetbv(struct frame *frame);
/** INVD: what others have in the caches must not be lost, so it writes back. */
void exit_invd(struct frame *frame);
/** An exit that should not be there: evidence, then #UD or the end of the cell. */
void exit_unknown(struct frame *frame, uint64_t reason);
/** An NMI has come: a kick, or the guest's. */
void exit_nmi(struct frame *frame);
/** Before each entry: mail of other CPUs that came without a kick being noticed. */

/** Has this CPU been asked to leave? The run loop then goes to entry_leave(). */
int exit_is_leaving(void);

/* cpuid.c, msr.c */
void cpuid_exit(struct frame *frame);
void msr_exit_read(struct frame *frame);
void msr_exit_write(struct frame *frame);

/* mmio.c */
/** enum fault_flags - why stage 2 refused */
enum fault_flags {
	FAULT_WRITE = 1u << 0,
	FAULT_FETCH = 1u << 1,
	FAULT_WALK = 1u << 2,	/* the access was of the guest's own table walker */
	FAULT_DELIVERY = 1u << 3 /* the access was no instruction's: an interrupt or exception was being delivered */
};
/** Stage 2 does not allow it. @address: guest-physical.  @flags: enum fault_flags. */
void mmio_fault(struct frame *frame, uint64_t address, unsigned int flags);
/** What was learnt of the code that runs here is forgotten: it becomes another vCPU. */
void mmio_forget(void);

/* portio.c */
/** struct port_access - an IN or OUT. @next: RIP behind it, 0: not known. */
struct port_access {
	uint16_t port;
	uint8_t size; /* 1, 2, 4 */
	uint8_t is_in;
	uint8_t is_string;
	uint8_t is_repeated;
	uint64_t next;
};
void portio_exit(struct frame *frame, const struct port_access *access);

#endif
