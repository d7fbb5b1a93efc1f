// SPDX-License-Identifier: GPL-2.0-or-later
/* What a node refers to by phandle: clocks, power domains, stream ids and the rest. */
#include "devtree.h"

#include <libfdt.h>
#include <string.h>

#define ARGS_MOST 16

/* How a property refers to others. A name that starts or ends with '*' fits what is in its place. */
struct reference {
	const char *name;
	const char *cells; /* NULL: phandles alone */
	enum dt_dep_kind kind;
};

static const struct reference references[] = {
	{ "clocks", "#clock-cells", DT_CLOCK },
	{ "power-domains", "#power-domain-cells", DT_POWER },
	{ "resets", "#reset-cells", DT_RESET },
	{ "iommus", "#iommu-cells", DT_IOMMU },
	{ "dmas", "#dma-cells", DT_DMA },
	{ "pinctrl-*", NULL, DT_PINS },
	{ "*-supply", NULL, DT_SUPPLY },
	{ "*-gpios", "#gpio-cells", DT_GPIO },
	{ "*-gpio", "#gpio-cells", DT_GPIO },
	{ "gpios", "#gpio-cells", DT_GPIO },
	{ "phys", "#phy-cells", DT_PHY },
	{ "phy-handle", NULL, DT_PHY },
	{ "msi-parent", "#msi-cells", DT_MSI },
	{ "mboxes", "#mbox-cells", DT_OTHER },
	{ "interconnects", "#interconnect-cells", DT_OTHER },
	{ "nvmem-cells", "#nvmem-cell-cells", DT_OTHER },
	{ "io-channels", "#io-channel-cells", DT_OTHER },
	{ "pwms", "#pwm-cells", DT_OTHER },
	{ "hwlocks", "#hwlock-cells", DT_OTHER },
	{ "thermal-sensors", "#thermal-sensor-cells", DT_OTHER },
	{ "memory-region", NULL, DT_OTHER },
	{ "sram", NULL, DT_OTHER },
};

static const char *const kind_names[DT_DEP_KINDS] = {
	[DT_CLOCK] = "clocks",	      [DT_POWER] = "power domain", [DT_RESET] = "reset line",
	[DT_IOMMU] = "IOMMU",	      [DT_DMA] = "DMA controller", [DT_PINS] = "pin settings",
	[DT_SUPPLY] = "power supply", [DT_GPIO] = "GPIO",	   [DT_PHY] = "PHY",
	[DT_MSI] = "MSI controller",  [DT_OTHER] = "help",
};

const char *dt_dep_name(enum dt_dep_kind kind)
{
	return kind_names[kind];
}

static int name_fits(const char *pattern, const char *name)
{
	const size_t pattern_length = strlen(pattern), length = strlen(name);

	if (pattern[0] == '*')
		return length >= pattern_length && !strcmp(name + length - (pattern_length - 1), pattern + 1);
	if (pattern[pattern_length - 1] == '*')
		return !strncmp(name, pattern, pattern_length - 1);
	return !strcmp(pattern, name);
}

static const struct reference *find_reference(const char *name)
{
	if (!strcmp(name, "pinctrl-names"))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(references); i++) {
		if (name_fits(references[i].name, name))
			return &references[i];
	}
	return NULL;
}

int dt_dep_property(const char *name, enum dt_dep_kind *kind, const char **cells)
{
	const struct reference *reference = find_reference(name);

	if (!reference)
		return 0;
	*kind = reference->kind;
	*cells = reference->cells;
	return 1;
}

struct deps {
	struct arena *arena;
	struct dt_dep *list;
	size_t count;
};

/* One property. An entry of phandle 0 is a hole; at the first that cannot be read we stop. */
static void read_property(struct deps *deps, const struct devtree *tree, const char *name, const void *cells,
			  int length, const struct reference *reference)
{
	for (int at = 0; (at + 1) * 4 <= length;) {
		const uint32_t phandle = dt_cell(cells, at);
		const int node = dt_by_phandle(tree, phandle);
		int count = 0;

		if (!phandle) {
			at++;
			continue;
		}
		if (node < 0)
			return;
		if (reference->cells)
			count = (int)dt_u32(tree->fdt, node, reference->cells, 0);
		if (count < 0 || count > ARGS_MOST || (at + 1 + count) * 4 > length)
			return;
		deps->list = arena_grow(deps->arena, deps->list, deps->count, sizeof(*deps->list));
		deps->list[deps->count++] = (struct dt_dep){
			.kind = reference->kind,
			.property = name,
			.node = node,
			.cell = at,
			.args = (const fdt32_t *)cells + at + 1,
			.count = count,
		};
		at += 1 + count;
	}
}

size_t devtree_deps(struct arena *arena, const struct devtree *tree, int node, struct dt_dep **list)
{
	struct deps deps = { .arena = arena };
	int property, length;

	fdt_for_each_property_offset(property, tree->fdt, node)
	{
		const char *name;
		const void *value = fdt_getprop_by_offset(tree->fdt, property, &name, &length);
		const struct reference *reference = value ? find_reference(name) : NULL;

		if (reference)
			read_property(&deps, tree, name, value, length, reference);
	}
	*list = deps.list;
	return deps.count;
}

/* ---- stream ids ---- */

struct streams {
	struct arena *arena;
	struct dt_stream *list;
	size_t count;
};

static void add_stream(struct streams *streams, int iommu, uint32_t first, uint32_t count)
{
	streams->list = arena_grow(streams->arena, streams->list, streams->count, sizeof(*streams->list));
	streams->list[streams->count++] = (struct dt_stream){ iommu, first, count };
}

/* PCI hosts: first requester id, IOMMU, first stream id, how many. */
static void read_iommu_map(struct streams *streams, const struct devtree *tree, int node)
{
	int length;
	const void *map = fdt_getprop(tree->fdt, node, "iommu-map", &length);

	for (int at = 0; map && (at + 4) * 4 <= length; at += 4) {
		const int iommu = dt_by_phandle(tree, dt_cell(map, at + 1));

		if (iommu >= 0)
			add_stream(streams, iommu, dt_cell(map, at + 2), dt_cell(map, at + 3));
	}
}

size_t devtree_streams(struct arena *arena, const struct devtree *tree, int node, struct dt_stream **list)
{
	struct streams streams = { .arena = arena };
	struct dt_dep *deps;
	const size_t count = devtree_deps(arena, tree, node, &deps);

	/* an IOMMU without cells serves one device, whose stream counts as 0; a second cell is a mask */
	for (size_t i = 0; i < count; i++) {
		if (deps[i].kind == DT_IOMMU)
			add_stream(&streams, deps[i].node, deps[i].count ? dt_cell(deps[i].args, 0) : 0, 1);
	}
	read_iommu_map(&streams, tree, node);
	*list = streams.list;
	return streams.count;
}

/* ---- clocks ---- */

/*
 * Only of a fixed clock the tree says the rate; of others at most what was asked for with
 * 'assigned-clock-rates'.
 */
uint32_t devtree_clock_rate(const struct devtree *tree, int node, unsigned int index)
{
	const void *fdt = tree->fdt;
	struct arena arena = { 0 };
	struct dt_dep *deps;
	const size_t count = devtree_deps(&arena, tree, node, &deps);
	uint32_t rate = 0;

	for (size_t i = 0; i < count; i++) {
		if (deps[i].kind != DT_CLOCK || index-- != 0)
			continue;
		rate = dt_u32(fdt, deps[i].node, "clock-frequency", 0);
		if (!fdt_node_check_compatible(fdt, deps[i].node, "fixed-factor-clock"))
			rate = 0;
		break;
	}
	arena_free(&arena);
	return rate;
}

/* ---- DMA ---- */

/* Known not to write memory by themselves; with 'dmas' an engine that the cell does not get does it. */
static const char *const no_dma[] = {
	"arm,pl011",
	"arm,pl031",
	"arm,pl061",
	"arm,sp804",
	"arm,sp805",
	"arm,sbsa-gwdt",
	"arm,sbsa-uart",
	"brcm,bcm2835-aux-uart",
	"brcm,bcm2835-i2c",
	"brcm,bcm2835-spi",
	"brcm,bcm2835-pm-wdt",
	"fixed-clock",
	"google,goldfish-rtc",
	"mmio-sram",
	"ns16550",
	"ns16550a",
	"ns8250",
	"phytium,gpio",
	"phytium,i2c",
	"qemu,fw-cfg-mmio",
	"rockchip,rk3399-i2c",
	"rockchip,rk3328-pwm",
	"snps,designware-i2c",
	"snps,dw-apb-gpio",
	"snps,dw-apb-timer",
	"snps,dw-apb-uart",
	"snps,dw-wdt",
	"syscon",
};

int devtree_may_dma(const struct devtree *tree, int node)
{
	const void *fdt = tree->fdt;

	for (size_t i = 0; i < ARRAY_SIZE(no_dma); i++) {
		if (!fdt_node_check_compatible(fdt, node, no_dma[i]))
			return 0;
	}
	return 1;
}

/* ---- frames that raise interrupts ---- */

static const char *const msi_frames[] = { "arm,gic-v3-its", "arm,gic-v2m-frame", "riscv,imsics" };

#define MBI_FRAME 0x10000u

/* The alias of the distributor through which message-based SPIs are set (mbi-alias of the GICv3's node). */
static int mbi_frame(const struct devtree *tree, struct bh_config_range *range)
{
	int length;
	const void *alias = tree->intc < 0 ? NULL : fdt_getprop(tree->fdt, tree->intc, "mbi-alias", &length);

	if (!alias || (length != 4 && length != 8))
		return 0;
	*range = (struct bh_config_range){ dt_cells(alias, 0, length / 4), MBI_FRAME };
	return 1;
}

int devtree_msi_frame(const struct devtree *tree, unsigned int index, struct bh_config_range *range)
{
	if (mbi_frame(tree, range) && index-- == 0)
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(msi_frames); i++) {
		int node = fdt_node_offset_by_compatible(tree->fdt, -1, msi_frames[i]);

		for (; node >= 0; node = fdt_node_offset_by_compatible(tree->fdt, node, msi_frames[i])) {
			if (devtree_reg(tree, node, 0, range) > 0 && index-- == 0)
				return 1;
		}
	}
	return 0;
}
