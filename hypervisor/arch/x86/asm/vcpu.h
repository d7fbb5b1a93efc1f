/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside arch/x86: the vCPU, signals between vCPUs, violations, the hand-over table. */
#ifndef ASM_VCPU_H
#define ASM_VCPU_H

#include <asm/percpu.h>
#include <asm/types.h>
#include <bulkhead/info.h>

/* signals.c: what interrupt commands and local APICs do to vCPUs beside interrupts. @vcpu: of @cell. */
/** INIT: the vCPU stops and waits for a SIPI. The caller's own, too. */
void signals_init(struct cell_arch *cell, unsigned int vcpu);
/** SIPI: starts a vCPU that waits, in real mode at @vector << 12. Others do not notice. */
void signals_startup(struct cell_arch *cell, unsigned int vcpu, unsigned int vector);
/** An NMI from another vCPU of the cell, or from itself. */
void signals_nmi(struct cell_arch *cell, unsigned int vcpu);
/**
 * The vCPU here has switched its local APIC off by software (SVR bit 8), or on: with it off nothing but INIT and NMI
 * wakes it, so a HLT now means that it goes off: that is how Linux leaves a CPU.
 */
void signals_apic_enabled(int enabled);

/** arg of upcall_cpu_on(): the entry is a SIPI's. Anything else starts in protected mode with it in ESI. */
#define VCPU_ARG_STARTUP (~0ull)

/* vcpu.c */
/** Let @cell's vCPU @vcpu be what runs on this CPU: stage 2, bitmaps, time. */
void vcpu_load(struct cell_arch *cell, unsigned int vcpu);

/* handover.c */
/** All registers that one owner of a CPU could leave behind for the next get their reset values. */
void handover_reset(void);

/* policy: msr.c, cell.c */
/** Fill the cell's bitmap of MSRs by the table. */
void msr_fill_bitmap(struct cell_arch *cell);

#endif
