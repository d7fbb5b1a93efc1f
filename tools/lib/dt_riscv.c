// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupt controllers of a RISC-V board as its device tree tells them. Only what belongs to S-mode counts:
 * trees have nodes of M-mode's domains and files beside them.
 */
#include "devtree.h"

#include <libfdt.h>
#include <string.h>

#define IRQ_S_EXTERNAL 9u

/* The hart above a node riscv,cpu-intc. Return: 0, -1 if it is none. */
static int hart_of(const struct devtree *tree, int intc, uint64_t *hart)
{
	const int cpu = intc < 0 ? -1 : dt_parent(tree, intc);
	const int cells = cpu < 0 ? 0 : fdt_address_cells(tree->fdt, dt_parent(tree, cpu));
	int length;
	const void *reg = cpu < 0 ? NULL : fdt_getprop(tree->fdt, cpu, "reg", &length);

	if (!reg || cells < 1 || cells > 2 || length < cells * 4)
		return -1;
	*hart = dt_cells(reg, 0, cells);
	return 0;
}

/* Place of S-mode of @wanted among a controller's outputs, -1: it is not among them. */
static int output_of(const struct devtree *tree, int node, uint64_t wanted)
{
	int length;
	const void *cells = fdt_getprop(tree->fdt, node, "interrupts-extended", &length);
	uint64_t hart;

	for (int i = 0; cells && (2 * i + 2) * 4 <= length; i++) {
		if (dt_cell(cells, 2 * i + 1) == IRQ_S_EXTERNAL &&
		    !hart_of(tree, dt_by_phandle(tree, dt_cell(cells, 2 * i)), &hart) && hart == wanted)
			return i;
	}
	return -1;
}

/* Place = first + step * hart id, for all of them: so the blob says it. Return: 0, -1 if it is not so. */
static int read_outputs(const struct devtree *tree, int node, const struct bh_config_cpu *cpus,
			uint32_t count, struct bh_config_riscv *riscv)
{
	const int first = count ? output_of(tree, node, cpus[0].hwid) : -1;
	const int second = count > 1 ? output_of(tree, node, cpus[1].hwid) : first + 1;
	const int64_t apart = count > 1 ? (int64_t)(cpus[1].hwid - cpus[0].hwid) : 1;
	const int64_t step = apart ? (second - first) / apart : 0;
	const int64_t base = first - step * (int64_t)(count ? cpus[0].hwid : 0);

	if (first < 0 || step <= 0 || base < 0)
		return -1;
	for (uint32_t i = 0; i < count; i++) {
		if (output_of(tree, node, cpus[i].hwid) != base + step * (int64_t)cpus[i].hwid)
			return -1;
	}
	riscv->context_first = (uint32_t)base;
	riscv->context_step = (uint32_t)step;
	return 0;
}

/* The first usable node that is @compatible and has S-mode of @hart among its outputs. */
static int find_with_outputs(const struct devtree *tree, const char *compatible, uint64_t hart)
{
	int node = -1;

	do {
		node = fdt_node_offset_by_compatible(tree->fdt, node, compatible);
	} while (node >= 0 && (!dt_is_usable(tree, node) || output_of(tree, node, hart) < 0));
	return node;
}

/* The APLIC whose messages go to @imsic. */
static int find_sender(const struct devtree *tree, int imsic)
{
	int node = -1;

	do {
		node = fdt_node_offset_by_compatible(tree->fdt, node, "riscv,aplic");
	} while (node >= 0 && dt_by_phandle(tree, dt_u32(tree->fdt, node, "msi-parent", 0)) != imsic);
	return node;
}

static int read_imsic(const struct devtree *tree, int imsic, const struct bh_config_cpu *cpus, uint32_t count,
		      struct bh_config_riscv *riscv)
{
	const uint32_t bits = dt_u32(tree->fdt, imsic, "riscv,guest-index-bits", 0);
	const int sender = find_sender(tree, imsic);

	if (sender < 0 || bits > 6 || read_outputs(tree, imsic, cpus, count, riscv) || riscv->context_first ||
	    devtree_reg(tree, imsic, 0, &riscv->imsic) <= 0 ||
	    devtree_reg(tree, sender, 0, &riscv->domain) <= 0)
		return -1;
	riscv->intc = BH_RISCV_IMSIC;
	riscv->sources = dt_u32(tree->fdt, sender, "riscv,num-sources", 0);
	riscv->imsic_stride = (BH_PAGE_SIZE << bits) * riscv->context_step;
	riscv->imsic_guests = (1u << bits) - 1;
	riscv->imsic_ids = dt_u32(tree->fdt, imsic, "riscv,num-ids", 0);
	return sender;
}

static int read_wired(const struct devtree *tree, const char *compatible, uint32_t intc, const char *sources,
		      const struct bh_config_cpu *cpus, uint32_t count, struct bh_config_riscv *riscv)
{
	const int node = find_with_outputs(tree, compatible, count ? cpus[0].hwid : 0);

	if (node < 0 || devtree_reg(tree, node, 0, &riscv->domain) <= 0 ||
	    read_outputs(tree, node, cpus, count, riscv))
		return -1;
	riscv->intc = intc;
	riscv->sources = dt_u32(tree->fdt, node, sources, 0);
	return node;
}

int devtree_riscv(const struct devtree *tree, const struct bh_config_cpu *cpus, uint32_t count,
		  struct bh_config_riscv *riscv)
{
	static const char *const plics[] = { "sifive,plic-1.0.0", "riscv,plic0", "thead,c900-plic" };
	const uint64_t hart = count ? cpus[0].hwid : 0;
	const int parent = fdt_path_offset(tree->fdt, "/cpus");
	const int imsic = find_with_outputs(tree, "riscv,imsics", hart);
	int node = -1;

	*riscv = (struct bh_config_riscv){ 0 };
	if (imsic >= 0)
		node = read_imsic(tree, imsic, cpus, count, riscv);
	if (node < 0)
		node = read_wired(tree, "riscv,aplic", BH_RISCV_APLIC, "riscv,num-sources", cpus, count,
				  riscv);
	for (size_t i = 0; i < ARRAY_SIZE(plics) && node < 0; i++)
		node = read_wired(tree, plics[i], BH_RISCV_PLIC, "riscv,ndev", cpus, count, riscv);
	riscv->timebase_hz = parent < 0 ? 0 : dt_u32(tree->fdt, parent, "timebase-frequency", 0);
	return node >= 0;
}
