/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /dev/bulkhead: calls whose failures become sentences, the info area, rings. */
#ifndef DEVICE_H
#define DEVICE_H

#include "cli.h"

#include <bulkhead/ioctl.h>

#include <cfg.h>

/** struct device - @info: NULL until device_map(). */
struct device {
	int fd;
	const struct bh_info *info;
	size_t info_size;
};

/** Whose names stand in sentences; both may be NULL. */
struct device_names {
	const struct cfg_board *board;
	const struct cfg_cell *cell;
};

enum cli_exit device_open(struct device *device);
/** device_open(), and the hypervisor is enabled. Fails with a sentence. */
enum cli_exit device_open_enabled(struct device *device);
void device_close(struct device *device);

/** Fill in the header of an ioctl's argument. */
#define DEVICE_ARGUMENT(type)                            \
	(struct type)                                    \
	{                                                \
		.header = {.size = sizeof(struct type) } \
	}

/** ioctl() that is repeated after signals. Return: 0 or errno. */
int device_ioctl(const struct device *device, unsigned long request, void *argument);

/**
 * device_report() - say why @task failed
 * @task: completes "cannot ...".  @error: from the driver; may have code 0.  @errnum: errno.
 * Return: the exit code for it.
 */
enum cli_exit device_report(const char *task, const struct bh_error *error, int errnum,
			    const struct device_names *names);

/** device_ioctl() and, on failure, device_report(). */
enum cli_exit device_call(const struct device *device, unsigned long request, void *argument,
			  const struct bh_error *error, const char *task);

enum cli_exit device_status(const struct device *device, struct bh_ioc_status *status);

/** Map the info area, read only. Fails with a sentence if there is none. */
enum cli_exit device_map(struct device *device);

/** device_cell_at() - the cell with @id; CLI_NO_CELL without a sentence if there is none. */
enum cli_exit device_cell_at(const struct device *device, uint32_t id, struct bh_ioc_cell_info *cell);

/** The cell called @name. Fails with a sentence. */
enum cli_exit device_find(const struct device *device, const char *name, struct bh_ioc_cell_info *cell);

/** Wait until a cell changed its state, or @ms have gone. */
void device_wait(const struct device *device, int ms);

/** struct device_ring - a reader of one ring; @position: bytes read so far. */
struct device_ring {
	const struct bh_ring *ring;
	uint64_t position;
	uint32_t limit; /* bytes that the info area has room for */
};

/** Start reading at the oldest byte (or behind the newest). Return: false if @offset holds no ring. */
bool device_ring_open(const struct device *device, uint32_t offset, bool newest, struct device_ring *reader);

/** Read at most @size bytes. @skipped grows by the bytes that were overwritten before they were read. */
size_t device_ring_read(struct device_ring *reader, char *data, size_t size, uint64_t *skipped);

/** A consistent copy of a cell's entry in the info area; false if it never stood still. */
bool device_cell_live(const struct device *device, uint32_t handle, struct bh_cell_info *cell);

const char *device_state_text(uint32_t state);
const char *device_reason_text(uint32_t kind);

#endif
