/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hostile guest, row by row. Each row first does what it attempts on something of the cell's own (that must
 * work, or the row shows nothing), then the attempt.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <inmate.h>

#if defined(__x86_64__)
#include "x86_64/board.h"
#elif defined(__riscv)
#include "riscv64/board.h"
#else
#include "aarch64/board.h"
#endif

enum expect {
	EXPECT_VALUE,	  /* no exception, and this value */
	EXPECT_ANY,	  /* no exception, whatever value */
	EXPECT_UNDEFINED, /* undefined instruction */
	EXPECT_FAULT,	  /* another exception, with this syndrome */
	EXPECT_REFUSED,	  /* any exception but with this syndrome */
	EXPECT_FAILED	  /* the cell fails: reason and address */
};

typedef uint64_t (*act)(uint64_t argument);

/**
 * struct row - one attack
 * @name: class and what.
 * @control, @own: what must work, without an exception and not giving 0.
 * @attempt, @target: what must not.
 * @expect, @kind, @want: EXPECT_VALUE, _FAULT, _REFUSED: @want is the value; EXPECT_FAILED: enum bh_reason and address.
 * @intc: version of the interrupt controller that the row is for, 0: any.
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
	unsigned int intc;
};

struct rows {
	const struct row *row;
	unsigned int count;
};

#define ROWS(name, table) const struct rows name = { table, sizeof(table) / sizeof((table)[0]) }

/* Of the architecture: its folder. */

/** Classes in the order of their rows' numbers; the one of endless_rows runs only by name. */
extern const struct rows *const classes[];
extern const unsigned int class_count;
extern const struct rows endless_rows;
/** Before the first row: mappings that the library does not have. */
void hostile_begin(void);
/** Version of the interrupt controller. */
unsigned int intc_version(void);
/** Is the interrupt controller of the kind that a row names? */
bool intc_is(unsigned int version);
bool is_undefined(const struct exception *exception);
/** Touch an address by exactly one instruction of this width; loads give what they read, stores 1. */
uint64_t load8(uint64_t address);
uint64_t load16(uint64_t address);
uint64_t load32(uint64_t address);
uint64_t load64(uint64_t address);
uint64_t store8(uint64_t address);
uint64_t store32(uint64_t address);
uint64_t store64(uint64_t address);

/* Of all architectures. */

extern const struct rows hypercall_rows;

/** Words of the cell's own, not 0, and the address of the first. */
extern uint64_t own_words[2];
uint64_t own_word(void);
uint64_t load_own(uint64_t unused);
uint64_t store_own(uint64_t unused);
/** Jump to @address; to code of the cell's own. */
uint64_t call(uint64_t address);
uint64_t call_own(uint64_t unused);
/** A hypercall that works. */
uint64_t ping(uint64_t unused);
/** How many of so many random hypercalls that stop a cell were accepted. */
uint64_t stop_calls(uint64_t times);
/** Nothing to compare with. */
uint64_t no_control(uint64_t argument);
uint64_t random64(void);

#endif
