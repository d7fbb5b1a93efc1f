// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's device tree, RISC-V: harts that SBI starts, and the interrupt controller. A hart of the cell is
 * described as the board's tree describes the hart that it is, without what the cell does not get.
 */
#include "guest_dt.h"

#include "devtree.h"

#include <lib/config.h>

#include <libfdt.h>
#include <string.h>

#define PHANDLE_IMSIC 0x80u
#define PHANDLE_HARTS 0x100u /* and up: the controller in each hart */
#define IRQ_S_EXTERNAL 9u
#define ISA_ROOM 2048

/* Node of the board's hart behind vCPU @i, < 0 if the tree does not have it. */
static int board_cpu(struct maker *maker, uint32_t i)
{
	struct dt_cpu *list;
	const uint32_t count = maker->tree ? devtree_cpu_list(&maker->cell->arena, maker->tree, &list) : 0;

	for (uint32_t j = 0; j < count; j++) {
		if (list[j].hwid == maker->cell->cpus[i].hwid)
			return list[j].node;
	}
	return -1;
}

/*
 * Extensions that belong to a hypervisor or to firmware, that the hypervisor keeps (performance interrupts),
 * or that mean something only with an IMSIC.
 */
static int is_hidden(const struct maker *maker, const char *name, size_t length)
{
	static const char *const hidden[] = { "h", "sha", "ssstateen", "sscofpmf", "ssnpm", "supm", "sspm" };

	for (size_t i = 0; i < ARRAY_SIZE(hidden); i++) {
		if (strlen(hidden[i]) == length && !memcmp(name, hidden[i], length))
			return 1;
	}
	if (length > 2 && (!memcmp(name, "sm", 2) || !memcmp(name, "sh", 2)))
		return 1;
	return length == 5 && !memcmp(name, "ssaia", 5) && maker->cell->body.riscv.intc != BH_RISCV_IMSIC;
}

/* "rv64imafdch_zicsr_sstc" without the hidden ones; single letters stand before the first '_'. */
static void put_isa_string(struct maker *maker, const char *isa)
{
	char out[ISA_ROOM];
	size_t used = 0, length;

	for (; *isa && *isa != '_' && used < sizeof(out) - 1; isa++) {
		if (used < 4 || !is_hidden(maker, isa, 1))
			out[used++] = *isa;
	}
	for (; *isa; isa += length) {
		isa++;
		length = strcspn(isa, "_");
		if (is_hidden(maker, isa, length) || used + length + 2 > sizeof(out))
			continue;
		out[used++] = '_';
		memcpy(out + used, isa, length);
		used += length;
	}
	out[used] = '\0';
	dt_put_string(maker, "riscv,isa", out);
}

static void put_isa_list(struct maker *maker, const char *list, int size)
{
	char out[ISA_ROOM];
	size_t used = 0;

	for (int at = 0; at < size;) {
		const size_t length = strnlen(list + at, (size_t)(size - at));

		if (!is_hidden(maker, list + at, length) && used + length + 1 <= sizeof(out)) {
			memcpy(out + used, list + at, length);
			out[used + length] = '\0';
			used += length + 1;
		}
		at += (int)length + 1;
	}
	dt_put(maker, "riscv,isa-extensions", out, used);
}

/* What the hart can do: properties of the board's node, the ISA filtered. */
static void put_features(struct maker *maker, int node)
{
	static const char *const copied[] = { "riscv,isa-base", "mmu-type", "riscv,cbom-block-size",
					      "riscv,cboz-block-size", "riscv,cbop-block-size" };
	const void *from = node < 0 ? NULL : devtree_blob(maker->tree);
	const char *value;
	int length;

	if (!from) { /* a board without a tree: what every kernel for RV64 can expect */
		dt_put_string(maker, "riscv,isa", "rv64imafdc");
		dt_put_string(maker, "mmu-type", "riscv,sv39");
		return;
	}
	value = fdt_getprop(from, node, "riscv,isa", &length);
	if (value && length > 0 && !value[length - 1])
		put_isa_string(maker, value);
	value = fdt_getprop(from, node, "riscv,isa-extensions", &length);
	if (value)
		put_isa_list(maker, value, length);
	for (size_t i = 0; i < ARRAY_SIZE(copied); i++) {
		value = fdt_getprop(from, node, copied[i], &length);
		if (value)
			dt_put(maker, copied[i], value, (size_t)length);
	}
}

/* Harts of a cell are numbered from 0. */
uint64_t guest_hwid_riscv(uint32_t index)
{
	return index;
}

void guest_cpus_riscv(struct maker *maker)
{
	const struct cfg_cell *cell = maker->cell;
	const struct bh_config_system *system = cell->board->blob;

	dt_begin(maker, "cpus");
	dt_put_u32(maker, "#address-cells", 1);
	dt_put_u32(maker, "#size-cells", 0);
	dt_put_u32(maker, "timebase-frequency", (uint32_t)system->riscv.timebase_hz);
	for (uint32_t i = 0; i < cell->cpu_count; i++) {
		dt_begin_at(maker, "cpu", i);
		dt_put_string(maker, "device_type", "cpu");
		dt_put_string(maker, "compatible", "riscv");
		dt_put_u32(maker, "reg", i);
		dt_put_string(maker, "status", "okay");
		put_features(maker, board_cpu(maker, i));
		dt_begin(maker, "interrupt-controller");
		dt_put_string(maker, "compatible", "riscv,cpu-intc");
		dt_put_u32(maker, "#interrupt-cells", 1);
		dt_put_u32(maker, "#address-cells", 0);
		dt_put_flag(maker, "interrupt-controller");
		/* Its own parent: the end of every chain, or the tree's root would make it the PLIC's child. */
		dt_put_u32(maker, "interrupt-parent", PHANDLE_HARTS + i);
		dt_put_u32(maker, "phandle", PHANDLE_HARTS + i);
		dt_end(maker);
		dt_end(maker);
	}
	dt_end(maker);
}

/* A PLIC's sources have no flags, an APLIC's do. */
unsigned int put_irq_riscv(const struct cfg_cell *cell, uint32_t irq, uint32_t flags, uint32_t *cells)
{
	cells[0] = irq;
	cells[1] = flags;
	return cell->body.riscv.intc == BH_RISCV_PLIC ? 1 : 2;
}

/* External interrupts of S-mode, hart by hart: context n is hart n. */
static void put_outputs(struct maker *maker)
{
	const uint32_t count = (uint32_t)maker->cell->cpu_count;
	fdt32_t *cells = arena_alloc(&maker->cell->arena, count * 2 * sizeof(*cells));

	for (uint32_t i = 0; i < count; i++) {
		cells[2 * i] = cpu_to_fdt32(PHANDLE_HARTS + i);
		cells[2 * i + 1] = cpu_to_fdt32(IRQ_S_EXTERNAL);
	}
	dt_put(maker, "interrupts-extended", cells, count * 2 * sizeof(*cells));
}

static void make_domain(struct maker *maker)
{
	const struct cfg_cell *cell = maker->cell;
	const struct bh_config_cell_riscv *riscv = &cell->body.riscv;
	const int plic = riscv->intc == BH_RISCV_PLIC;
	const struct bh_config_range window = { riscv->domain,
						plic ? config_plic_size((uint32_t)cell->cpu_count) :
						       config_aplic_size((uint32_t)cell->cpu_count) };

	dt_begin_at(maker, "interrupt-controller", riscv->domain);
	if (plic)
		dt_put_strings(maker, "compatible", "sifive,plic-1.0.0\0riscv,plic0");
	else
		dt_put_string(maker, "compatible", "riscv,aplic");
	dt_put_flag(maker, "interrupt-controller");
	dt_put_u32(maker, "#interrupt-cells", plic ? 1 : 2);
	dt_put_u32(maker, "#address-cells", 0);
	dt_put_reg(maker, &window, 1);
	dt_put_u32(maker, plic ? "riscv,ndev" : "riscv,num-sources", riscv->sources);
	if (riscv->intc == BH_RISCV_IMSIC)
		dt_put_u32(maker, "msi-parent", PHANDLE_IMSIC);
	else
		put_outputs(maker);
	dt_put_u32(maker, "phandle", PHANDLE_INTC);
	dt_end(maker);
}

static void make_imsic(struct maker *maker)
{
	const struct cfg_cell *cell = maker->cell;
	const struct bh_config_system *system = cell->board->blob;
	const struct bh_config_range window = { cell->body.riscv.imsic,
						(uint64_t)cell->cpu_count * CONFIG_IMSIC_FILE };

	dt_begin_at(maker, "imsics", cell->body.riscv.imsic);
	dt_put_string(maker, "compatible", "riscv,imsics");
	dt_put_flag(maker, "interrupt-controller");
	dt_put_flag(maker, "msi-controller");
	dt_put_u32(maker, "#interrupt-cells", 0);
	dt_put_u32(maker, "#address-cells", 0);
	dt_put_u32(maker, "#msi-cells", 0);
	dt_put_reg(maker, &window, 1);
	put_outputs(maker);
	dt_put_u32(maker, "riscv,num-ids", system->riscv.imsic_ids);
	dt_put_u32(maker, "phandle", PHANDLE_IMSIC);
	dt_end(maker);
}

void guest_platform_riscv(struct maker *maker)
{
	if (maker->cell->body.riscv.intc == BH_RISCV_IMSIC)
		make_imsic(maker);
	if (maker->cell->body.riscv.intc)
		make_domain(maker);
}
