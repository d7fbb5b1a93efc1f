// SPDX-License-Identifier: GPL-2.0-or-later
/* RISC-V: PLIC, APLIC or IMSIC of a board, and what a cell sees of them. */
#include "isa.h"

#include "devtree.h"

#include <lib/config.h>

/* Where a guest finds its interrupt controller: as on QEMU's virt. */
#define GUEST_PLIC 0x0c000000u
#define GUEST_APLIC 0x0d000000u
#define GUEST_IMSIC 0x28000000u

static void read_numbers(const struct node *node, struct bh_config_riscv *riscv)
{
	riscv->intc = BH_RISCV_PLIC + node_choice(node_get(node, "controller"), CHOICES_RISCV_INTC, 0);
	riscv->sources = (uint32_t)node_number(node_get(node, "sources"), 0);
	read_range(node_get(node, "registers"), &riscv->domain);
	riscv->context_first = (uint32_t)node_number(node_get(node, "context-first"), 0);
	riscv->context_step = (uint32_t)node_number(node_get(node, "context-step"), 1);
	riscv->timebase_hz = node_number(node_get(node, "timebase"), 0);
	read_range(node_get(node, "imsic"), &riscv->imsic);
	riscv->imsic_stride = (uint32_t)node_number(node_get(node, "imsic-stride"), 0);
	riscv->imsic_ids = (uint32_t)node_number(node_get(node, "imsic-ids"), 0);
	riscv->imsic_guests = (uint32_t)node_number(node_get(node, "imsic-guests"), 0);
}

static void board_intc(struct board_load *load)
{
	struct bh_config_riscv *riscv = &load->body.riscv;
	const struct node *node = board_node(load, "riscv");
	const struct devtree *tree;

	if (node) {
		read_numbers(node, riscv);
		return;
	}
	tree = need_tree(load, "riscv");
	if (tree && !devtree_riscv(tree, load->cpus, load->cpu_count, riscv))
		error_add(load->messages, RULE_DEVICETREE_CONTENT, load->board->devicetree_place,
			  "see the nodes sifive,plic-1.0.0, riscv,aplic and riscv,imsics",
			  "the device tree %s has no PLIC, APLIC or IMSIC that serves S-mode of every hart",
			  devtree_path(tree));
}

static void cell_intc(struct cell_load *load)
{
	struct bh_config_cell_riscv *riscv = &load->cell->body.riscv;
	const struct bh_config_riscv *board = &load->system->riscv;
	const struct node *node = cell_node(load, "interrupts");
	const struct node *controller = node && node->kind == NODE_MAP ? node_get(node, "controller") : node;

	if (node_choice(controller, CHOICES_INTC, 0))
		error_add(load->messages, RULE_INTC_VERSION, controller->place, "write 'interrupts: auto'",
			  "a cell on RISC-V sees the kind of controller that the board has, not '%s'",
			  controller->text);
	riscv->intc = board->intc;
	riscv->sources = board->sources;
	riscv->domain = board->intc == BH_RISCV_PLIC ? GUEST_PLIC : GUEST_APLIC;
	riscv->imsic = board->intc == BH_RISCV_IMSIC ? GUEST_IMSIC : 0;
}

static void cell_spans(const struct cfg_cell *cell, struct place place, struct spans *spans)
{
	const struct bh_config_cell_riscv *riscv = &cell->body.riscv;
	const uint32_t cpus = (uint32_t)cell->cpu_count;

	if (riscv->intc == BH_RISCV_PLIC)
		span_add(spans, riscv->domain, config_plic_size(cpus), place, "the PLIC");
	else if (riscv->intc)
		span_add(spans, riscv->domain, config_aplic_size(cpus), place, "the APLIC");
	if (riscv->intc == BH_RISCV_IMSIC)
		span_add(spans, riscv->imsic, (uint64_t)cpus * CONFIG_IMSIC_FILE, place, "the IMSIC");
}

static const char *intc_name(uint32_t intc)
{
	static const char *const names[] = { "none", "plic", "aplic", "imsic" };

	return names[intc <= BH_RISCV_IMSIC ? intc : 0];
}

static void dump_board(FILE *out, const struct bh_config_system *system)
{
	const struct bh_config_riscv *riscv = &system->riscv;

	fprintf(out, "riscv:\n  controller: %s\n  sources: %u\n", intc_name(riscv->intc), riscv->sources);
	dump_range(out, "  registers: ", &riscv->domain);
	fprintf(out, "  context-first: %u\n  context-step: %u\n  timebase: %llu\n", riscv->context_first,
		riscv->context_step, (unsigned long long)riscv->timebase_hz);
	if (riscv->intc != BH_RISCV_IMSIC)
		return;
	dump_range(out, "  imsic: ", &riscv->imsic);
	fprintf(out, "  imsic-stride: 0x%x\n  imsic-ids: %u\n  imsic-guests: %u\n", riscv->imsic_stride,
		riscv->imsic_ids, riscv->imsic_guests);
}

static void dump_cell(FILE *out, const struct bh_config_cell *cell)
{
	fprintf(out, "interrupts: # %s\n  controller: auto\n", intc_name(cell->riscv.intc));
}

const struct isa isa_riscv = {
	.arch = BH_ARCH_RISCV64,
	.name = "riscv64",
	.hwid = "hart",
	.kernel_magic = 0x05435352, /* "RSC\x05" */
	.kernel = "RISC-V Image",
	.no_kernel = "is not a RISC-V kernel Image",
	.irq_first = 1,
	.irq_limit = CONFIG_RISCV_SOURCES + 1,
	.irq_base = 0,
	.irq_kind = "intid",
	.device_irq = "source of the interrupt controller",
	.give_irq = "give a source of the controller: 'intid' from 1",
	.free_irq = "choose a free source, for example 'intid 60'",
	.board_intc = board_intc,
	.cell_intc = cell_intc,
	.cell_spans = cell_spans,
	.dump_board = dump_board,
	.dump_cell = dump_cell,
	.put_irq = put_irq_riscv,
	.guest_hwid = guest_hwid_riscv,
	.harts_as_board = 1,
	.guest_cpus = guest_cpus_riscv,
	.guest_platform = guest_platform_riscv,
};
