// SPDX-License-Identifier: GPL-2.0-only
/* The hypervisor image: where it comes from and how it lies in memory. */
#include "image.h"

#include "arch.h"
#include "main.h"

#include <linux/firmware.h>
#include <linux/kernel_read_file.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define IMAGE_MAX_SIZE (16u << 20)
#define LEAST_PAGES 64 /* a page pool below that cannot hold root's tables */

static char *image_name = BH_IMAGE_NAME;
module_param_named(image, image_name, charp, 0644);
MODULE_PARM_DESC(image, "hypervisor image: name under /lib/firmware, or a path that starts with '/'");

static uint timeout_scale = 1;
module_param(timeout_scale, uint, 0644);
MODULE_PARM_DESC(timeout_scale, "multiplies every deadline: 1 on hardware, more on slow emulators");

static int image_read(struct image *image)
{
	ssize_t size;

	if (image_name[0] != '/') {
		if (firmware_request_nowarn(&image->firmware, image_name, main_device()))
			return -ENOENT;
		image->data = image->firmware->data;
		image->size = image->firmware->size;
		return 0;
	}
	size = kernel_read_file_from_path(image_name, 0, &image->file, IMAGE_MAX_SIZE, NULL,
					  READING_FIRMWARE);
	if (size < 0)
		return -ENOENT;
	image->data = image->file;
	image->size = size;
	return 0;
}

static bool page_aligned(u64 value)
{
	return !(value & (BH_PAGE_SIZE - 1));
}

/* The image is root's own file: this finds mix-ups, not attacks. */
static bool header_fits(const struct image *image)
{
	const struct bh_image_header *header = &image->header;

	return header->magic == BH_IMAGE_MAGIC && header->arch == BH_THIS_ARCH &&
	       header->major == BH_ABI_MAJOR && header->core_size >= image->size &&
	       header->core_size <= IMAGE_MAX_SIZE && header->percpu_size <= IMAGE_MAX_SIZE &&
	       header->info_size <= IMAGE_MAX_SIZE &&
	       page_aligned(header->core_size) && page_aligned(header->percpu_size) &&
	       page_aligned(header->info_size) && header->info_size >= BH_PAGE_SIZE &&
	       header->entry_offset < image->size;
}

int image_find(struct image *image, u64 *found)
{
	int ret = image_read(image);

	if (ret)
		return ret;
	if (image->size >= sizeof(image->header))
		memcpy(&image->header, image->data, sizeof(image->header));
	if (header_fits(image))
		return 0;
	if (image->header.magic == BH_IMAGE_MAGIC)
		*found = (u64)image->header.arch << 32 | (u32)image->header.major << 16 | image->header.minor;
	return -ENOEXEC;
}

void image_release(struct image *image)
{
	release_firmware(image->firmware);
	vfree(image->file);
	memset(image, 0, sizeof(*image));
}

struct image_layout image_layout(const struct image *image, const struct bh_config_system *system)
{
	const struct bh_image_header *header = &image->header;
	struct image_layout layout;

	layout.config = header->core_size + header->percpu_size * system->cpus.count;
	layout.info = ALIGN(layout.config + system->header.size, BH_PAGE_SIZE);
	layout.pages = layout.info + header->info_size;
	return layout;
}

u64 image_memory_needed(const struct image *image, const struct bh_config_system *system)
{
	return image_layout(image, system).pages + LEAST_PAGES * BH_PAGE_SIZE;
}

void image_fill(void *memory, const struct image *image, const struct bh_config_system *system,
		u32 generation, const struct bh_ioc_enable *ioc)
{
	struct image_layout layout = image_layout(image, system);
	struct bh_image_header *header = memory;

	memcpy(memory, image->data, image->size);
	memset(memory + image->size, 0, layout.pages - image->size);
	memcpy(memory + layout.config, system, system->header.size);

	header->hv_base = system->hv_memory.base;
	header->hv_size = system->hv_memory.size;
	header->cpu_count = system->cpus.count;
	header->online_count = 1; /* takeover writes how many really come */
	header->config_offset = layout.config;
	header->config_size = system->header.size;
	header->info_offset = layout.info;
	header->generation = generation;
	header->timeout_scale = max(timeout_scale, 1u);
	header->inject_kind = BH_INJECT_NONE;
	header->inject_cpu = -1;
	memset(header->inject_step, 0, sizeof(header->inject_step));
	if (ioc) {
		header->inject_kind = ioc->inject_kind;
		header->inject_cpu = ioc->inject_cpu;
		strscpy(header->inject_step, ioc->inject_step, sizeof(header->inject_step));
	}
	arch_clean(memory, layout.pages);
	arch_sync_code();
}
