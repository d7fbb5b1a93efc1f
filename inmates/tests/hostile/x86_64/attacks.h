/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of x86-64's attacks share. */
#ifndef ATTACKS_H
#define ATTACKS_H

#include "../hostile.h"

#define IOAPIC_AT 0xfec00000ull
#define XAPIC_AT 0xfee00000ull

/* What a row is for, if not for all: struct row, intc. */
#define ONLY_SVM 1u
#define ONLY_VMX 2u
#define ONLY_X2APIC 3u
#define ONLY_DMA 4u /* where the cell has a device that reads and writes memory */
#define ONLY_MSI 5u /* and its messages come */

/* Syndromes as the library has them: vector and error code. */
#define FAULT_DB (1ull << 32)
#define FAULT_BP (3ull << 32)
#define FAULT_GP (13ull << 32)

extern const struct rows memory_rows, mmio_rows, decode_rows, sysreg_rows, port_rows, irq_rows, virtual_rows,
	unmarked_rows, collude_rows, dma_rows, window_rows;

/* access.c: ways to touch an address by exact instruction; loads give what they read, stores 1. */
uint64_t store16(uint64_t address);
uint64_t add_locked(uint64_t address);
uint64_t exchange(uint64_t address);
uint64_t compare_16_bytes(uint64_t address);
uint64_t move_string_from(uint64_t address);
uint64_t move_string_to(uint64_t address);
uint64_t push_to(uint64_t address);
uint64_t load_vector(uint64_t address);
uint64_t store_vector(uint64_t address);

/** A table of the cell's own leads to @table, which is another's, and the processor walks it. */
uint64_t table_walk(uint64_t table);

/** Writes where a virtual device of the cell's own answers: the version of its I/O APIC, not 0. */
uint64_t own_ioapic(uint64_t unused);

/** Run @code at CPL 3; it must end with an exception, which ends the attempt. user.c has USER() for such code. */
uint64_t at_user(uint64_t code);
/** Let the pages that the library maps be CPL 3's, too. */
void user_begin(void);

/** irq.c: begin to count interrupts of COUNTED_VECTOR; those that have come a little later. */
#define COUNTED_VECTOR 0x37u
void irqs_count(void);
uint64_t irqs_counted(void);

/* Functions of hostile-edu.yaml: QEMU's "edu" and "igb". */
#define EDU 0x80u
#define IGB 0x60u

/** dma.c: has the cell the first of them? */
bool dma_device_is_there(void);
/** And do its messages reach the cell? Not by AMD-Vi. */
bool dma_message_comes(void);

#endif
