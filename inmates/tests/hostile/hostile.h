/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hostile guest, row by row. Each row first does what it attempts on something of the cell's own (that must
 * work, or the row shows nothing), then the attempt.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <inmate.h>

/* Where the cell files and the board put things: ci/system/files/hostile.yaml, configs/board/. */
#define HOSTILE_RAM 0x40000000ull
#define HOSTILE_RAM_END 0x40200000ull
#define HOSTILE_PARAMETERS 0x401ff000ull
#define HOSTILE_READ_ONLY 0x48000000ull
#define HOSTILE_NO_EXECUTE 0x48200000ull
#define HOSTILE_FIRST_SPI 44u /* and the next one */
#define VICTIM_MEMORY 0x61000000ull
#define VICTIM_FIRST_SPI 46u /* and the next one */
#define ACCOMPLICE_MEMORY 0x63000000ull
#define ACCOMPLICE_TABLE 0x63100000ull
#define ACCOMPLICE_CPU 1u
#define ACCOMPLICE_FIRST_SPI 42u
#define ROOT_MEMORY 0x50001000ull
#define ROOT_SENTINELS 0x62000000ull
#define HYPERVISOR_MEMORY 0xbf000000ull
#define HYPERVISOR_LAST 0xbffffff8ull

/* Addresses of our own table: what the library's does not reach, or not in this way. */
#define ALIAS_DEVICES 0x100000000ull	/* guest-physical 0 as executable, normal memory */
#define ALIAS_ABOVE_4G 0x140000000ull	/* guest-physical 4 GiB */
#define ALIAS_LAST_OF_40 0x180000000ull /* the last GiB of 40 bits */

enum expect {
	EXPECT_VALUE,	  /* no exception, and this value */
	EXPECT_ANY,	  /* no exception, whatever value */
	EXPECT_UNDEFINED, /* undefined instruction */
	EXPECT_FAILED	  /* the cell fails: reason and address */
};

typedef uint64_t (*act)(uint64_t argument);

/**
 * struct row - one attack
 * @name: class and what.
 * @control, @own: what must work, without an exception and not giving 0.
 * @attempt, @target: what must not.
 * @expect, @kind, @want: EXPECT_VALUE: @want is the value; EXPECT_FAILED: enum bh_reason and address.
 * @gic: version of the interrupt controller that the row is for, 0: any.
 */
struct row {
	const char *name;
	act control;
	uint64_t own;
	act attempt;
	uint64_t target;
	enum expect expect;
	unsigned int kind;
	uint64_t want;
	unsigned int gic;
};

struct rows {
	const struct row *row;
	unsigned int count;
};

#define ROWS(name, table) const struct rows name = { table, sizeof(table) / sizeof((table)[0]) }

extern const struct rows memory_rows, mmio_rows, gic_rows, sysreg_rows, irq_rows, firmware_rows,
	hypercall_rows, collude_rows, endless_rows;

/* Ways to touch an address; loads give what they read, stores 1. */
uint64_t load8(uint64_t address);
uint64_t load16(uint64_t address);
uint64_t load32(uint64_t address);
uint64_t load64(uint64_t address);
uint64_t store8(uint64_t address);
uint64_t store32(uint64_t address);
uint64_t store64(uint64_t address);
uint64_t load_pair(uint64_t address);
uint64_t store_pair(uint64_t address);
uint64_t load_post_index(uint64_t address);
uint64_t store_pre_index(uint64_t address);
uint64_t load_exclusive(uint64_t address);
uint64_t load_acquire(uint64_t address);
uint64_t load_unprivileged(uint64_t address);

/** Make @table a page table of ours, and go through it. */
uint64_t table_walk(uint64_t table);

/** A word of the cell's own, not 0. */
uint64_t own_word(void);
/** Nothing to compare with. */
uint64_t no_control(uint64_t argument);
uint64_t random64(void);
/** Version of the interrupt controller. */
unsigned int gic_version(void);
/** Run the instruction at @code (and the next) at EL0. Return: ESR_EL1 of the exception that ended it. */
uint64_t at_el0(uint64_t code);

#endif
