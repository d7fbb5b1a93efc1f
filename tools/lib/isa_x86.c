// SPDX-License-Identifier: GPL-2.0-or-later
/* x86-64: APICs, I/O ports, PCI and IOMMUs of a board, and what a cell sees of them. */
#include "isa.h"

#include "pc.h"
#include "plan.h"

#include <lib/config.h>

#include <string.h>

/* Where a guest finds its I/O APIC and HPET unless the file says otherwise: as on every PC. */
#define GUEST_IOAPIC 0xfec00000u
#define GUEST_HPET 0xfed00000u
#define GUEST_PINS 24

typedef unsigned long long ull;

/* ---- the board ---- */

static void read_ioapics(struct board_load *load, struct pc_tables *tables)
{
	const struct node *list = board_node(load, "x86.ioapics");

	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *node = node_item(list, i);

		PC_ADD(&load->board->arena, tables, ioapics, .base = node_number(node_get(node, "at"), 0),
		       .gsi = (uint32_t)node_number(node_get(node, "gsi"), 0),
		       .pins = (uint16_t)node_number(node_get(node, "pins"), GUEST_PINS),
		       .id = (uint16_t)node_number(node_get(node, "id"), 0));
	}
}

static void read_mmconfig(struct board_load *load, struct pc_tables *tables)
{
	const struct node *list = board_node(load, "x86.pci-config");

	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *node = node_item(list, i);

		PC_ADD(&load->board->arena, tables, mmconfig, .base = node_number(node_get(node, "at"), 0),
		       .segment = (uint16_t)node_number(node_get(node, "segment"), 0),
		       .first_bus = (uint8_t)node_number(node_get(node, "first-bus"), 0),
		       .last_bus = (uint8_t)node_number(node_get(node, "last-bus"), 255));
	}
}

static void read_scopes(struct board_load *load, struct pc_tables *tables, const struct node *list)
{
	const uint16_t unit = (uint16_t)(tables->iommus_count - 1);

	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *node = node_item(list, i);
		const uint16_t first = (uint16_t)node_number(node_get(node, "first"), 0);

		PC_ADD(&load->board->arena, tables, scopes, .unit = unit,
		       .kind = (uint16_t)(BH_SCOPE_PCI +
					  node_choice(node_get(node, "kind"), CHOICES_SCOPE, 0)),
		       .first = first, .last = (uint16_t)node_number(node_get(node, "last"), first),
		       .id = (uint32_t)node_number(node_get(node, "id"), 0));
	}
}

static void read_iommus(struct board_load *load, struct pc_tables *tables)
{
	const struct node *list = board_node(load, "x86.iommus");

	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *node = node_item(list, i);

		PC_ADD(&load->board->arena, tables, iommus, .base = node_number(node_get(node, "at"), 0),
		       .size = (uint32_t)node_size(node_get(node, "size"), BH_PAGE_SIZE),
		       .type = (uint8_t)(BH_IOMMU_VTD +
					 node_choice(node_get(node, "type"), CHOICES_IOMMU, 0)),
		       .flags = node_bool(node_get(node, "rest"), 0) ? BH_IOMMU_REST : 0,
		       .segment = (uint16_t)node_number(node_get(node, "segment"), 0),
		       .function = (uint16_t)node_number(node_get(node, "function"), 0));
		read_scopes(load, tables, node_get(node, "serves"));
	}
}

static uint16_t port_of(struct board_load *load, const char *path)
{
	return (uint16_t)node_number(board_node(load, path), 0);
}

static void read_numbers(struct board_load *load, struct pc_tables *tables)
{
	struct bh_config_x86 *x86 = &tables->x86;

	read_ioapics(load, tables);
	read_mmconfig(load, tables);
	read_iommus(load, tables);
	read_range(board_node(load, "x86.hpet"), &x86->hpet);
	x86->pm1a_control = port_of(load, "x86.pm1a-control");
	x86->pm1b_control = port_of(load, "x86.pm1b-control");
	x86->pm_timer = port_of(load, "x86.pm-timer");
	x86->smi_command = port_of(load, "x86.smi-command");
	x86->reset_port = port_of(load, "x86.reset-port");
	x86->reset_value = (uint8_t)port_of(load, "x86.reset-value");
	x86->tsc_khz = (uint32_t)node_number(board_node(load, "x86.tsc-khz"), 0);
}

#define PART(member)                                                                                   \
	{                                                                                              \
		offsetof(struct bh_config_system, x86.member), tables->member, tables->member##_count, \
			sizeof(*tables->member)                                                        \
	}

static void board_intc(struct board_load *load)
{
	struct pc_tables *tables = arena_alloc(&load->board->arena, sizeof(*tables));
	const struct pc *pc;

	if (board_node(load, "x86")) {
		read_numbers(load, tables);
	} else {
		pc = need_pc(load, "x86");
		if (pc && !pc->tables.ioapics_count)
			error_add(load->messages, RULE_ACPI_CONTENT, load->board->devicetree_place,
				  "give 'x86' in the board file", "the MADT of %s names no I/O APIC",
				  pc->path);
		if (pc)
			*tables = pc->tables;
	}
	load->body.x86 = tables->x86;
	memcpy(load->parts,
	       (struct blob_array[]){ PART(ioapics), PART(mmconfig), PART(iommus), PART(scopes) },
	       sizeof(load->parts));
	load->part_count = ARRAY_SIZE(load->parts);
}

/* ---- a cell ---- */

static void cell_intc(struct cell_load *load)
{
	struct bh_config_cell_x86 *x86 = &load->cell->body.x86;
	const struct node *node = cell_node(load, "interrupts");
	const struct node *controller = node && node->kind == NODE_MAP ? node_get(node, "controller") : node;
	const char *wanted = node_text(controller, "auto");

	if (!strncmp(wanted, "gic", 3))
		error_add(load->messages, RULE_INTC_VERSION, controller->place, "write 'interrupts: auto'",
			  "a cell on x86-64 sees an I/O APIC or none, not '%s'", wanted);
	if (!strcmp(wanted, "none"))
		return;
	x86->ioapic = (uint32_t)node_number(node_get(node, "ioapic"), GUEST_IOAPIC);
	x86->pins = (uint16_t)node_number(node_get(node, "pins"), GUEST_PINS);
}

static void cell_spans(const struct cfg_cell *cell, struct place place, struct spans *spans)
{
	span_add(spans, CONFIG_LAPIC, CONFIG_LAPIC_SIZE, place, "the local APIC");
	if (cell->body.x86.ioapic)
		span_add(spans, cell->body.x86.ioapic, BH_PAGE_SIZE, place, "the I/O APIC");
	if (cell->body.x86.mmconfig) {
		const struct bh_config_mmconfig window = cell_pci_config(cell);
		const struct bh_config_range range = config_x86_mmconfig_range(&window);

		span_add(spans, range.base, range.size,
			 node_place(node_get(cell->root, "pci-config"), cell->file),
			 "PCI configuration space");
	}
}

/* Ports that reset, power off or interrupt the machine: as hypervisor/lib/config_x86.c has them. */
static const char *dangerous(const struct bh_config_system *system, const struct bh_config_ports *ports)
{
	const struct bh_config_x86 *x86 = &system->x86;
	const struct {
		uint32_t first, count;
		const char *what;
	} list[] = {
		{ x86->pm1a_control, x86->pm1a_control ? 2 : 0, "the power management control register" },
		{ x86->pm1b_control, x86->pm1b_control ? 2 : 0, "the power management control register" },
		{ x86->smi_command, x86->smi_command ? 1 : 0, "the SMI command port" },
		{ x86->reset_port, x86->reset_port ? 1 : 0, "the reset port" },
		{ 0x20, 2, "the interrupt controller 8259" },
		{ 0xa0, 2, "the interrupt controller 8259" },
		{ 0x64, 1, "the keyboard controller's reset" },
		{ 0x92, 1, "the fast reset" },
		{ 0xcf8, 8, "PCI configuration space" },
		{ (uint32_t)system->debug_uart.base,
		  system->debug_uart_type == BH_DEV_UART_16550_PIO ? (uint32_t)system->debug_uart.size : 0,
		  "the hypervisor's debug UART" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
		if (list[i].count && ports->first < list[i].first + list[i].count &&
		    list[i].first < ports->first + ports->count)
			return list[i].what;
	}
	return NULL;
}

static void add_ports(struct cell_load *load, const struct node *source, const struct node *node)
{
	struct cfg_cell *cell = load->cell;
	struct cell_ports *ports;
	const char *what;

	cell->ports = arena_grow(load->arena, cell->ports, cell->port_count, sizeof(*cell->ports));
	ports = &cell->ports[cell->port_count++];
	ports->place = node->place;
	ports->blob.first = (uint32_t)node_number(node_get(node, "first"), 0);
	ports->blob.count = (uint32_t)node_number(node_get(node, "count"), 1);
	ports->name = arena_printf(load->arena, "ports 0x%x to 0x%x%s%s", ports->blob.first,
				   ports->blob.first + ports->blob.count - 1,
				   node_get(node, "name") ? " of " : "",
				   node_text(node_get(node, "name"), ""));
	what = dangerous(load->system, &ports->blob);
	if (ports->blob.count > CONFIG_PORTS - ports->blob.first)
		error_add(load->messages, RULE_PORT_RANGE, node->place, "ports end at 0xffff",
			  "%s are beyond the last I/O port", ports->name);
	else if (what)
		error_add(load->messages, RULE_PORT_RANGE, node->place, "leave them to the root cell",
			  "%s contain %s", ports->name, what);
	if (!node_get(source, "dma"))
		error_add(load->messages, RULE_DEVICE_DMA, node->place,
			  "write 'dma: none' if it does not, else 'dma: unprotected'",
			  "whether the device of %s writes memory is not known", ports->name);
}

static void add_device(struct cell_load *load, const struct node *node, uint32_t type, uint64_t at,
		       uint64_t size, const char *name)
{
	struct cfg_cell *cell = load->cell;

	cell->devices = arena_grow(load->arena, cell->devices, cell->device_count, sizeof(*cell->devices));
	cell->devices[cell->device_count++] = (struct cell_device){
		.blob = { .type = type, .gpa = at, .size = size },
		.name = arena_printf(load->arena, "%s@%llx", name, (ull)at),
		.place = node->place,
	};
	if (type == BH_DEV_HPET && at & (BH_PAGE_SIZE - 1))
		error_add(load->messages, RULE_PAGE_ALIGNED, node->place, "align it to 4K",
			  "0x%llx is not the start of a page", (ull)at);
	if (type != BH_DEV_HPET && at > CONFIG_PORTS - size)
		error_add(load->messages, RULE_PORT_RANGE, node->place, "ports end at 0xffff",
			  "%s@%llx is beyond the last I/O port", name, (ull)at);
}

/* Virtual devices without keys but their place. */
static const struct {
	const char *key;
	uint32_t type;
	uint64_t usual, size;
} models[] = {
	{ "hpet", BH_DEV_HPET, GUEST_HPET, CONFIG_DEVICE_SIZE },
	{ "pm-timer", BH_DEV_PM_TIMER, 0, 4 },
	{ "cmos", BH_DEV_CMOS, 0, 2 },
	{ "power-off", BH_DEV_POWER_OFF, 0, 2 },
};

static void own_device(struct cell_load *load, const struct node *source)
{
	const struct node *ports = node_get(source, "ports");

	if (ports)
		add_ports(load, source, ports);
	for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
		const struct node *node = node_get(source, models[i].key);
		const struct node *at = node_get(node, models[i].usual ? "at" : "port");

		if (node)
			add_device(load, node, models[i].type, node_number(at, models[i].usual),
				   models[i].size, models[i].key);
	}
}

/* ---- back to text ---- */

static void dump_port(FILE *out, const char *key, uint32_t port)
{
	if (port)
		fprintf(out, "  %s: 0x%x\n", key, port);
}

static void dump_iommus(FILE *out, const struct bh_config_system *system)
{
	const struct bh_config_iommu *units = CONFIG_ARRAY(struct bh_config_iommu, system, x86.iommus);
	const struct bh_config_scope *scopes = CONFIG_ARRAY(struct bh_config_scope, system, x86.scopes);
	static const char *const kinds[] = { "pci", "ioapic", "hpet" };

	fputs(system->x86.iommus.count ? "  iommus:\n" : "", out);
	for (uint32_t i = 0; i < system->x86.iommus.count; i++) {
		const struct bh_config_iommu *unit = &units[i];
		int any = 0;

		fprintf(out,
			"    - type: %s\n      at: 0x%llx\n      size: 0x%x\n      segment: %u\n      rest: %s\n",
			unit->type == BH_IOMMU_VTD ? "vtd" : "amd", (ull)unit->base, unit->size,
			unit->segment, unit->flags & BH_IOMMU_REST ? "true" : "false");
		if (unit->function)
			fprintf(out, "      function: 0x%x\n", unit->function);
		for (uint32_t j = 0; j < system->x86.scopes.count; j++) {
			if (scopes[j].unit != i)
				continue;
			fprintf(out, "%s        - { kind: %s, first: 0x%x, last: 0x%x, id: %u }\n",
				any++ ? "" : "      serves:\n", kinds[scopes[j].kind - 1], scopes[j].first,
				scopes[j].last, scopes[j].id);
		}
	}
}

static void dump_board(FILE *out, const struct bh_config_system *system)
{
	const struct bh_config_x86 *x86 = &system->x86;
	const struct bh_config_ioapic *ioapics = CONFIG_ARRAY(struct bh_config_ioapic, system, x86.ioapics);
	const struct bh_config_mmconfig *windows =
		CONFIG_ARRAY(struct bh_config_mmconfig, system, x86.mmconfig);

	fputs("x86:\n  ioapics:\n", out);
	for (uint32_t i = 0; i < x86->ioapics.count; i++)
		fprintf(out, "    - { at: 0x%llx, gsi: %u, pins: %u, id: %u }\n", (ull)ioapics[i].base,
			ioapics[i].gsi, ioapics[i].pins, ioapics[i].id);
	fputs(x86->mmconfig.count ? "  pci-config:\n" : "", out);
	for (uint32_t i = 0; i < x86->mmconfig.count; i++)
		fprintf(out, "    - { at: 0x%llx, segment: %u, first-bus: %u, last-bus: %u }\n",
			(ull)windows[i].base, windows[i].segment, windows[i].first_bus, windows[i].last_bus);
	dump_range(out, "  hpet: ", &x86->hpet);
	dump_iommus(out, system);
	dump_port(out, "pm1a-control", x86->pm1a_control);
	dump_port(out, "pm1b-control", x86->pm1b_control);
	dump_port(out, "pm-timer", x86->pm_timer);
	dump_port(out, "smi-command", x86->smi_command);
	dump_port(out, "reset-port", x86->reset_port);
	dump_port(out, "reset-value", x86->reset_value);
	if (x86->tsc_khz)
		fprintf(out, "  tsc-khz: %u\n", x86->tsc_khz);
}

static void dump_cell(FILE *out, const struct bh_config_cell *cell)
{
	if (cell->x86.pci.count)
		fprintf(out, "pci-config: 0x%x\n", cell->x86.mmconfig);
	if (!cell->x86.ioapic)
		fputs("interrupts:\n  controller: none\n", out);
	else
		fprintf(out, "interrupts:\n  controller: ioapic\n  ioapic: 0x%x\n  pins: %u\n",
			cell->x86.ioapic, cell->x86.pins);
}

static void dump_boot(FILE *out, const struct bh_config_cell *cell)
{
	static const char *const modes[] = { "real", "protected", "long" };

	fprintf(out, "  mode: %s\n", modes[cell->x86.mode - BH_X86_REAL]);
	if (cell->x86.start)
		fprintf(out, "  start: 0x%x\n", cell->x86.start);
}

/* That the device may write memory cannot be seen in the blob: the file must say that it may. */
static void dump_ports(FILE *out, const struct bh_config_cell *cell)
{
	const struct bh_config_ports *ports = CONFIG_ARRAY(struct bh_config_ports, cell, x86.ports);
	const struct bh_config_pci *pci = CONFIG_ARRAY(struct bh_config_pci, cell, x86.pci);

	for (uint32_t i = 0; i < cell->x86.ports.count; i++)
		fprintf(out, "  - ports: { first: 0x%x, count: %u }\n    dma: unprotected\n", ports[i].first,
			ports[i].count);
	for (uint32_t i = 0; i < cell->x86.pci.count; i++)
		fprintf(out, "  - pci: '%04x:%02x:%02x.%x'\n    bars: listed\n%s", pci[i].segment,
			pci[i].function >> 8, pci[i].function >> 3 & 31, pci[i].function & 7,
			pci[i].flags & BH_PCI_DMA_UNPROTECTED ? "    dma: unprotected\n" : "");
}

static int dump_device(FILE *out, const struct bh_config_device *device)
{
	for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
		if (device->type != models[i].type)
			continue;
		fprintf(out, "  - %s: { %s: 0x%llx }\n", models[i].key, models[i].usual ? "at" : "port",
			(ull)device->gpa);
		return 1;
	}
	return 0;
}

static uint64_t guest_hwid(uint32_t index)
{
	return index;
}

const struct isa isa_x86 = {
	.arch = BH_ARCH_X86_64,
	.name = "x86_64",
	.hwid = "apic",
	.kernel = "bzImage",
	.no_kernel = "is not a bzImage",
	.irq_first = 1,
	.irq_limit = CONFIG_X86_GSIS,
	.irq_base = 0,
	.irq_kind = "gsi",
	.device_irq = "pin of an I/O APIC",
	.give_irq = "give a pin of an I/O APIC: 'gsi' from 1",
	.free_irq = "choose a free pin, for example 'gsi 7'",
	.machine_name = board_name_pc,
	.board_dram = board_dram_pc,
	.board_cpus = board_cpus_pc,
	.board_intc = board_intc,
	.cell_intc = cell_intc,
	.cell_spans = cell_spans,
	.dump_board = dump_board,
	.dump_cell = dump_cell,
	.dump_boot = dump_boot,
	.dump_ports = dump_ports,
	.dump_device = dump_device,
	.guest_hwid = guest_hwid,
	.own_device = own_device,
	.place_boot = place_boot_x86,
	.plan_boot = plan_boot_x86,
};
