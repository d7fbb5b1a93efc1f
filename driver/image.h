/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypervisor image: where it comes from and how it lies in memory. */
#ifndef DRIVER_IMAGE_H
#define DRIVER_IMAGE_H

#include <bulkhead/config.h>
#include <bulkhead/image.h>
#include <bulkhead/ioctl.h>
#include <linux/types.h>

struct firmware;

/** struct image - an image as found. @header: copy of its header.  @data, @size: the file. */
struct image {
	struct bh_image_header header;
	const void *data;
	size_t size;
	const struct firmware *firmware;
	void *file;
};

/** struct image_layout - offsets of the parts from hv_base. */
struct image_layout {
	u64 config;
	u64 info;
	u64 pages; /* page pool, up to the end */
};

/**
 * image_find() - find the image and look whether it fits this driver
 * @found: on -ENOEXEC: architecture << 32 | major << 16 | minor of what was found.
 * Return: 0, -ENOENT (no image), -ENOEXEC (not ours, or not this version).
 */
int image_find(struct image *image, u64 *found);

/** image_release() - forget it; harmless if there is none. */
void image_release(struct image *image);

/** image_memory_needed() - the least hv_memory for @image on the board @system. */
u64 image_memory_needed(const struct image *image, const struct bh_config_system *system);

/** image_layout() - where the parts go. */
struct image_layout image_layout(const struct image *image, const struct bh_config_system *system);

/**
 * image_fill() - write image, configuration and header into the hypervisor's memory, and clean it to memory
 * The page pool behind these is left alone: the hypervisor clears a page when it takes one.
 * @memory: mapping of all up to the page pool.  @generation: of the start to come.
 * @ioc: its injection goes along; NULL: none.
 */
void image_fill(void *memory, const struct image *image, const struct bh_config_system *system,
		u32 generation, const struct bh_ioc_enable *ioc);

#endif
