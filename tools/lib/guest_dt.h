/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making the device tree of a guest:
 *
 *	guest_dt.c         the whole: root, chosen, memory, virtual devices
 *	guest_dt_nodes.c   passed-through nodes and their clocks
 *	guest_dt_<arch>.c  CPUs, firmware, interrupt controller, timer
 *	guest_dt_write.c   writing: the first error is kept and told at the end
 */
#ifndef CFG_GUEST_DT_H
#define CFG_GUEST_DT_H

#include "isa.h"

/* Ours are far from those of the board's tree, which copied nodes keep. */
#define PHANDLE_INTC 0x70000001u
#define PHANDLE_CLOCKS 0x70000002u /* and up: one for each frequency */
#define CLOCKS_MOST 16

#define IRQ_TYPE_LEVEL_HIGH 4u

struct maker {
	struct cfg_cell *cell;
	const struct isa *isa;
	const struct devtree *tree; /* of the board, NULL if not needed */
	void *fdt;
	int error;
	uint32_t clocks[CLOCKS_MOST];
	uint32_t clock_count;
};

/* ---- writing ---- */

void dt_keep(struct maker *maker, int error);
void dt_begin(struct maker *maker, const char *name);
void dt_begin_at(struct maker *maker, const char *name, uint64_t at);
void dt_end(struct maker *maker);
void dt_put(struct maker *maker, const char *name, const void *data, size_t size);
void dt_put_flag(struct maker *maker, const char *name);
void dt_put_string(struct maker *maker, const char *name, const char *text);
/** @count: at most 64. */
void dt_put_cells(struct maker *maker, const char *name, const uint32_t *cells, size_t count);
void dt_put_u32(struct maker *maker, const char *name, uint32_t value);
void dt_put_u64(struct maker *maker, const char *name, uint64_t value);
/** 'reg' with two cells of address and size each. @count: at most 16. */
void dt_put_reg(struct maker *maker, const struct bh_config_range *ranges, size_t count);
/** 'interrupts' of one line. */
void dt_put_irq(struct maker *maker, uint32_t irq, uint32_t flags);

/** Several strings: @text has a NUL between them, and the one that C adds behind. */
#define dt_put_strings(maker, name, text) dt_put(maker, name, text, sizeof(text))

/* ---- nodes ---- */

/** The phandle of a fixed clock of @frequency, which dt_make_clocks() makes at the end. */
uint32_t dt_clock(struct maker *maker, uint32_t frequency);
void dt_make_clocks(struct maker *maker);
/** A node of the board's tree as the guest sees it. */
void dt_make_passed(struct maker *maker, const struct passthrough *passed);

#endif
