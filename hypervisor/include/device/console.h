/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cell's console: a ring in the info area for its output, and one device that takes input, or, where there is none, a
 * few bytes of input until the cell asks for them by call.
 */
#ifndef DEVICE_CONSOLE_H
#define DEVICE_CONSOLE_H

#include <bulkhead/errors.h>
#include <bulkhead/types.h>

struct cell;

/** A device that takes console input: returns how many bytes it took. */
struct console_ops {
	uint32_t (*input)(void *device, const uint8_t *bytes, uint32_t count);
};

/** @ops, @device: who takes @cell's input from now on. Context: commit. */
void console_attach(struct cell *cell, const struct console_ops *ops, void *device);

/** One byte of output of @cell. Any CPU of it; bounded. */
void console_put(struct cell *cell, uint8_t byte);

/** The next byte of input of @cell, if no device takes it; -1: none. Any CPU of it; bounded. */
int64_t console_get(struct cell *cell);

/**
 * console_write() - input for @cell
 * @taken: how many bytes the device took, or wait to be asked for.
 * Return: 0; BH_E_FULL: none; BH_E_RANGE: it is root, which has no console here. Context: control lock.
 */
int console_write(struct cell *cell, const uint8_t *bytes, uint32_t count, uint32_t *taken,
		  struct bh_error *error);

#endif
