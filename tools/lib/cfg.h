/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libbulkheadcfg: from YAML and device trees to configuration blobs and boot plans.
 *
 * Everything that is wrong is collected as messages with file, line and column; a load that
 * fails returns NULL and has added at least one error. Nothing is printed here but by
 * cfg_messages_print() and cfg_command().
 *
 *	struct cfg_messages messages = { 0 };
 *	struct cfg_options options = { 0 };
 *	struct cfg_board *board = cfg_board_load("qemu-aarch64.yaml", &options, &messages);
 *	struct cfg_cell *cell = board ? cfg_cell_load("linux.yaml", board, &options, &messages) : NULL;
 *	const struct cfg_boot_plan *plan = cell ? cfg_cell_plan(cell, &messages) : NULL;
 *	cfg_messages_print(&messages, stderr, CFG_TEXT);
 */
#ifndef CFG_H
#define CFG_H

#include <bulkhead/config.h>
#include <bulkhead/errors.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct cfg_board;
struct cfg_cell;

enum cfg_severity { CFG_NOTE, CFG_WARNING, CFG_ERROR };
/** CFG_GCC: what editors read of compilers.  CFG_SARIF: SARIF 2.1.0, what code hosts read. */
enum cfg_format { CFG_TEXT, CFG_JSON, CFG_GCC, CFG_SARIF };

/** struct cfg_related - a second place that a message is about, such as the other of two that overlap */
struct cfg_related {
	char *file;
	unsigned int line;
	unsigned int column;
	char *text;
};

/**
 * struct cfg_message - one thing to tell the user
 * @file: NULL if it is about no file.  @line, @column: from 1; 0 if not known.
 * @rule: name of the rule that is broken, see tools/lib/rules.h; Documentation/config-reference.md lists them.
 * @text: the sentence.  @mend: what to do, "" if nothing.
 */
struct cfg_message {
	enum cfg_severity severity;
	const char *rule;
	char *file;
	unsigned int line;
	unsigned int column;
	char *text;
	char *mend;
	struct cfg_related *related;
	size_t related_count;
};

/**
 * Start from { 0 }. @error_count: messages of severity CFG_ERROR.  @left_out: what came after the first
 * CFG_MESSAGE_LIMIT messages is counted, and its number is printed, but it is not kept.
 */
struct cfg_messages {
	struct cfg_message *list;
	size_t count;
	size_t error_count;
	size_t left_out;
};

#define CFG_MESSAGE_LIMIT 10000

/**
 * Text: "file:line:col: error: text; mend", the source line and a caret, then the same for related places.
 * GCC: one line each, with the rule's name in brackets. JSON: one array of objects. SARIF: one log.
 */
void cfg_messages_print(const struct cfg_messages *messages, FILE *out, enum cfg_format format);
void cfg_messages_free(struct cfg_messages *messages);

/**
 * struct cfg_options - what the command line says
 * @devicetree: a .dtb in place of the board file's 'devicetree', or NULL.
 * @images: directory in which relative image paths are looked up, NULL: that of the cell file.
 * @machine: BH_ARCH_* of the machine that shall take the blob, or 0: that which the blob names. A blob
 *	that was compiled for another one is refused before anything in it is read by its rules.
 */
struct cfg_options {
	const char *devicetree;
	const char *images;
	uint16_t machine;
};

/** cfg_machine() - BH_ARCH_* of the machine that this program runs on, 0 if it is none of ours */
uint16_t cfg_machine(void);

/**
 * cfg_board_load() - read a board file and make the system blob
 * @path: YAML, or a system blob that was compiled before (told apart by its magic).
 * Return: NULL after an error.  Free with cfg_board_free().
 */
struct cfg_board *cfg_board_load(const char *path, const struct cfg_options *options,
				 struct cfg_messages *messages);
void cfg_board_free(struct cfg_board *board);
const struct bh_config_system *cfg_board_blob(const struct cfg_board *board, size_t *size);
const char *cfg_board_name(const struct cfg_board *board);

/** The blob in memory (of /run, of the driver) as a board; @name is only for messages. */
struct cfg_board *cfg_board_from_blob(const void *blob, size_t size, const char *name,
				      const struct cfg_options *options, struct cfg_messages *messages);

/** cfg_cell_load() - read a cell file and make its blob for @board, which must outlive it. */
struct cfg_cell *cfg_cell_load(const char *path, const struct cfg_board *board,
			       const struct cfg_options *options, struct cfg_messages *messages);
void cfg_cell_free(struct cfg_cell *cell);
const struct bh_config_cell *cfg_cell_blob(const struct cfg_cell *cell, size_t *size);
const char *cfg_cell_name(const struct cfg_cell *cell);

enum cfg_protocol { CFG_BOOT_NONE, CFG_BOOT_FLAT, CFG_BOOT_LINUX, CFG_BOOT_MULTIBOOT };

/**
 * struct cfg_load - bytes to copy into the loading cell
 * @what: "kernel", "initrd", "device tree", "image", "file": for progress.
 * @path: the file, from which exactly @size bytes are taken; NULL: take them from @data.
 */
struct cfg_load {
	const char *what;
	const char *path;
	const void *data;
	uint64_t size;
	uint64_t gpa;
};

/**
 * struct cfg_boot_plan - what 'cell boot' does between create and start
 * @loads: in this order.  @cmdline: NULL if none.  @dtb: also in @loads; NULL if none.
 * Entry point and boot argument are already in the blob.
 */
struct cfg_boot_plan {
	enum cfg_protocol protocol;
	const struct cfg_load *loads;
	size_t load_count;
	const char *kernel;
	const char *initrd;
	const char *cmdline;
	const void *dtb;
	size_t dtb_size;
	uint64_t dtb_gpa;
};

/**
 * cfg_cell_plan() - find the image files and place them in the cell's memory
 * Return: NULL after an error (a file is missing, something does not fit). Belongs to @cell.
 */
const struct cfg_boot_plan *cfg_cell_plan(struct cfg_cell *cell, struct cfg_messages *messages);

/** Policy that the tool carries out, not the hypervisor. */
enum cfg_restart_when { CFG_RESTART_NEVER, CFG_RESTART_FAILED, CFG_RESTART_ALWAYS };

struct cfg_restart {
	enum cfg_restart_when when;
	unsigned int limit; /* restarts within @period_ms, 0: no limit */
	unsigned int period_ms;
};

const struct cfg_restart *cfg_cell_restart(const struct cfg_cell *cell);

/** The user's name for an element of the blob and the place where it is written. */
struct cfg_origin {
	const char *name; /* "" if it has none */
	const char *file;
	unsigned int line;
	unsigned int column;
};

/** NULL if this element does not come from the file. @object: enum bh_object. */
const struct cfg_origin *cfg_cell_origin(const struct cfg_cell *cell, unsigned int object, uint32_t index);
const struct cfg_origin *cfg_board_origin(const struct cfg_board *board, unsigned int object, uint32_t index);

/** Turn an error of the driver or the hypervisor into a message with the user's names, file and line. */
void cfg_cell_explain(const struct cfg_cell *cell, const struct bh_error *error,
		      struct cfg_messages *messages);
void cfg_board_explain(const struct cfg_board *board, const struct bh_error *error,
		       struct cfg_messages *messages);

/** The same without a file at hand: one sentence, without the mend. Return: @text. */
const char *cfg_error_text(const struct bh_error *error, char *text, size_t size);
const char *cfg_error_mend(unsigned int code);

/**
 * cfg_command() - 'bulkhead config compile|check|dump ...'
 * @argv: from "config" on.  Return: exit code: 0, 2 wrong usage, 3 the files are wrong.
 */
int cfg_command(int argc, char **argv);

#endif
