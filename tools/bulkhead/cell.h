/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells as the commands see them. */
#ifndef CELL_H
#define CELL_H

#include "device.h"

/** struct cell_file - a cell's file, read and checked against its board. */
struct cell_file {
	struct cfg_board *board;
	struct cfg_cell *cell;
	const struct cfg_boot_plan *plan;
};

/** cell_file_open() - @board_path: NULL: the board that is enabled. Fails with sentences. */
enum cli_exit cell_file_open(struct cell_file *file, const char *path, const char *board_path);
void cell_file_close(struct cell_file *file);

/** Carry out enum bh_cell_op @op; @verb stands in the sentence. @timeout_ms: STOP only. */
enum cli_exit cell_control(const struct device *device, uint32_t handle, const char *name, enum bh_cell_op op,
			   uint32_t timeout_ms);

/** cell_restart() - load and start an ended cell; one that lives is stopped first, in @ms (0: as its file says). */
enum cli_exit cell_restart(const struct device *device, struct bh_ioc_cell_info *cell, const struct cell_file *file,
			   uint32_t ms, bool progress);

enum cli_exit cell_destroy_all(const struct device *device);

/** "256 MiB"; @text has 24 bytes. */
const char *cell_size_text(uint64_t bytes, char *text);

/** The names of CPU slots that are set in a cell's set, as "0,2-3". */
const char *cell_cpus_text(const struct bh_cell_info *cell, char *text, size_t size);

/** One sentence for why a cell stopped; "" if there is no reason. */
const char *cell_reason_text(const struct bh_record *reason, char *text, size_t size);

/**
 * cell_load_plan() - write the images of a boot plan into a cell
 * @progress: show how far it is.
 */
enum cli_exit cell_load_plan(const struct device *device, const struct bh_ioc_cell_info *cell,
			     const struct cfg_boot_plan *plan, bool progress);

#endif
