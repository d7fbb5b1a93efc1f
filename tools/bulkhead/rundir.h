/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tool remembers between two commands, below /run/bulkhead: the board that 'enable' was
 * given, and the file of each cell. Only the names of the user's files are kept here, no state:
 * the state of cells is always asked from the hypervisor.
 */
#ifndef RUNDIR_H
#define RUNDIR_H

#include "cli.h"

#include <cfg.h>

/** Remember the board's blob and, for messages, its file. False after a sentence. */
bool rundir_save_board(const char *path, const void *blob, size_t size);
/** The board that is enabled; NULL after a sentence. */
struct cfg_board *rundir_board(void);
void rundir_forget_board(void);

bool rundir_save_cell(const char *name, const char *path);
/** The file of the cell; NULL after a sentence. Free it. */
char *rundir_cell(const char *name);
void rundir_forget_cell(const char *name);
/** Is the file of the cell known here? */
bool rundir_knows_cell(const char *name);

/**
 * rundir_lock() - be the only process that does @what, until it ends
 * Return: false after a sentence, if another one does.
 */
bool rundir_lock(const char *what);

#endif
