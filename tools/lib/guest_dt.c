// SPDX-License-Identifier: GPL-2.0-or-later
/* The device tree of a guest: what the cell has, in the form that every kernel knows. */
#include "guest_dt.h"

#include <lib/config.h>

#include <libfdt.h>
#include <string.h>

#define UART_CLOCK 24000000u
#define NS16550_CLOCK 3686400u
#define UART_PERIPHID 0x00041011u /* PL011, so that the bus need not read it */

static void make_memory(struct maker *maker)
{
	const struct cfg_cell *cell = maker->cell;

	for (size_t i = 0; i < cell->memory_count; i++) {
		const struct bh_config_memory *blob = &cell->memory[i].blob;
		const struct bh_config_range range = { blob->gpa, blob->size };

		if (blob->flags & BH_MEM_DEVICE)
			continue;
		dt_begin_at(maker, "memory", blob->gpa);
		dt_put_string(maker, "device_type", "memory");
		dt_put_reg(maker, &range, 1);
		dt_end(maker);
	}
}

static void make_16550(struct maker *maker, const struct cell_device *device)
{
	const struct bh_config_range range = { device->blob.gpa, device->blob.size };

	dt_begin_at(maker, "uart", device->blob.gpa);
	dt_put_string(maker, "compatible", "ns16550a");
	dt_put_reg(maker, &range, 1);
	if (device->blob.irq)
		dt_put_irq(maker, device->blob.irq, IRQ_TYPE_LEVEL_HIGH);
	dt_put_u32(maker, "clock-frequency", NS16550_CLOCK);
	dt_end(maker);
}

static void make_pl011(struct maker *maker, const struct cell_device *device)
{
	const struct bh_config_range range = { device->blob.gpa, device->blob.size };
	const uint32_t clock = dt_clock(maker, UART_CLOCK);
	const uint32_t clocks[2] = { clock, clock };

	dt_begin_at(maker, "uart", device->blob.gpa);
	dt_put_strings(maker, "compatible", "arm,pl011\0arm,primecell");
	dt_put_reg(maker, &range, 1);
	if (device->blob.irq)
		dt_put_irq(maker, device->blob.irq, IRQ_TYPE_LEVEL_HIGH);
	dt_put_cells(maker, "clocks", clocks, 2);
	dt_put_strings(maker, "clock-names", "uartclk\0apb_pclk");
	dt_put_u32(maker, "arm,primecell-periphid", UART_PERIPHID);
	dt_end(maker);
}

static void make_devices(struct maker *maker)
{
	const struct cfg_cell *cell = maker->cell;

	for (size_t i = 0; i < cell->device_count; i++) {
		if (cell->devices[i].blob.type == BH_DEV_UART_16550)
			make_16550(maker, &cell->devices[i]);
		else
			make_pl011(maker, &cell->devices[i]);
	}
	for (size_t i = 0; i < cell->passed_count; i++)
		dt_make_passed(maker, &cell->passed[i]);
	if (cell->body.comm_page) {
		const struct bh_config_range range = { cell->body.comm_page, BH_PAGE_SIZE };

		dt_begin_at(maker, "comm-page", cell->body.comm_page);
		dt_put_string(maker, "compatible", "bulkhead,comm-page");
		dt_put_reg(maker, &range, 1);
		dt_end(maker);
	}
}

/* ---- the whole ---- */

static int is_uart(const struct maker *maker, const struct passthrough *passed)
{
	static const char *const kinds[] = { "arm,pl011", "ns16550a", "snps,dw-apb-uart" };
	const void *from = devtree_blob(maker->tree);

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!fdt_node_check_compatible(from, passed->node, kinds[i]))
			return 1;
	}
	return 0;
}

/* The console, or else the first UART that was passed through; "" if the cell has none. */
static void stdout_path(const struct maker *maker, char *path, size_t size)
{
	const struct cfg_cell *cell = maker->cell;

	path[0] = '\0';
	if (cell->body.console != BH_NO_CONSOLE)
		snprintf(path, size, "/%s", cell->devices[cell->body.console].name);
	for (size_t i = 0; i < cell->passed_count && !*path; i++) {
		if (is_uart(maker, &cell->passed[i]))
			snprintf(path, size, "/%s", cell->passed[i].guest);
	}
}

static void put_alias(struct maker *maker, unsigned int number, const char *name)
{
	char alias[16], path[96];

	snprintf(alias, sizeof(alias), "serial%u", number & 63);
	snprintf(path, sizeof(path), "/%s", name);
	dt_put_string(maker, alias, path);
}

/* Linux numbers its ttyAMA and ttyS by these: virtual UARTs first, then real ones. */
static void make_aliases(struct maker *maker)
{
	const struct cfg_cell *cell = maker->cell;
	unsigned int number = 0;

	dt_begin(maker, "aliases");
	for (size_t i = 0; i < cell->device_count; i++)
		put_alias(maker, number++, cell->devices[i].name);
	for (size_t i = 0; i < cell->passed_count; i++) {
		if (is_uart(maker, &cell->passed[i]))
			put_alias(maker, number++, cell->passed[i].guest);
	}
	dt_end(maker);
}

static void make_chosen(struct maker *maker, uint64_t initrd, uint64_t initrd_size)
{
	const struct cfg_cell *cell = maker->cell;
	char path[96];

	dt_begin(maker, "chosen");
	if (cell->plan.cmdline)
		dt_put_string(maker, "bootargs", cell->plan.cmdline);
	stdout_path(maker, path, sizeof(path));
	if (*path)
		dt_put_string(maker, "stdout-path", path);
	if (initrd_size) {
		dt_put_u64(maker, "linux,initrd-start", initrd);
		dt_put_u64(maker, "linux,initrd-end", initrd + initrd_size);
	}
	dt_end(maker);
}

static void make_root(struct maker *maker, uint64_t initrd, uint64_t initrd_size)
{
	char model[64];

	dt_begin(maker, "");
	snprintf(model, sizeof(model), "Bulkhead cell %s", maker->cell->body.name);
	dt_put_strings(maker, "compatible", "bulkhead,cell\0linux,dummy-virt");
	dt_put_string(maker, "model", model);
	dt_put_u32(maker, "#address-cells", 2);
	dt_put_u32(maker, "#size-cells", 2);
	dt_put_u32(maker, "interrupt-parent", PHANDLE_INTC);
	dt_put_flag(maker, "dma-coherent");
	make_aliases(maker);
	make_chosen(maker, initrd, initrd_size);
	maker->isa->guest_cpus(maker);
	make_memory(maker);
	maker->isa->guest_platform(maker);
	make_devices(maker);
	dt_make_clocks(maker);
	dt_end(maker);
}

void *guest_dt_build(struct cfg_cell *cell, uint64_t initrd, uint64_t initrd_size, size_t *size,
		     struct cfg_messages *messages)
{
	struct maker maker = { .cell = cell,
			       .isa = cell->board->isa,
			       .tree = cell->board->tree,
			       .fdt = arena_alloc(&cell->arena, DTB_ROOM) };

	if (maker.isa->harts_as_board && cell->board->devicetree)
		maker.tree = board_devtree(cell->board, messages);
	dt_keep(&maker, fdt_create(maker.fdt, DTB_ROOM));
	dt_keep(&maker, fdt_finish_reservemap(maker.fdt));
	make_root(&maker, initrd, initrd_size);
	dt_keep(&maker, fdt_finish(maker.fdt));
	if (maker.error) {
		error_add(messages, RULE_GUEST_TREE, node_place(node_get(cell->root, "boot"), cell->file),
			  "pass fewer devices through, or give a .dtb",
			  "the guest's device tree cannot be made: %s", fdt_strerror(maker.error));
		return NULL;
	}
	*size = fdt_totalsize(maker.fdt);
	return maker.fdt;
}
