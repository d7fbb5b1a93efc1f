// SPDX-License-Identifier: GPL-2.0-or-later
#include <device/console.h>

#include <cell/cell.h>
#include <core/component.h>
#include <core/info.h>
#include <core/log.h>
#include <lib/errors.h>

#define INPUT_SIZE 16u /* as much as a UART's FIFO; a power of two */

/**
 * struct console - @lock: one writer of @ring at a time (bounded work; comes after a device's own lock), and @input
 * @ring: in the info area, NULL while there is no cell.  @ops, @device: who takes input.
 * @input, @head, @tail: what waits to be asked for, where nobody takes it; both only grow.
 */
struct console {
	struct spinlock lock;
	struct bh_ring *ring;
	const struct console_ops *ops;
	void *device;
	uint32_t head, tail;
	uint8_t input[INPUT_SIZE];
};

static struct console consoles[BH_MAX_CELLS];

void console_attach(struct cell *cell, const struct console_ops *ops, void *device)
{
	consoles[cell->id].ops = ops;
	consoles[cell->id].device = device;
}

void console_put(struct cell *cell, uint8_t byte)
{
	struct console *console = &consoles[cell->id];

	if (!console->ring)
		return;
	spin_lock(&console->lock);
	ring_put(console->ring, &byte, 1);
	spin_unlock(&console->lock);
}

int64_t console_get(struct cell *cell)
{
	struct console *console = &consoles[cell->id];
	int64_t byte = -1;

	spin_lock(&console->lock);
	if (console->tail != console->head)
		byte = console->input[console->tail++ % INPUT_SIZE];
	spin_unlock(&console->lock);
	return byte;
}

static uint32_t keep_input(struct console *console, const uint8_t *bytes, uint32_t count)
{
	uint32_t taken;

	spin_lock(&console->lock);
	for (taken = 0; taken < count && console->head - console->tail < INPUT_SIZE; taken++)
		console->input[console->head++ % INPUT_SIZE] = bytes[taken];
	spin_unlock(&console->lock);
	return taken;
}

int console_write(struct cell *cell, const uint8_t *bytes, uint32_t count, uint32_t *taken,
		  struct bh_error *error)
{
	struct console *console = &consoles[cell->id];

	*taken = 0;
	if (!console->ring)
		return error_set(error, BH_E_RANGE, BH_OBJ_DEVICE, BH_NO_CONSOLE, cell->id, 0);
	*taken = console->ops ? console->ops->input(console->device, bytes, count) :
				keep_input(console, bytes, count);
	return *taken ? BH_E_OK : error_set(error, BH_E_FULL, BH_OBJ_DEVICE, cell->id, count, 0);
}

/* Component. */

static int console_prepare(struct cell *cell, struct bh_error *error)
{
	struct bh_ring *ring = info_alloc_ring(INFO_CONSOLE_SIZE);

	if (!ring)
		return error_set(error, BH_E_NO_MEMORY, BH_OBJ_DEVICE, cell->id, INFO_CONSOLE_SIZE, 0);
	consoles[cell->id].ring = ring;
	return BH_E_OK;
}

/* Nobody else looks at the entry's console: state changes leave it alone. */
static void set_offset(struct cell *cell, const struct bh_ring *ring)
{
	struct bh_cell_info *info = info_cell(cell->id);

	spin_lock(&cell->lock);
	info_cell_begin(info);
	info->console = info_offset(ring);
	info_cell_end(info);
	spin_unlock(&cell->lock);
}

static void console_commit(struct cell *cell)
{
	set_offset(cell, consoles[cell->id].ring);
}

/* What was typed for its former life is not for this one. */
static void console_reset(struct cell *cell)
{
	struct console *console = &consoles[cell->id];

	spin_lock(&console->lock);
	console->tail = console->head;
	spin_unlock(&console->lock);
}

static void console_exit(struct cell *cell)
{
	struct console *console = &consoles[cell->id];

	set_offset(cell, NULL);
	if (console->ring)
		info_free_ring(console->ring);
	*console = (struct console){ .ring = NULL };
}

COMPONENT(console) = {
	.name = "console",
	.phase = COMPONENT_CELL, /* before the devices that attach themselves */
	.cell_prepare = console_prepare,
	.cell_commit = console_commit,
	.cell_reset = console_reset,
	.cell_exit = console_exit,
};
