/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rest of arch/x86 asks of the interrupt controllers. */
#ifndef ASM_INTERRUPTS_H
#define ASM_INTERRUPTS_H

#include <arch/types.h>
#include <bulkhead/config.h>
#include <bulkhead/errors.h>
#include <bulkhead/types.h>

/* lapic.c: the local APIC of this CPU, and interrupt commands that the hypervisor itself sends. */
/** System step: find it (x2APIC or the page), map it. Return: 0 or error code. */
int lapic_probe(void);
void lapic_unprobe(void);
/** Send an NMI, an INIT to the CPU with APIC id @id. Waits for the command register with a limit. Any context. */
void lapic_send_nmi(uint32_t id);
void lapic_send_init(uint32_t id);

/** This CPU becomes root's vCPU with the local APIC as it is (root keeps what it programmed). */
void lapic_activate(void);
/** This CPU becomes a vCPU that starts: as after power-on, nothing pending. */
void lapic_start(void);
/** This CPU has no vCPU any more: nothing comes in but NMI. */
void lapic_park(void);
/** Root gets it back. */
void lapic_leave(void);

/** x2APIC MSRs and APIC_BASE that exit. Return: 0 done, 1: #GP, 2: forbidden (a command that nobody may send). */
int lapic_read_msr(uint32_t msr, uint64_t *value);
int lapic_write_msr(uint32_t msr, uint64_t value);

/* intc.c: a cell's controllers as a whole (I/O APIC). */
int intc_cell_init(struct cell_arch *cell, const struct bh_config_cell *config);
void intc_cell_exit(struct cell_arch *cell);

#endif
