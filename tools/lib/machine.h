/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine that we run on, or one of which there is only a device tree: what it has, what Linux uses of it, and
 * what is left for us. 'config create', 'config diff' and 'hardware check' stand on it.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "devtree.h"
#include "memory_blocks.h"
#include "pc.h"

#include <stdbool.h>

enum machine_source {
	MACHINE_NOTHING,   /* no memory is set aside for us */
	MACHINE_RESERVED,  /* nodes 'bulkhead...' below /reserved-memory */
	MACHINE_PARAMETER, /* 'mem=', on a PC also 'memmap=', keeps Linux out of it */
	MACHINE_OFFLINE,   /* the running kernel gave it away ('memory carve') */
};

/**
 * struct machine - what is known; free with machine_free()
 * @root: directory that holds /proc, /sys, /dev, /boot and /lib of the machine; "" for our own.
 * @live: they are there; else only the device tree is known.
 * @dram: RAM banks.  @dram_in_tree: the device tree names them.
 * @blocks: in which Linux gives RAM away; @linux_ram: what it uses.
 * @linux_known: /proc/iomem could be read; without privileges it shows zeros.
 * @reserved: ranges that the device tree keeps free.
 * @ours: whole 2 MiB blocks that nobody uses; @source says who keeps them free.
 * @cmdline, @release: of the kernel, "" if not known.
 */
struct machine {
	struct arena arena;
	const char *root;
	bool live;
	struct devtree *tree; /* NULL of a PC, */
	struct pc *pc;	      /* and this of all others */
	struct ranges dram;
	bool dram_in_tree;
	struct memory_blocks blocks;
	struct ranges linux_ram;
	bool linux_known;
	struct dt_reserved *reserved;
	uint32_t reserved_count;
	struct ranges ours;
	enum machine_source source;
	const char *cmdline;
	const char *release;
};

/**
 * machine_read() - look at a machine
 * @root: see above; NULL: our own.  @devicetree: only look at this .dtb, or NULL.
 * Return: NULL after an error.
 */
struct machine *machine_read(const char *root, const char *devicetree, struct cfg_messages *messages);
void machine_free(struct machine *machine);

/** The start of a text file below the machine's root, "" if it cannot be read; its last newline is cut. */
const char *machine_text(struct machine *machine, const char *path);
/** Is there a file or directory @path below the machine's root? */
bool machine_has(struct machine *machine, const char *path);
/** Does the kernel's command line have @word, or one that starts with it if it ends with '='? */
bool machine_has_parameter(const struct machine *machine, const char *word);

/** "qemu-system-riscv64,virt", "QEMU Standard PC"; where it is known from. */
const char *machine_name(const struct machine *machine);
const char *machine_firmware(const struct machine *machine);
/** The command line's parameter that keeps @range from Linux. */
const char *machine_parameter(struct machine *machine, const struct bh_config_range *range);

/** By the CPUs of the device tree. */
bool machine_is_riscv(const struct machine *machine);

/** @size rounded down, @base up to whole blocks of @align. Return: bytes that are left. */
uint64_t range_shrink(struct bh_config_range *range, uint64_t align);
/** Take @hole out of @ranges. */
void ranges_subtract(struct arena *arena, struct ranges *ranges, const struct bh_config_range *hole);

/**
 * machine_propose() - where memory could be set aside for us on a machine that does not do it yet
 * @want: bytes, or 0: half of a bank.  Return: 0, -1 if there is no room.
 */
int machine_propose(struct machine *machine, uint64_t want, struct bh_config_range *range);
/** The source of a device tree overlay that reserves @range. */
void machine_print_overlay(FILE *out, const struct machine *machine, const struct bh_config_range *range);

/* ---- config create ---- */

/**
 * struct create_options - @name: of the board, NULL: made of the machine's compatible.
 * @hypervisor: bytes for the hypervisor, 0: 16 MiB.  @memory: bytes to propose, 0: half of a bank.
 */
struct create_options {
	const char *name;
	uint64_t hypervisor;
	uint64_t memory;
};

/** struct created - what a board file for the machine says. */
struct created {
	char name[BH_NAME_SIZE];
	struct bh_config_range hypervisor;
	struct ranges pool;
	uint32_t event_irq;
	bool proposed;		    /* memory is not set aside yet */
	const char *problem, *mend; /* why there can be no file */
};

/** Decide on a board file. Return: 0, or -1 and @created's @problem. */
int create_decide(struct machine *machine, const struct create_options *options, struct created *created);
/** Write it, commented. @tool: the version, for the first line. */
void create_print(FILE *out, const struct machine *machine, const struct created *created);

/* ---- config diff ---- */

/** struct difference - @what: "CPUs".  @file, @machine: what each of them says. */
struct difference {
	const char *what;
	const char *file;
	const char *machine;
	bool same;
};

/** Compare @board with @machine. Return: how many subjects differ. */
size_t diff_board(struct machine *machine, const struct cfg_board *board, struct difference **list,
		  size_t *count);

/* ---- hardware check ---- */

enum finding_kind { FINDING_OK, FINDING_WARN, FINDING_FAIL };

/** struct finding - one line of the doctor. @mend: "" if there is nothing to do. */
struct finding {
	const char *subject;
	enum finding_kind kind;
	const char *text;
	const char *mend;
};

/** Look at all that enabling needs. Return: how many FAIL. */
size_t hardware_check(struct machine *machine, struct finding **list, size_t *count);

#endif
