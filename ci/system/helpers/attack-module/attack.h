/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hostile root kernel: what one can try who has all of the kernel's rights on root's CPUs, row by row. Accesses run
 * under exception vectors of our own, so that a refused one is counted, not an oops. What is an architecture's is in
 * its folder.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include <linux/types.h>

#include <board.h>

/**
 * struct outcome - what an attempt did
 * @value: what the function gave.  @exceptions: how many it raised.  @syndrome, @address: of the last one.
 */
struct outcome {
	u64 value;
	u64 exceptions;
	u64 syndrome, address;
};

typedef u64 (*act)(u64 a, u64 b);

struct way {
	act function;
	const char *name;
};

struct result {
	bool control, refused;
	char detail[100];
};

/**
 * struct row - one attack
 * @run: does it and judges it; @a, @b and @way are its own.
 * @intc: kind of interrupt controller that it is for, 0: any.
 */
struct row {
	const char *name;
	void (*run)(const struct row *row, struct result *result);
	u64 a, b;
	unsigned int intc;
	const struct way *way;
};

struct attack_class {
	const char *name;
	const struct row *row;
	unsigned int count;
};

#define ATTACK_CLASS(symbol, text, table) \
	const struct attack_class symbol = { text, table, ARRAY_SIZE(table) }

/* Of the architecture. */

/** Classes in their order; two of one name are one. */
extern const struct attack_class *const classes[];
extern const unsigned int class_count;

/**
 * caught() - run @function under exception vectors of our own, which count in attack_seen and skip the instruction
 * Context: interrupts off, guarded() has the lock.
 * Return: what it gave.
 */
u64 caught(act function, u64 a, u64 b);
/** with_table() - guarded() with a table of our own; interrupts are off. */
struct outcome with_table(act function, u64 a, u64 b);
/** alias_init() - make that table. Return: 0 or -errno. */
int alias_init(void);
void alias_exit(void);
/** Physical address in our own table, as normal memory that may be executed. */
u64 alias(u64 address);

/* Exactly this instruction. Loads give what they read, stores 1. */
u64 load8(u64 address, u64 unused);
u64 load32(u64 address, u64 unused);
u64 load64(u64 address, u64 unused);
u64 store8(u64 address, u64 value);
u64 store32(u64 address, u64 value);
u64 store64(u64 address, u64 value);
u64 fetch(u64 address, u64 unused);
/** Let the table walker read a table at this physical address; @by_instruction: by one that only translates. */
struct outcome walk(u64 table, u64 by_instruction);

/** Did the hypervisor refuse this access? Is this an instruction that does not exist? */
bool is_refused(const struct outcome *outcome);
bool is_undefined(const struct outcome *outcome);

struct hypercall {
	u64 code, value[5];
};

struct hypercall hypercall(u64 number, u64 a, u64 b, u64 c);
/** Is a row for this kind of interrupt controller for this machine? */
bool intc_is(unsigned int kind);
/** arch_obey() - a command that only this architecture has. Return: whether it was one. */
bool arch_obey(const char *command);

/** state_read() - what this CPU reads, which comes online: as many as there are names, in their order. */
void state_read(unsigned int cpu, struct outcome *seen);
extern const char *const state_names[];
extern const unsigned int state_count;
#define STATE_MOST 112u

/* Of all architectures. */

/** Layout is known to vectors.S; @stack: of an architecture that needs one. */
extern struct attack_seen {
	u64 count, syndrome, address, stack;
} attack_seen;

/**
 * guarded() - run @function with exceptions counted; the instruction that raised one is skipped
 * Context: any; everything is masked meanwhile.
 */
struct outcome guarded(act function, u64 a, u64 b);
/** The same with a table of our own: alias() is an address then. */
struct outcome guarded_physical(act function, u64 a, u64 b);

/** state_init() - from now on record what CPUs read that come online. */
int state_init(void);
void state_exit(void);
/** state_say() - what was read when @cpu came online last. */
void state_say(unsigned int cpu);

extern const struct attack_class memory_class, hypercall_class;

/** @row->way at address @row->a, by our own table. */
void by_alias(const struct row *row, struct result *result);
/** Read and write at @row->a + @row->b, as the kernel maps a device. */
void by_ioremap(const struct row *row, struct result *result);
/** A table at @row->a for the walker; @row->b: as walk() has it. */
void by_walk(const struct row *row, struct result *result);

/** Verdict and its evidence. */
void result_set(struct result *result, bool refused, const char *format, ...) __printf(3, 4);
/** rows_run() - all rows, or the first of each class; @victim: cell that must stay well; @only: class, "": all. */
void rows_run(u32 victim, bool first_only, const char *only);
/** A line of the answer. */
void say(const char *format, ...) __printf(1, 2);
u64 random64(void);

#endif
