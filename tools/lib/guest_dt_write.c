// SPDX-License-Identifier: GPL-2.0-or-later
/* Writing a device tree with libfdt, without a check behind each line: the first error is kept. */
#include "guest_dt.h"

#include <libfdt.h>
#include <string.h>

void dt_keep(struct maker *maker, int error)
{
	if (!maker->error)
		maker->error = error;
}

void dt_begin(struct maker *maker, const char *name)
{
	dt_keep(maker, fdt_begin_node(maker->fdt, name));
}

void dt_begin_at(struct maker *maker, const char *name, uint64_t at)
{
	char full[64];

	snprintf(full, sizeof(full), "%s@%llx", name, (unsigned long long)at);
	dt_begin(maker, full);
}

void dt_end(struct maker *maker)
{
	dt_keep(maker, fdt_end_node(maker->fdt));
}

void dt_put(struct maker *maker, const char *name, const void *data, size_t size)
{
	dt_keep(maker, fdt_property(maker->fdt, name, data, (int)size));
}

void dt_put_flag(struct maker *maker, const char *name)
{
	dt_put(maker, name, NULL, 0);
}

void dt_put_string(struct maker *maker, const char *name, const char *text)
{
	dt_put(maker, name, text, strlen(text) + 1);
}

void dt_put_cells(struct maker *maker, const char *name, const uint32_t *cells, size_t count)
{
	fdt32_t out[64];

	for (size_t i = 0; i < count; i++)
		out[i] = cpu_to_fdt32(cells[i]);
	dt_put(maker, name, out, count * sizeof(*out));
}

void dt_put_u32(struct maker *maker, const char *name, uint32_t value)
{
	dt_put_cells(maker, name, &value, 1);
}

void dt_put_u64(struct maker *maker, const char *name, uint64_t value)
{
	const uint32_t cells[2] = { (uint32_t)(value >> 32), (uint32_t)value };

	dt_put_cells(maker, name, cells, 2);
}

void dt_put_reg(struct maker *maker, const struct bh_config_range *ranges, size_t count)
{
	uint32_t cells[64];

	for (size_t i = 0; i < count; i++) {
		cells[4 * i] = (uint32_t)(ranges[i].base >> 32);
		cells[4 * i + 1] = (uint32_t)ranges[i].base;
		cells[4 * i + 2] = (uint32_t)(ranges[i].size >> 32);
		cells[4 * i + 3] = (uint32_t)ranges[i].size;
	}
	dt_put_cells(maker, "reg", cells, 4 * count);
}

void dt_put_irq(struct maker *maker, uint32_t irq, uint32_t flags)
{
	uint32_t cells[4];

	dt_put_cells(maker, "interrupts", cells, maker->isa->put_irq(maker->cell, irq, flags, cells));
}
