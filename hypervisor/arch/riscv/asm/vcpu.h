/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside arch/riscv: traps, exceptions for the guest, SBI, the hand-over table. */
#ifndef ASM_VCPU_H
#define ASM_VCPU_H

#include <asm/percpu.h>
#include <asm/types.h>
#include <bulkhead/info.h>

/* traps.c */
/** Load stage 2 and everything that decides what @cell's vCPU @vcpu may do on this CPU. */
void traps_load(struct cell_arch *cell, unsigned int vcpu);

/** Parked: no cell's translation is loaded. */
void traps_unload(void);

/* inject.c */
/** The guest takes exception @cause with @value in stval, at the instruction that sepc points at. */
void inject_exception(uint64_t cause, uint64_t value);
void inject_illegal(uint64_t instruction);
/** Step over the instruction that trapped. */
void inject_skip(unsigned int bytes);

/* mmio.c */
void mmio_page_fault(struct frame *frame, uint64_t cause);

/* instructions.c */
void instructions_trap(struct frame *frame);

/* sbi.c */
void sbi_call(struct frame *frame);
/** Answers of SBI 0.1, by their own rules. */
void sbi_legacy_call(struct frame *frame);

/* handover.c */
/** All registers that one owner of a CPU could leave behind for the next get their reset values. */
void handover_reset(void);

/* fpstate.S */
void fpstate_zero_float(void);
void fpstate_zero_vector(void);

#endif
