/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside arch/arm64: traps, exceptions for the guest, firmware calls, the hand-over table. */
#ifndef ASM_VCPU_H
#define ASM_VCPU_H

#include <asm/percpu.h>
#include <asm/types.h>
#include <bulkhead/info.h>

/* traps.c */
/** Load stage 2 and everything at EL2 that decides what @cell's vCPU @vcpu may do on this CPU. */
void traps_load(struct cell_arch *cell, unsigned int vcpu);

/** Parked: no cell's translation is loaded. */
void traps_unload(void);

/* inject.c */
/** Step over the instruction that trapped. */
void inject_skip(void);

/* mmio.c */
void mmio_data_abort(struct frame *frame, uint64_t esr);
void mmio_instruction_abort(uint64_t esr);

/* sysregs.c */
void sysreg_trap(struct frame *frame, uint64_t esr);

/* psci.c, smccc.c */
/** Handle a firmware call in frame->x[0..3]. Return: 1 handled, 0: not of this service. */
int psci_call(struct frame *frame);
void smccc_call(struct frame *frame);

/* handover.c */
/** All registers that one owner of a CPU could leave behind for the next get their reset values. */
void handover_reset(void);

/* firmware.c */
/** Call the machine's firmware. Return: x0. */
uint64_t firmware_call(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3);
/**
 * firmware_feature() - does firmware know @function of the Arm architecture service?
 * Return: what SMCCC_ARCH_FEATURES says; negative also where firmware is older than SMCCC 1.1 and may not be asked.
 */
int64_t firmware_feature(uint32_t function);
#define SMCCC_1_1 0x10001u
#define SMCCC_VERSION 0x80000000u
#define SMCCC_ARCH_FEATURES 0x80000001u
#define SMCCC_WORKAROUND_1 0x80008000u /* branch target injection */
#define SMCCC_WORKAROUND_2 0x80007fffu /* speculative store bypass */
#define SMCCC_WORKAROUND_3 0x80003fffu /* branch history injection */
#define PSCI_FEATURES 0x8400000au
#define PSCI_CPU_OFF 0x84000002u
#define PSCI_CPU_ON 0xc4000003u
#define PSCI_AFFINITY_INFO 0xc4000004u
#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_SYSTEM_RESET 0x84000009u

#endif
