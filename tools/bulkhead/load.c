// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing images into the memory of a loading cell, in pieces, with progress. */
#include "cell.h"
#include "rundir.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE 0x40000u /* 256 KiB: small enough for a progress display on a slow machine */

/** struct load - one image on its way; @file: NULL if the bytes are in @data. */
struct load {
	const char *what, *name;
	FILE *file;
	const char *data;
	uint64_t gpa, size;
	bool progress, terminal;
};

static void show_progress(const struct load *load, uint64_t done)
{
	char size[24];

	if (!load->progress || !load->terminal || !done)
		return;
	fprintf(stderr, "\r%-12s %3u %% of %s ", load->what,
		load->size ? (unsigned int)(done * 100 / load->size) : 100, cell_size_text(load->size, size));
}

static void show_end(const struct load *load)
{
	char size[24];

	if (load->progress)
		fprintf(stderr, "%s%-12s %s at 0x%" PRIx64 "%s%s\n", load->terminal ? "\r" : "", load->what,
			cell_size_text(load->size, size), load->gpa, load->name ? "  " : "",
			load->name ? load->name : "");
}

/* The next piece: from the file, or where it lies. NULL after a sentence. */
static const char *next_piece(struct load *load, char *buffer, uint64_t done, size_t size)
{
	if (!load->file)
		return load->data + done;
	if (fread(buffer, 1, size, load->file) == size)
		return buffer;
	if (ferror(load->file))
		cli_say("cannot read %s: %s", load->name, strerror(errno));
	else
		cli_say("%s became shorter while it was read", load->name);
	return NULL;
}

static enum cli_exit write_piece(const struct device *device, uint32_t handle, const struct load *load,
				 const char *data, uint64_t done, size_t size)
{
	struct bh_ioc_cell_write write = DEVICE_ARGUMENT(bh_ioc_cell_write);
	char task[400];

	write.handle = handle;
	write.gpa = load->gpa + done;
	write.data = (uintptr_t)data;
	write.size = size;
	snprintf(task, sizeof(task), "write %s to 0x%" PRIx64, load->name ? load->name : load->what,
		 write.gpa);
	return device_call(device, BH_IOC_CELL_WRITE, &write, &write.error, task);
}

static enum cli_exit load_image(const struct device *device, uint32_t handle, struct load *load)
{
	enum cli_exit result = CLI_OK;
	char *buffer = load->file ? malloc(PIECE) : NULL;

	if (load->file && !buffer)
		return CLI_FAILED;
	load->terminal = isatty(STDERR_FILENO);
	for (uint64_t done = 0; done < load->size && !result;) {
		size_t size = load->size - done < PIECE ? (size_t)(load->size - done) : PIECE;
		const char *data;

		show_progress(load, done);
		data = next_piece(load, buffer, done, size);
		result = data ? write_piece(device, handle, load, data, done, size) : CLI_FAILED;
		done += size;
	}
	if (!result)
		show_end(load);
	free(buffer);
	return result;
}

static enum cli_exit open_image(struct load *load)
{
	struct stat status;

	load->file = fopen(load->name, "rbe");
	if (!load->file || fstat(fileno(load->file), &status)) {
		cli_say("cannot open %s: %s", load->name, strerror(errno));
		return CLI_CONFIG;
	}
	if (!S_ISREG(status.st_mode)) {
		cli_say("%s is not a file", load->name);
		return CLI_CONFIG;
	}
	if (!load->size)
		load->size = (uint64_t)status.st_size;
	return CLI_OK;
}

static enum cli_exit load_file(const struct device *device, uint32_t handle, struct load *load)
{
	enum cli_exit result = open_image(load);

	if (!result)
		result = load_image(device, handle, load);
	if (load->file)
		fclose(load->file);
	return result;
}

/* The state 'loading' opens the loadable regions for us. */
static enum cli_exit begin(const struct device *device, const struct bh_ioc_cell_info *cell)
{
	if (cell->info.state == BH_CELL_LOADING)
		return CLI_OK;
	return cell_control(device, cell->handle, cell->info.name, BH_OP_LOAD, 0);
}

enum cli_exit cell_load_plan(const struct device *device, const struct bh_ioc_cell_info *cell,
			     const struct cfg_boot_plan *plan, bool progress)
{
	enum cli_exit result = begin(device, cell);

	for (size_t i = 0; i < plan->load_count && !result; i++) {
		const struct cfg_load *item = &plan->loads[i];
		struct load load = { .what = item->what,
				     .name = item->path,
				     .data = item->data,
				     .gpa = item->gpa,
				     .size = item->size,
				     .progress = progress };

		if (item->path)
			result = load_file(device, cell->handle, &load);
		else
			result = load_image(device, cell->handle, &load);
	}
	return result;
}

/* Where a file goes whose address the user did not say. */
static enum cli_exit first_loadable(const struct device *device, uint32_t handle, uint64_t *gpa)
{
	struct bh_ioc_cell_region region = DEVICE_ARGUMENT(bh_ioc_cell_region);

	region.handle = handle;
	for (;; region.index++) {
		if (device_ioctl(device, BH_IOC_CELL_REGION, &region))
			break;
		if (region.flags & BH_MEM_LOADABLE) {
			*gpa = region.gpa;
			return CLI_OK;
		}
	}
	cli_say("the cell has no loadable memory region; name an address: FILE@ADDRESS");
	return CLI_FAILED;
}

static enum cli_exit load_argument(const struct device *device, uint32_t handle, char *argument,
				   bool progress)
{
	char *at = strrchr(argument, '@');
	struct load load = { .what = "image", .name = argument, .progress = progress };
	enum cli_exit result = CLI_OK;

	if (at) {
		*at = 0;
		if (!cli_number(at + 1, argument, UINT64_MAX, &load.gpa))
			return CLI_USAGE;
	} else {
		result = first_loadable(device, handle, &load.gpa);
	}
	return result ? result : load_file(device, handle, &load);
}

/* The images that the cell's own file names. */
static enum cli_exit load_own(const struct device *device, const struct bh_ioc_cell_info *cell, bool progress)
{
	struct cell_file file;
	char *path = rundir_cell(cell->info.name);
	enum cli_exit result = path ? cell_file_open(&file, path, NULL) : CLI_CONFIG;

	if (!result) {
		result = cell_load_plan(device, cell, file.plan, progress);
		cell_file_close(&file);
	}
	free(path);
	return result;
}

static enum cli_exit load_files(const struct device *device, const struct bh_ioc_cell_info *cell,
				const struct cli_call *call)
{
	enum cli_exit result = begin(device, cell);

	for (int i = 1; i < call->count && !result; i++)
		result = load_argument(device, cell->handle, call->arguments[i], !call->quiet);
	return result;
}

enum cli_exit cmd_cell_load(const struct cli_call *call)
{
	struct bh_ioc_cell_info cell;
	struct device device;
	enum cli_exit result = device_open(&device);

	if (result)
		return result;
	result = device_find(&device, call->arguments[0], &cell);
	if (!result)
		result = call->count > 1 ? load_files(&device, &cell, call) :
					   load_own(&device, &cell, !call->quiet);
	device_close(&device);
	return result;
}
