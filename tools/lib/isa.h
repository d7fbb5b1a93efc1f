/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is particular to one architecture in board files, cell files and the guest's device tree: one
 * record for each, in isa_<architecture>.c. All else asks the record and knows no architecture.
 */
#ifndef CFG_ISA_H
#define CFG_ISA_H

#include "internal.h"

/** A board file on its way to a blob. */
struct board_load {
	struct cfg_board *board;
	const struct isa *isa;
	struct bh_config_system body;
	struct ranges dram, pool, reserved;
	struct bh_config_alias *aliases;
	struct bh_config_cpu *cpus;
	uint32_t cpu_count;
	struct blob_array parts[4]; /* of the architecture: they come before all other arrays of the blob */
	uint32_t part_count;
	struct cfg_messages *messages;
};

/** Value at @path of the board file, NULL if it is not given. */
const struct node *board_node(const struct board_load *load, const char *path);
struct place board_place(const struct board_load *load, const char *path);
/** 'at' and 'size' of @node; 0 of what is not given. */
void read_range(const struct node *node, struct bh_config_range *range);
/** The board's device tree, because @for_what is not in the file. Return: NULL after an error. */
const struct devtree *need_tree(struct board_load *load, const char *for_what);

/** A cell file on its way to a blob. */
struct cell_load {
	struct cfg_cell *cell;
	const struct isa *isa;
	struct arena *arena;
	const struct bh_config_system *system;
	struct cfg_messages *messages;
};

const struct node *cell_node(const struct cell_load *load, const char *path);
struct place cell_place(const struct cell_load *load, const char *path);

struct maker;	/* guest_dt.h */
struct planner; /* plan.h */

/**
 * struct isa - an architecture
 * @arch: BH_ARCH_*.  @name: in 'architecture'.  @hwid: the word for a CPU's number in 'cpus': "mpidr", "hart".
 * @kernel_magic: at byte 56 of a kernel image.  @kernel: what such an image is called.
 * @no_kernel: what is said of a file without it.
 * @irq_first, @irq_limit: interrupts that a cell can have.  @irq_kind, @irq_base: how the user counts
 * them: 'spi 8' is @irq_base + 8.
 * @device_irq: what a device's interrupt is called.  @give_irq, @free_irq: how to mend one that is none.
 * @machine_name: of the firmware, to compare 'compatible' with; NULL: by the device tree.
 * @board_dram, @board_cpus: from the firmware; NULL: from the device tree.
 * @board_intc: interrupt controller of the board, from the file or the device tree.
 * @cell_intc: the one that the guest sees.  @cell_spans: its places in the guest's memory.
 * @dump_board, @dump_cell: write the interrupt controller as the file has it; of a cell the map
 * 'interrupts', behind which 'intid' follows.
 * @dump_boot: how a cell begins; @dump_ports: I/O ports; @dump_device: a device of this architecture alone, gives
 * whether it is one. NULL: there is nothing of that.
 * @put_irq: writes one interrupt of the guest's tree, @flags: IRQ_TYPE_*; gives the count of its cells.
 * @guest_hwid: 'reg' of the cell's CPU @index.  @enable_method: of its CPUs, NULL: none.
 * @cpu_compatible: of a CPU that a user's tree lacks; NULL: it cannot be added.
 * @harts_as_board: the guest's CPUs are described as the board's tree describes them.
 * @own_device: an entry of 'devices' that only this architecture has; NULL: it has none.
 * @place_boot: after the entry point was decided: what else the protocol needs; NULL: the device tree's place.
 * @plan_boot: what is loaded for it.
 * @guest_cpus: properties and children of /cpus.  @guest_platform: firmware, interrupt controller, timer.
 */
struct isa {
	uint16_t arch;
	const char *name;
	const char *hwid;
	uint32_t kernel_magic;
	const char *kernel;
	const char *no_kernel;
	uint32_t irq_first, irq_limit, irq_base;
	const char *irq_kind;
	const char *device_irq, *give_irq, *free_irq;
	const char *(*machine_name)(struct cfg_board *board, struct cfg_messages *messages);
	void (*board_dram)(struct board_load *load);
	void (*board_cpus)(struct board_load *load);
	void (*board_intc)(struct board_load *load);
	void (*cell_intc)(struct cell_load *load);
	void (*cell_spans)(const struct cfg_cell *cell, struct place place, struct spans *spans);
	void (*dump_board)(FILE *out, const struct bh_config_system *system);
	void (*dump_cell)(FILE *out, const struct bh_config_cell *cell);
	void (*dump_boot)(FILE *out, const struct bh_config_cell *cell);
	void (*dump_ports)(FILE *out, const struct bh_config_cell *cell);
	int (*dump_device)(FILE *out, const struct bh_config_device *device);
	unsigned int (*put_irq)(const struct cfg_cell *cell, uint32_t irq, uint32_t flags, uint32_t *cells);
	uint64_t (*guest_hwid)(uint32_t index);
	const char *cpu_compatible;
	const char *enable_method;
	int harts_as_board;
	void (*own_device)(struct cell_load *load, const struct node *node);
	void (*place_boot)(struct cfg_cell *cell, struct cfg_messages *messages);
	void (*plan_boot)(struct planner *planner);
	void (*guest_cpus)(struct maker *maker);
	void (*guest_platform)(struct maker *maker);
};

/** A range as '{ at, size }' behind @key; nothing if it is empty. */
void dump_range(FILE *out, const char *key, const struct bh_config_range *range);

extern const struct isa isa_arm64, isa_riscv, isa_x86;

/** Return: NULL if @arch is none that boards can have. */
const struct isa *isa_find(uint16_t arch);
/** The same by the name in 'architecture'; NULL: the default. */
const struct isa *isa_by_name(const char *name);

/* The guest's tree, guest_dt_<architecture>.c */
void guest_cpus_arm64(struct maker *maker);
uint64_t guest_hwid_arm64(uint32_t index);
void guest_platform_arm64(struct maker *maker);
unsigned int put_irq_gic(const struct cfg_cell *cell, uint32_t irq, uint32_t flags, uint32_t *cells);
void guest_cpus_riscv(struct maker *maker);
uint64_t guest_hwid_riscv(uint32_t index);
void guest_platform_riscv(struct maker *maker);
unsigned int put_irq_riscv(const struct cfg_cell *cell, uint32_t irq, uint32_t flags, uint32_t *cells);

#endif
