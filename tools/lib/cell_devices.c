// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupts and devices of a cell: real ones that it gets from the board, and virtual ones. */
#include "cell_parts.h"

#include <lib/config.h>

#include <string.h>

/* ---- interrupts ---- */

const char *irq_text(const struct cell_load *load, uint32_t irq)
{
	const struct isa *isa = load->isa;

	if (!isa->irq_base || irq < isa->irq_base)
		return arena_printf(load->arena, "%u", irq);
	return arena_printf(load->arena, "%u (%s %u)", irq, isa->irq_kind, irq - isa->irq_base);
}

int cell_has_passed_irq(const struct cfg_cell *cell, uint32_t irq)
{
	for (size_t i = 0; i < cell->irq_count; i++) {
		if (cell->irqs[i].intid == irq && cell->irqs[i].node >= 0)
			return 1;
	}
	return 0;
}

void cell_add_irq(struct cell_load *load, uint64_t intid, const char *name, struct place place, int node)
{
	struct cfg_cell *cell = load->cell;
	const struct isa *isa = load->isa;

	if (intid < isa->irq_first || intid >= isa->irq_limit) {
		error_add(load->messages, RULE_INTERRUPT_RANGE, place, isa->give_irq,
			  "interrupt %llu of %s cannot be given to a cell: it is no %s",
			  (unsigned long long)intid, name, isa->device_irq);
		return;
	}
	if (intid == load->system->event_irq) {
		error_add(load->messages, RULE_INTERRUPT_EVENT, place,
			  "choose another in the cell or the board",
			  "interrupt %s of %s is the board's event interrupt",
			  irq_text(load, (uint32_t)intid), name);
		return;
	}
	for (size_t i = 0; i < cell->irq_count; i++) {
		if (cell->irqs[i].intid == intid) {
			error_add(load->messages, RULE_INTERRUPT_TWICE, place, "list it once",
				  "interrupt %s is listed twice", irq_text(load, (uint32_t)intid));
			return;
		}
	}
	cell->irqs = arena_grow(load->arena, cell->irqs, cell->irq_count, sizeof(*cell->irqs));
	cell->irqs[cell->irq_count++] = (struct cell_irq){ (uint32_t)intid, place, name, node };
}

static void read_irq_list(struct cell_load *load, const char *path, uint64_t first)
{
	const struct node *list = cell_node(load, path);

	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *item = node_item(list, i);
		const uint64_t number = node_number(item, 0);
		const uint64_t intid = number > 2000 ? 2000 : number + first;

		cell_add_irq(load, intid, "'interrupts'", item->place, -1);
	}
}

void cell_read_interrupts(struct cell_load *load)
{
	const struct node *node = cell_node(load, "interrupts");

	load->isa->cell_intc(load);
	if (node && node->kind == NODE_MAP) {
		read_irq_list(load, "interrupts.spi", 32);
		read_irq_list(load, "interrupts.intid", 0);
		read_irq_list(load, "interrupts.gsi", 0);
	}
}

/* ---- virtual devices ---- */

/* At an address, or on x86-64 at I/O ports. */
static void read_place(struct cell_load *load, const struct node *node, struct cell_device *device)
{
	const struct node *at = node_get(node, "at"), *port = node_get(node, "port");
	struct bh_config_device *blob = &device->blob;

	blob->gpa = node_number(port ? port : at, 0);
	blob->size = port ? 8 : CONFIG_DEVICE_SIZE;
	device->name = arena_printf(load->arena, "uart@%llx", (unsigned long long)blob->gpa);
	if (port && blob->type == BH_DEV_UART_16550)
		blob->type = BH_DEV_UART_16550_PIO;
	if (!at == !port || (port && (!load->isa->own_device || blob->type == BH_DEV_UART_PL011)))
		error_add(load->messages, RULE_DEVICE_PLACE, node->place,
			  load->isa->own_device ? "give 'port' of a 16550, or 'at'" : "give 'at'",
			  port ? "this UART cannot be at I/O port 0x%llx" : "the UART has no address",
			  (unsigned long long)blob->gpa);
	if (at && blob->gpa & (BH_PAGE_SIZE - 1))
		error_add(load->messages, RULE_PAGE_ALIGNED, at->place, "align it to 4K",
			  "0x%llx is not the start of a page", (unsigned long long)blob->gpa);
}

static void read_uart(struct cell_load *load, const struct node *node)
{
	struct cfg_cell *cell = load->cell;
	const struct node *spi = node_get(node, "spi"), *gsi = node_get(node, "gsi"),
			  *irq = spi ? spi :
				 gsi ? gsi :
				       node_get(node, "intid");
	const unsigned int usual = load->isa->own_device ? 1 : 0; /* a PC has no PL011 */
	const struct isa *isa = load->isa;
	struct cell_device *device;

	cell->devices = arena_grow(load->arena, cell->devices, cell->device_count, sizeof(*cell->devices));
	device = &cell->devices[cell->device_count];
	*device = (struct cell_device){ .place = node->place };
	device->blob.type = node_choice(node_get(node, "type"), CHOICES_VUART, usual) ? BH_DEV_UART_16550 :
											BH_DEV_UART_PL011;
	if (irq)
		device->blob.irq = (spi ? 32 : 0) + (uint32_t)(node_number(irq, 0) & 0xffff);
	if (irq && (device->blob.irq < isa->irq_first || device->blob.irq >= isa->irq_limit))
		error_add(load->messages, RULE_INTERRUPT_RANGE, irq->place, isa->give_irq, "'%s' is no %s",
			  irq->text, isa->device_irq);
	read_place(load, node, device);
	if (node_bool(node_get(node, "console"), cell->body.console == BH_NO_CONSOLE))
		cell->body.console = (uint32_t)cell->device_count;
	cell->device_count++;
}

static void check_device_irqs(struct cell_load *load)
{
	const struct cfg_cell *cell = load->cell;

	for (size_t i = 0; i < cell->device_count; i++) {
		const uint32_t irq = cell->devices[i].blob.irq;
		const char *other = NULL;

		for (size_t j = 0; irq && j < cell->irq_count; j++) {
			if (cell->irqs[j].intid == irq)
				other = cell->irqs[j].name;
		}
		for (size_t j = 0; irq && j < i; j++) {
			if (cell->devices[j].blob.irq == irq)
				other = cell->devices[j].name;
		}
		if (other)
			error_add(load->messages, RULE_INTERRUPT_VIRTUAL, cell->devices[i].place,
				  arena_printf(load->arena, "choose another '%s'", load->isa->irq_kind),
				  "interrupt %s %u of virtual %s is already that of %s", load->isa->irq_kind,
				  irq - load->isa->irq_base, cell->devices[i].name, other);
	}
}

/* Keys that only some architectures have. */
static int own_kinds(const struct node *node)
{
	static const char *const keys[] = { "ports", "hpet", "pm-timer", "cmos", "power-off" };
	int kinds = 0;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		kinds += node_get(node, keys[i]) != NULL;
	return kinds;
}

void cell_read_devices(struct cell_load *load)
{
	const struct node *list = cell_node(load, "devices");
	struct cfg_cell *cell = load->cell;

	cell->body.console = BH_NO_CONSOLE;
	for (size_t i = 0; i < node_count(list); i++) {
		const struct node *node = node_item(list, i);
		const struct node *passed = node_get(node, "passthrough"), *uart = node_get(node, "uart");
		const struct node *pci = node_get(node, "pci"), *registers = node_get(node, "registers");
		const int own = own_kinds(node), kinds = !!passed + !!uart + !!pci + !!registers + own;

		if (kinds != 1)
			error_add(load->messages, RULE_DEVICE_KIND, node->place,
				  "give one of 'passthrough', 'uart', 'registers' and 'pci'",
				  "a device is one thing, not %s", kinds ? "several" : "none");
		else if (registers)
			cell_read_registers(load, node);
		else if (passed)
			cell_read_passthrough(load, node);
		else if (uart)
			read_uart(load, uart);
		else if (own && load->isa->own_device)
			load->isa->own_device(load, node);
		else if (own)
			error_add(load->messages, RULE_DEVICE_KIND, node->place, "leave it out",
				  "a cell on %s has no such device", load->isa->name);
		else if (load->isa->own_device)
			cell_read_pci(load, node);
		else
			error_add(load->messages, RULE_UNSUPPORTED, pci->place, "leave it to the root cell",
				  "PCI function '%s': the hypervisor cannot give PCI devices to cells yet",
				  pci->text);
		if (!pci && node_get(node, "bars"))
			error_add(load->messages, RULE_DEVICE_KIND, node->place, "remove it",
				  "'bars' is for PCI functions");
		if (!passed && ((!registers && !pci && !node_get(node, "ports") && node_get(node, "dma")) ||
				node_get(node, "clock")))
			error_add(load->messages, RULE_DEVICE_KIND, node->place, "remove them",
				  "'dma' and 'clock' are for passed-through devices");
	}
	cell_check_passed(load);
	cell_check_pci(load);
	check_device_irqs(load);
}
