/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zeroing a destroyed cell's RAM, block by block, by root's calls and the cell's own parked CPUs together. */
#ifndef CONTROL_SCRUB_H
#define CONTROL_SCRUB_H

struct cell;

/** Begin: the cell's parked CPUs are set to work. Context: control lock, cell DESTROYING and quiet. */
void scrub_start(struct cell *cell);

/** Do one block, if one is left. Return: 1 if there was one. Any CPU. */
int scrub_block(struct cell *cell);

/** A parked CPU was told to help: blocks until none is left. */
void scrub_help(struct cell *cell);

/** Is all of it zero, and has the last helper gone? */
int scrub_is_done(const struct cell *cell);

#endif
