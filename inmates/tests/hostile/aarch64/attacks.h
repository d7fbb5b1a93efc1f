/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of AArch64's attacks share. */
#ifndef ATTACKS_H
#define ATTACKS_H

#include "../hostile.h"

extern const struct rows memory_rows, mmio_rows, gic_rows, sysreg_rows, irq_rows, firmware_rows, unmarked_rows,
	collude_rows;

/* Ways to touch an address; loads give what they read, stores 1. */
uint64_t load_pair(uint64_t address);
uint64_t store_pair(uint64_t address);
uint64_t load_post_index(uint64_t address);
uint64_t store_pre_index(uint64_t address);
uint64_t load_exclusive(uint64_t address);
uint64_t load_acquire(uint64_t address);
uint64_t load_unprivileged(uint64_t address);

/** Make @table a page table of ours, and go through it. */
uint64_t table_walk(uint64_t table);
/** Run the instruction at @code (and the next) at EL0. Return: ESR_EL1 of the exception that ended it. */
uint64_t at_el0(uint64_t code);

#endif
