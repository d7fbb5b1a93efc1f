/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hostile root kernel: what one can try who has EL1 on root's CPUs, row by row. Accesses run under exception
 * vectors of our own, so that a refused one is counted, not an oops.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include <linux/types.h>

/* Where board and cell files put things: configs/board/qemu-aarch64.yaml, ci/system/files/hostile-victim.yaml. */
#define HYPERVISOR 0xbf000000ull
#define HYPERVISOR_SIZE 0x1000000ull
#define VICTIM 0x61000000ull
#define VICTIM_SIZE 0x200000ull
#define OWN_MEMORY 0x62000000ull /* root's sentinels */
#define GICD 0x08000000ull
#define GICC 0x08010000ull
#define GICH 0x08030000ull
#define GICV 0x08040000ull
#define GITS 0x08080000ull
#define GICR 0x080a0000ull
#define GICR_STRIDE 0x20000ull
#define UART_OF_VICTIM 0x09040000ull
#define LENT_CPU 2u
#define VICTIM_SPI 46u
#define EVENT_SPI 232u

/**
 * struct outcome - what an attempt did
 * @value: what the function gave.  @exceptions: how many it raised.  @esr, @far: of the last one.
 */
struct outcome {
	u64 value;
	u64 exceptions;
	u64 esr, far;
};

typedef u64 (*act)(u64 a, u64 b);

/**
 * guarded() - run @function with exceptions counted; the instruction that raised one is skipped
 * Context: any; everything is masked meanwhile.
 */
struct outcome guarded(act function, u64 a, u64 b);

/** The same with a table of our own in TTBR0: alias() and alias_device() are addresses then. */
struct outcome guarded_physical(act function, u64 a, u64 b);

/** alias_init() - make that table. Return: 0 or -errno. */
int alias_init(void);
void alias_exit(void);
/** Physical address in our own table, as normal memory that may be executed (1 TiB), or as a device (512 GiB). */
u64 alias(u64 address);
u64 alias_device(u64 address);

/* Exactly this instruction. Loads give what they read, stores 1. */
u64 load8(u64 address, u64 unused);
u64 load32(u64 address, u64 unused);
u64 load64(u64 address, u64 unused);
u64 load_pair(u64 address, u64 unused);
u64 load_exclusive(u64 address, u64 unused);
u64 store8(u64 address, u64 value);
u64 store32(u64 address, u64 value);
u64 store64(u64 address, u64 value);
u64 store_pair(u64 address, u64 value);
u64 zero_block(u64 address, u64 unused);
u64 fetch(u64 address, u64 unused);

bool is_external_abort(const struct outcome *outcome);
bool is_undefined(const struct outcome *outcome);

struct result {
	bool control, refused;
	char detail[100];
};

/**
 * struct row - one attack
 * @run: does it and judges it; @a, @b are its own.
 * @gic: version of the interrupt controller that it is for, 0: any.
 */
struct row {
	const char *name;
	void (*run)(const struct row *row, struct result *result);
	u64 a, b;
	unsigned int gic;
};

struct attack_class {
	const char *name;
	const struct row *row;
	unsigned int count;
};

#define ATTACK_CLASS(symbol, text, table) \
	const struct attack_class symbol = { text, table, ARRAY_SIZE(table) }

extern const struct attack_class memory_class, device_class, gic_class, write_class, firmware_class,
	hypercall_class, sysreg_class;

/** Verdict and its evidence. */
void result_set(struct result *result, bool refused, const char *format, ...) __printf(3, 4);
/** rows_run() - all rows, or the first of each class; @victim: cell that must stay well; @only: class, "": all. */
void rows_run(u32 victim, bool first_only, const char *only);

/** A line of the answer. */
void say(const char *format, ...) __printf(1, 2);

struct hypercall {
	u64 code, value[5];
};

struct hypercall hypercall(u64 number, u64 a, u64 b, u64 c);
u64 random64(void);
unsigned int gic_version(void);

/** its_say() - give the ITS one command of four words, and say whether it read it. */
void its_say(const u64 *words);
/** lpis_say() - raise an LPI of root's at @cpu @count times, and say whether the ITS read the commands. */
void lpis_say(unsigned int cpu, u64 count);

/** spi_route_say() - @irq goes to this CPU, before anything else, and say where it goes. */
void spi_route_say(unsigned int irq);
/** spi_raise_say() - raise @irq and say whether it came to this CPU, which completes it. */
void spi_raise_say(unsigned int irq);

/** state_init() - from now on record what CPUs read that come online. */
int state_init(void);
void state_exit(void);
/** state_say() - what was read when @cpu came online last. */
void state_say(unsigned int cpu);

#endif
