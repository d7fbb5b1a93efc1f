// SPDX-License-Identifier: GPL-2.0-or-later
/* Is a file a device tree blob that libfdt may read? */
#include "devtree_sound.h"

#include <libfdt.h>
#include <string.h>

/* The structure block, read from its begin to its end. */
struct walk {
	const char *block;
	size_t size, at;    /* bytes */
	bool aligns_values; /* versions below 16: values of 8 bytes and more begin at multiples of 8 */
};

static bool skip(struct walk *walk, size_t bytes)
{
	if (bytes > walk->size - walk->at)
		return false;
	walk->at += bytes;
	return true;
}

/* All that is in the block takes whole cells. */
static bool skip_cells(struct walk *walk, size_t bytes)
{
	return skip(walk, bytes) && skip(walk, -bytes % FDT_TAGSIZE);
}

static bool skip_name(struct walk *walk)
{
	const char *name = walk->block + walk->at;
	const char *end = memchr(name, 0, walk->size - walk->at);

	return end && skip_cells(walk, (size_t)(end - name) + 1);
}

static bool skip_property(struct walk *walk)
{
	const char *length_at = walk->block + walk->at;
	size_t length;

	if (!skip(walk, 2 * sizeof(fdt32_t))) /* length of the value, offset of the name */
		return false;
	length = fdt32_ld((const fdt32_t *)(const void *)length_at);
	if (walk->aligns_values && length >= 8 && walk->at % 8 && !skip(walk, FDT_TAGSIZE))
		return false;
	return skip_cells(walk, length);
}

static bool lengths_are_inside(struct walk *walk)
{
	for (;;) {
		const char *tag = walk->block + walk->at;

		if (!skip(walk, FDT_TAGSIZE))
			return false;
		switch (fdt32_ld((const fdt32_t *)(const void *)tag)) {
		case FDT_BEGIN_NODE:
			if (!skip_name(walk))
				return false;
			break;
		case FDT_PROP:
			if (!skip_property(walk))
				return false;
			break;
		case FDT_END_NODE:
		case FDT_NOP:
			break;
		case FDT_END:
			return true;
		default:
			return false;
		}
	}
}

bool dt_is_sound(const void *fdt, size_t size)
{
	struct walk walk = { 0 };

	if (size < FDT_V17_SIZE || fdt_check_header(fdt) || fdt_totalsize(fdt) > size)
		return false;
	walk.block = (const char *)fdt + fdt_off_dt_struct(fdt);
	walk.size = fdt_totalsize(fdt) - fdt_off_dt_struct(fdt);
	walk.aligns_values = fdt_version(fdt) < 16;
	return lengths_are_inside(&walk) && !fdt_check_full(fdt, size);
}
