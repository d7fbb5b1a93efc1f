/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of RISC-V's attacks share. */
#ifndef ATTACKS_H
#define ATTACKS_H

#include "../hostile.h"

/* Interrupt controllers that a row may be for: what intc_version() gives. */
#define ANY 0u
#define PLIC 1u
#define APLIC 2u
#define IMSIC 3u

extern const struct rows memory_rows, mmio_rows, sysreg_rows, instruction_rows, plic_rows, aplic_rows,
	imsic_rows, irq_rows, firmware_rows, legacy_rows, collude_rows;

/* Ways to touch an address, by exact instruction; loads give what they read, stores 1. */
uint64_t load_compressed(uint64_t address);
uint64_t store_compressed(uint64_t address);
uint64_t load_reserved(uint64_t address);
uint64_t swap32(uint64_t address);
uint64_t swap64(uint64_t address);
uint64_t load_float(uint64_t address);
uint64_t store_float(uint64_t address);

/** Write a register of 4 bytes; give what is in it then. */
uint32_t put_and_get(uint64_t address, uint32_t value);
/** Translate by a table at @foreign, and load through it. */
uint64_t walk(uint64_t foreign);
uint64_t walk_own(uint64_t unused);

/** The cell's interrupts and the victim's as bits of their word: both are among the first 32. */
#define OWN_BITS (3u << HOSTILE_SOURCE)
#define VICTIM_BITS (3u << VICTIM_SOURCE)

#endif
