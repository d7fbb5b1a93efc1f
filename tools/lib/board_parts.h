/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A board file becomes a blob: board.c reads, board_check.c checks. */
#ifndef CFG_BOARD_PARTS_H
#define CFG_BOARD_PARTS_H

#include "isa.h"

/** 'aliases'. */
void board_read_aliases(struct board_load *load);
/** Threads of one core and CPUs of one clock, by the file or the device tree. */
void board_read_groups(struct board_load *load);
void board_check(struct board_load *load);

#endif
