// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device tree of a guest: what the cell has, in the form that every arm64 kernel knows.
 * Of passed-through nodes what names other nodes is left out, but clocks, which become
 * fixed clocks: the guest cannot reach the machine's clock controller.
 */
#include "internal.h"

#include <lib/config.h>

#include <libfdt.h>
#include <string.h>

#define PHANDLE_GIC 1u
#define PHANDLE_CLOCKS 2u /* and up: one for each frequency */
#define UART_CLOCK 24000000u
#define UART_PERIPHID 0x00041011u /* PL011, so that the bus need not read it */
#define CLOCKS_MOST 16

#define IRQ_SPI 0u
#define IRQ_PPI 1u
#define IRQ_LEVEL_HIGH 4u

struct maker {
	struct cfg_cell *cell;
	const struct devtree *tree; /* of the board, NULL if not needed */
	void *fdt;
	int error;
	uint32_t clocks[CLOCKS_MOST];
	uint32_t clock_count;
};

/* ---- writing; the first error is kept ---- */

static void keep(struct maker *maker, int error)
{
	if (!maker->error)
		maker->error = error;
}

static void begin(struct maker *maker, const char *name)
{
	keep(maker, fdt_begin_node(maker->fdt, name));
}

static void begin_at(struct maker *maker, const char *name, uint64_t at)
{
	char full[64];

	snprintf(full, sizeof(full), "%s@%llx", name, (unsigned long long)at);
	begin(maker, full);
}

static void end(struct maker *maker)
{
	keep(maker, fdt_end_node(maker->fdt));
}

static void put(struct maker *maker, const char *name, const void *data, size_t size)
{
	keep(maker, fdt_property(maker->fdt, name, data, (int)size));
}

static void put_flag(struct maker *maker, const char *name)
{
	put(maker, name, NULL, 0);
}

static void put_string(struct maker *maker, const char *name, const char *text)
{
	put(maker, name, text, strlen(text) + 1);
}

/* Several strings: @text has a NUL between them, and the one that C adds behind. */
#define put_strings(maker, name, text) put(maker, name, text, sizeof(text))

static void put_cells(struct maker *maker, const char *name, const uint32_t *cells, size_t count)
{
	fdt32_t out[64];

	for (size_t i = 0; i < count; i++)
		out[i] = cpu_to_fdt32(cells[i]);
	put(maker, name, out, count * sizeof(*out));
}

static void put_u32(struct maker *maker, const char *name, uint32_t value)
{
	put_cells(maker, name, &value, 1);
}

static void put_u64(struct maker *maker, const char *name, uint64_t value)
{
	const uint32_t cells[2] = { (uint32_t)(value >> 32), (uint32_t)value };

	put_cells(maker, name, cells, 2);
}

static void put_reg(struct maker *maker, const struct bh_config_range *ranges, size_t count)
{
	uint32_t cells[64];

	for (size_t i = 0; i < count; i++) {
		cells[4 * i] = (uint32_t)(ranges[i].base >> 32);
		cells[4 * i + 1] = (uint32_t)ranges[i].base;
		cells[4 * i + 2] = (uint32_t)(ranges[i].size >> 32);
		cells[4 * i + 3] = (uint32_t)ranges[i].size;
	}
	put_cells(maker, "reg", cells, 4 * count);
}

/* ---- what every cell has ---- */

static void make_cpus(struct maker *maker)
{
	const struct cfg_cell *cell = maker->cell;

	begin(maker, "cpus");
	put_u32(maker, "#address-cells", 1);
	put_u32(maker, "#size-cells", 0);
	for (uint32_t i = 0; i < cell->cpu_count; i++) {
		const uint32_t mpidr = (i >> 4) << 8 |
				       (i & 15); /* as the hypervisor numbers vCPUs: 16 to a cluster */

		begin_at(maker, "cpu", mpidr);
		put_string(maker, "device_type", "cpu");
		put_string(maker, "compatible", "arm,armv8");
		put_u32(maker, "reg", mpidr);
		put_string(maker, "enable-method", "psci");
		end(maker);
	}
	end(maker);
	begin(maker, "psci");
	put_strings(maker, "compatible", "arm,psci-1.0\0arm,psci-0.2");
	put_string(maker, "method", "hvc");
	end(maker);
}

static void make_memory(struct maker *maker)
{
	const struct cfg_cell *cell = maker->cell;

	for (size_t i = 0; i < cell->memory_count; i++) {
		const struct bh_config_memory *blob = &cell->memory[i].blob;
		const struct bh_config_range range = { blob->gpa, blob->size };

		if (blob->flags & BH_MEM_DEVICE)
			continue;
		begin_at(maker, "memory", blob->gpa);
		put_string(maker, "device_type", "memory");
		put_reg(maker, &range, 1);
		end(maker);
	}
}

static void make_gic(struct maker *maker)
{
	const struct cfg_cell *cell = maker->cell;
	const struct bh_config_cell_gic *gic = &cell->body.gic;
	const int v3 = gic->version == BH_GIC_V3;
	const struct bh_config_range windows[2] = {
		{ gic->gicd, v3 ? CONFIG_GICD_V3_SIZE : CONFIG_GICD_V2_SIZE },
		{ v3 ? gic->gicr : gic->gicc, v3 ? cell->cpu_count * CONFIG_GICR_STRIDE : CONFIG_GICC_SIZE },
	};

	begin_at(maker, "interrupt-controller", gic->gicd);
	put_string(maker, "compatible", v3 ? "arm,gic-v3" : "arm,gic-400");
	put_flag(maker, "interrupt-controller");
	put_u32(maker, "#interrupt-cells", 3);
	put_u32(maker, "#address-cells", 0);
	put_reg(maker, windows, 2);
	put_u32(maker, "phandle", PHANDLE_GIC);
	end(maker);
}

/* Secure, non-secure and virtual EL1 timer, EL2 timer; the guest uses the virtual one. */
static void make_timer(struct maker *maker)
{
	static const uint32_t ppis[] = { 13, 14, 11, 10 };
	const uint32_t cpus = (uint32_t)maker->cell->cpu_count;
	const uint32_t mask =
		maker->cell->body.gic.version == BH_GIC_V2 ? ((1u << (cpus < 8 ? cpus : 8)) - 1) << 8 : 0;
	uint32_t cells[3 * ARRAY_SIZE(ppis)];

	for (size_t i = 0; i < ARRAY_SIZE(ppis); i++) {
		cells[3 * i] = IRQ_PPI;
		cells[3 * i + 1] = ppis[i];
		cells[3 * i + 2] = IRQ_LEVEL_HIGH | mask;
	}
	begin(maker, "timer");
	put_string(maker, "compatible", "arm,armv8-timer");
	put_cells(maker, "interrupts", cells, ARRAY_SIZE(cells));
	put_flag(maker, "always-on");
	end(maker);
}

/* ---- clocks ---- */

static uint32_t clock_phandle(struct maker *maker, uint32_t frequency)
{
	uint32_t i = 0;

	while (i < maker->clock_count && maker->clocks[i] != frequency)
		i++;
	if (i == CLOCKS_MOST)
		return PHANDLE_CLOCKS; /* so many rates in one cell: the first must do */
	if (i == maker->clock_count)
		maker->clocks[maker->clock_count++] = frequency;
	return PHANDLE_CLOCKS + i;
}

static void make_clocks(struct maker *maker)
{
	char name[32];

	for (uint32_t i = 0; i < maker->clock_count; i++) {
		snprintf(name, sizeof(name), "clock-%u", maker->clocks[i]);
		begin(maker, name);
		put_string(maker, "compatible", "fixed-clock");
		put_u32(maker, "#clock-cells", 0);
		put_u32(maker, "clock-frequency", maker->clocks[i]);
		put_u32(maker, "phandle", PHANDLE_CLOCKS + i);
		end(maker);
	}
}

/* ---- devices ---- */

static void make_uart(struct maker *maker, const struct cell_device *device)
{
	const struct bh_config_range range = { device->blob.gpa, device->blob.size };
	const uint32_t irq[3] = { IRQ_SPI, device->blob.irq - 32, IRQ_LEVEL_HIGH };
	const uint32_t clock = clock_phandle(maker, UART_CLOCK);
	const uint32_t clocks[2] = { clock, clock };

	begin_at(maker, "uart", device->blob.gpa);
	put_strings(maker, "compatible", "arm,pl011\0arm,primecell");
	put_reg(maker, &range, 1);
	if (device->blob.irq)
		put_cells(maker, "interrupts", irq, 3);
	put_cells(maker, "clocks", clocks, 2);
	put_strings(maker, "clock-names", "uartclk\0apb_pclk");
	put_u32(maker, "arm,primecell-periphid", UART_PERIPHID);
	end(maker);
}

/*
 * Properties that name other nodes, or that we write anew. Ends with '*': a suffix; starts with it: a prefix.
 */
static int is_dropped(const char *name)
{
	static const char *const exact[] = {
		"phandle",	 "linux,phandle", "interrupt-parent", "interrupts", "interrupts-extended",
		"reg",		 "clocks",	  "power-domains",    "resets",	    "iommus",
		"dmas",		 "dma-names",	  "memory-region",    "msi-parent", "operating-points-v2",
		"interconnects", "nvmem-cells",	  "status",	      "ranges",	    "phys",
		"mboxes",
	};
	static const char *const starts[] = { "assigned-clock", "pinctrl-" };
	static const char *const ends[] = { "-gpios", "-gpio", "-supply" };
	const size_t length = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(exact); i++) {
		if (!strcmp(name, exact[i]))
			return 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
		if (!strncmp(name, starts[i], strlen(starts[i])))
			return 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		if (length > strlen(ends[i]) && !strcmp(name + length - strlen(ends[i]), ends[i]))
			return 1;
	}
	return 0;
}

static void copy_properties(struct maker *maker, int node)
{
	const void *from = devtree_blob(maker->tree);
	int property, length;

	fdt_for_each_property_offset(property, from, node)
	{
		const char *name;
		const void *value = fdt_getprop_by_offset(from, property, &name, &length);

		if (value && !is_dropped(name))
			put(maker, name, value, (size_t)length);
	}
}

static void copy_registers(struct maker *maker, int node)
{
	struct bh_config_range ranges[16];
	unsigned int count = 0;

	while (count < ARRAY_SIZE(ranges) && devtree_reg(maker->tree, node, count, &ranges[count]) > 0)
		count++;
	if (count)
		put_reg(maker, ranges, count);
}

static void copy_interrupts(struct maker *maker, int node)
{
	uint32_t cells[3 * 16], intid, flags;
	unsigned int count = 0;

	while (count < 16 && devtree_irq(maker->tree, node, count, &intid, &flags) > 0) {
		cells[3 * count] = IRQ_SPI;
		cells[3 * count + 1] = intid - 32;
		cells[3 * count + 2] = flags;
		count++;
	}
	if (count)
		put_cells(maker, "interrupts", cells, 3 * count);
}

/* Rate of a clock of the board: of a fixed clock what it says, else the usual one of a UART. */
static uint32_t clock_rate(const void *fdt, int clock)
{
	const fdt32_t *rate = fdt_getprop(fdt, clock, "clock-frequency", NULL);

	return rate ? fdt32_ld(rate) : UART_CLOCK;
}

static void copy_clocks(struct maker *maker, int node)
{
	const void *from = devtree_blob(maker->tree);
	uint32_t cells[16];
	unsigned int count = 0;
	int length = 0, at = 0;
	const fdt32_t *clocks = fdt_getprop(from, node, "clocks", &length);

	while (clocks && (at + 1) * 4 <= length && count < ARRAY_SIZE(cells)) {
		const int clock = fdt_node_offset_by_phandle(from, fdt32_ld(clocks + at));
		const fdt32_t *extra = clock < 0 ? NULL : fdt_getprop(from, clock, "#clock-cells", NULL);

		if (!extra || fdt32_ld(extra) > 8)
			break;
		cells[count++] = clock_phandle(maker, clock_rate(from, clock));
		at += 1 + (int)fdt32_ld(extra);
	}
	if (count)
		put_cells(maker, "clocks", cells, count);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void make_passed(struct maker *maker, const struct passthrough *passed)
{
	begin(maker, base_name(passed->name));
	copy_properties(maker, passed->node);
	copy_registers(maker, passed->node);
	copy_interrupts(maker, passed->node);
	copy_clocks(maker, passed->node);
	end(maker);
}

static void make_devices(struct maker *maker)
{
	const struct cfg_cell *cell = maker->cell;

	for (size_t i = 0; i < cell->device_count; i++)
		make_uart(maker, &cell->devices[i]);
	for (size_t i = 0; i < cell->passed_count; i++)
		make_passed(maker, &cell->passed[i]);
	if (cell->body.comm_page) {
		const struct bh_config_range range = { cell->body.comm_page, BH_PAGE_SIZE };

		begin_at(maker, "comm-page", cell->body.comm_page);
		put_string(maker, "compatible", "bulkhead,comm-page");
		put_reg(maker, &range, 1);
		end(maker);
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
			snprintf(path, size, "/%s", base_name(cell->passed[i].name));
	}
}

static void put_alias(struct maker *maker, unsigned int number, const char *name)
{
	char alias[16], path[96];

	snprintf(alias, sizeof(alias), "serial%u", number & 63);
	snprintf(path, sizeof(path), "/%s", name);
	put_string(maker, alias, path);
}

/* Linux numbers its ttyAMA by these: virtual UARTs first, then real ones. */
static void make_aliases(struct maker *maker)
{
	const struct cfg_cell *cell = maker->cell;
	unsigned int number = 0;

	begin(maker, "aliases");
	for (size_t i = 0; i < cell->device_count; i++)
		put_alias(maker, number++, cell->devices[i].name);
	for (size_t i = 0; i < cell->passed_count; i++) {
		if (is_uart(maker, &cell->passed[i]))
			put_alias(maker, number++, base_name(cell->passed[i].name));
	}
	end(maker);
}

static void make_chosen(struct maker *maker, uint64_t initrd, uint64_t initrd_size)
{
	const struct cfg_cell *cell = maker->cell;
	char path[96];

	begin(maker, "chosen");
	if (cell->plan.cmdline)
		put_string(maker, "bootargs", cell->plan.cmdline);
	stdout_path(maker, path, sizeof(path));
	if (*path)
		put_string(maker, "stdout-path", path);
	if (initrd_size) {
		put_u64(maker, "linux,initrd-start", initrd);
		put_u64(maker, "linux,initrd-end", initrd + initrd_size);
	}
	end(maker);
}

static void make_root(struct maker *maker, uint64_t initrd, uint64_t initrd_size)
{
	char model[64];

	begin(maker, "");
	snprintf(model, sizeof(model), "Bulkhead cell %s", maker->cell->body.name);
	put_strings(maker, "compatible", "bulkhead,cell\0linux,dummy-virt");
	put_string(maker, "model", model);
	put_u32(maker, "#address-cells", 2);
	put_u32(maker, "#size-cells", 2);
	put_u32(maker, "interrupt-parent", PHANDLE_GIC);
	put_flag(maker, "dma-coherent");
	make_aliases(maker);
	make_chosen(maker, initrd, initrd_size);
	make_cpus(maker);
	make_memory(maker);
	make_gic(maker);
	make_timer(maker);
	make_devices(maker);
	make_clocks(maker);
	end(maker);
}

void *guest_dt_build(struct cfg_cell *cell, uint64_t initrd, uint64_t initrd_size, size_t *size,
		     struct cfg_messages *messages)
{
	struct maker maker = { .cell = cell,
			       .tree = cell->board->tree,
			       .fdt = arena_alloc(&cell->arena, DTB_ROOM) };

	keep(&maker, fdt_create(maker.fdt, DTB_ROOM));
	keep(&maker, fdt_finish_reservemap(maker.fdt));
	make_root(&maker, initrd, initrd_size);
	keep(&maker, fdt_finish(maker.fdt));
	if (maker.error) {
		error_add(messages, node_place(node_get(cell->root, "boot"), cell->file),
			  "pass fewer devices through, or give a .dtb",
			  "the guest's device tree cannot be made: %s", fdt_strerror(maker.error));
		return NULL;
	}
	*size = fdt_totalsize(maker.fdt);
	return maker.fdt;
}
