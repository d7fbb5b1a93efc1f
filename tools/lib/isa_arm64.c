// SPDX-License-Identifier: GPL-2.0-or-later
/* AArch64: the GIC of a board, and the one that a cell sees. */
#include "isa.h"

#include <lib/config.h>

/* Where a guest finds its interrupt controller unless the file says otherwise: as on QEMU's virt. */
#define GUEST_GICD 0x8000000u
#define GUEST_GICC 0x8010000u
#define GUEST_GICR 0x80a0000u

#define MAINTENANCE_PPI 25

static void board_intc(struct board_load *load)
{
	struct bh_config_gic *gic = &load->body.gic;
	const struct node *node = board_node(load, "gic");
	const struct devtree *tree;

	if (node) {
		gic->version = (uint32_t)node_number(node_get(node, "version"), 0);
		gic->maintenance_irq = (uint32_t)node_irq(node_get(node, "maintenance"), MAINTENANCE_PPI);
		read_range(node_get(node, "gicd"), &gic->gicd);
		read_range(node_get(node, "gicr"), &gic->gicr);
		read_range(node_get(node, "gicc"), &gic->gicc);
		read_range(node_get(node, "gich"), &gic->gich);
		read_range(node_get(node, "gicv"), &gic->gicv);
		read_range(node_get(node, "its"), &gic->its);
		return;
	}
	tree = need_tree(load, "gic");
	if (tree && !devtree_gic(tree, gic))
		error_add(load->messages, RULE_DEVICETREE_CONTENT, load->board->devicetree_place,
			  "give 'gic' in the board file", "the device tree %s has no GICv2 or GICv3",
			  devtree_path(tree));
}

static void cell_intc(struct cell_load *load)
{
	struct bh_config_cell_gic *gic = &load->cell->body.gic;
	const struct node *node = cell_node(load, "interrupts");
	const struct node *controller = node && node->kind == NODE_MAP ? node_get(node, "controller") : node;
	const uint32_t board = load->system->gic.version;
	static const uint32_t versions[] = { 0, BH_GIC_V2, BH_GIC_V3, ~0u, ~0u };
	const uint32_t wanted = versions[node_choice(controller, CHOICES_INTC, 0)];

	gic->version = board;
	if (wanted == ~0u)
		error_add(load->messages, RULE_INTC_VERSION, controller->place, "write 'interrupts: auto'",
			  "a cell on AArch64 sees a GIC, not '%s'", controller->text);
	else if (wanted && wanted != board)
		error_add(load->messages, RULE_INTC_VERSION, controller->place, "write 'interrupts: auto'",
			  "the board has a GICv%u, so the cell cannot see a GICv%u", board, wanted);
	gic->gicd = node_number(node_get(node, "gicd"), GUEST_GICD);
	if (board == BH_GIC_V3)
		gic->gicr = node_number(node_get(node, "gicr"), GUEST_GICR);
	else
		gic->gicc = node_number(node_get(node, "gicc"), GUEST_GICC);
}

static void cell_spans(const struct cfg_cell *cell, struct place place, struct spans *spans)
{
	const struct bh_config_cell_gic *gic = &cell->body.gic;

	if (gic->version == BH_GIC_V3) {
		span_add(spans, gic->gicd, CONFIG_GICD_V3_SIZE, place, "the interrupt distributor");
		span_add(spans, gic->gicr, cell->cpu_count * CONFIG_GICR_STRIDE, place,
			 "the interrupt redistributors");
	} else {
		span_add(spans, gic->gicd, CONFIG_GICD_V2_SIZE, place, "the interrupt distributor");
		span_add(spans, gic->gicc, CONFIG_GICC_SIZE, place,
			 "the interrupt controller's CPU interface");
	}
}

static void dump_board(FILE *out, const struct bh_config_system *system)
{
	const struct bh_config_gic *gic = &system->gic;

	fprintf(out, "gic: # GICv%u\n  version: %u\n", gic->version, gic->version);
	dump_range(out, "  gicd: ", &gic->gicd);
	dump_range(out, "  gicr: ", &gic->gicr);
	dump_range(out, "  gicc: ", &gic->gicc);
	dump_range(out, "  gich: ", &gic->gich);
	dump_range(out, "  gicv: ", &gic->gicv);
	dump_range(out, "  its: ", &gic->its);
	fprintf(out, "  maintenance: intid %u\n", gic->maintenance_irq);
}

static void dump_cell(FILE *out, const struct bh_config_cell *cell)
{
	const struct bh_config_cell_gic *gic = &cell->gic;

	fprintf(out, "interrupts: # GICv%u\n  controller: gicv%u\n  gicd: 0x%llx\n", gic->version,
		gic->version, (unsigned long long)gic->gicd);
	if (gic->version == BH_GIC_V3)
		fprintf(out, "  gicr: 0x%llx\n", (unsigned long long)gic->gicr);
	else
		fprintf(out, "  gicc: 0x%llx\n", (unsigned long long)gic->gicc);
}

const struct isa isa_arm64 = {
	.arch = BH_ARCH_AARCH64,
	.name = "aarch64",
	.hwid = "mpidr",
	.kernel_magic = 0x644d5241, /* "ARM\x64" */
	.kernel = "arm64 Image",
	.no_kernel = "is not an arm64 kernel Image",
	.irq_first = 32,
	.irq_limit = 1020,
	.irq_base = 32,
	.irq_kind = "spi",
	.device_irq = "SPI",
	.give_irq = "give an SPI: 'spi' from 0 to 987",
	.free_irq = "choose a free SPI, for example 'spi 200'",
	.board_intc = board_intc,
	.cell_intc = cell_intc,
	.cell_spans = cell_spans,
	.dump_board = dump_board,
	.dump_cell = dump_cell,
	.put_irq = put_irq_gic,
	.guest_hwid = guest_hwid_arm64,
	.cpu_compatible = "arm,armv8",
	.enable_method = "psci",
	.guest_cpus = guest_cpus_arm64,
	.guest_platform = guest_platform_arm64,
};
