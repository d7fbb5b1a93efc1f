// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PCI in a guest's DSDT. A cell has functions at the machine's numbers and addresses, but none of the bridges above
 * them, so each bus that has one gets a host bridge of its own, whose windows are just the functions' registers.
 * Configuration space is reached by ports 0xcf8 to 0xcff, and in memory that an MCFG names and a device of the
 * motherboard's keeps. ACPI specification 6.5, 6.4.3.5; PCI Firmware specification 3.3, 4.1.
 */
#include "acpi_write.h"
#include "pc.h"
#include "plan.h"

#include <lib/config.h>

#define HOST_BRIDGE 0x0a03u /* PNP0A03 */
#define MOTHERBOARD 0x0c02u /* PNP0C02 */
#define FIRST_PORT 0xcf8u
#define ADDRESS_WORD 0x88u
#define ADDRESS_QWORD 0x8au
#define KIND_MEMORY 0u
#define KIND_PORTS 1u
#define KIND_BUS 2u
#define FIXED 0x0cu	   /* produced here; both ends are */
#define MEMORY_WRITABLE 1u /* and not cached */
#define PORTS_ALL 3u	   /* ISA and others */

static unsigned int bus_of(const struct cell_pci *pci)
{
	return pci->blob.function >> 8;
}

static void w_window(struct writer *writer, unsigned int kind, unsigned int flags,
		     const struct bh_config_range *range)
{
	const uint64_t numbers[] = { 0, range->base, range->base + (range->size - 1), 0, range->size };
	const int is_long = kind == KIND_MEMORY;

	w8(writer, is_long ? ADDRESS_QWORD : ADDRESS_WORD);
	w16(writer, is_long ? 43 : 13);
	w8(writer, kind);
	w8(writer, FIXED);
	w8(writer, flags);
	for (unsigned int i = 0; i < 5; i++) {
		if (is_long)
			w64(writer, numbers[i]);
		else
			w16(writer, (uint32_t)numbers[i]);
	}
}

static void w_config_ports(struct writer *writer)
{
	w8(writer, 0x47);
	w8(writer, 1); /* all 16 bits are decoded */
	w16(writer, FIRST_PORT);
	w16(writer, FIRST_PORT);
	w8(writer, 1);
	w8(writer, 8);
}

static void w_bars(struct writer *writer, const struct cell_pci *pci)
{
	for (unsigned int i = 0; pci->function && i < PCI_BARS; i++) {
		const struct pci_bar *bar = &pci->function->bars[i];

		if (bar->range.size)
			w_window(writer, bar->is_ports ? KIND_PORTS : KIND_MEMORY,
				 bar->is_ports ? PORTS_ALL : MEMORY_WRITABLE, &bar->range);
	}
}

/* Registers that the file lists apart are nobody's by name: all of the cell's. */
static void w_listed(struct writer *writer, const struct cfg_cell *cell)
{
	for (size_t i = 0; i < cell->memory_count; i++) {
		const struct bh_config_memory *region = &cell->memory[i].blob;
		const struct bh_config_range range = { region->gpa, region->size };

		if (region->flags & BH_MEM_DEVICE)
			w_window(writer, KIND_MEMORY, MEMORY_WRITABLE, &range);
	}
	for (size_t i = 0; i < cell->port_count; i++) {
		const struct bh_config_range range = { cell->ports[i].blob.first, cell->ports[i].blob.count };

		w_window(writer, KIND_PORTS, PORTS_ALL, &range);
	}
}

static int is_one_bus(const struct cell_pci *a, const struct cell_pci *b)
{
	return a->blob.segment == b->blob.segment && bus_of(a) == bus_of(b);
}

/* The bridge above @first and those of its bus; the first bridge (@number 0) has what is listed apart, too. */
static void write_bridge(struct writer *writer, struct cfg_cell *cell, const struct cell_pci *first,
			 unsigned int number)
{
	const size_t package = aml_begin(writer, "\x5b\x82", 2);
	const struct bh_config_range bus = { bus_of(first), 1 };
	struct aml_list list;
	int is_listed = 0;

	w_text(writer, arena_printf(&cell->arena, "PC%02X", number));
	aml_hid(writer, HOST_BRIDGE);
	aml_byte(writer, "_UID", number);
	aml_word(writer, "_SEG", first->blob.segment);
	aml_byte(writer, "_BBN", bus_of(first));
	aml_list_begin(writer, &list);
	w_window(writer, KIND_BUS, 0, &bus);
	if (!number)
		w_config_ports(writer);
	for (const struct cell_pci *pci = cell->pci; pci < cell->pci + cell->pci_count; pci++) {
		is_listed |= !pci->function;
		if (is_one_bus(pci, first))
			w_bars(writer, pci);
	}
	if (is_listed && !number)
		w_listed(writer, cell);
	aml_list_end(writer, &list);
	aml_end(writer, package);
}

/* Who has the window of configuration space, without whom Linux would not use it. */
static void write_window(struct writer *writer, const struct cfg_cell *cell)
{
	const struct bh_config_mmconfig window = cell_pci_config(cell);
	const struct bh_config_range range = config_x86_mmconfig_range(&window);
	const size_t package = aml_begin(writer, "\x5b\x82", 2);
	struct aml_list list;

	w_text(writer, "MCFG");
	aml_hid(writer, MOTHERBOARD);
	aml_byte(writer, "_UID", 0);
	aml_list_begin(writer, &list);
	w8(writer, 0x86);
	w16(writer, 9);
	w8(writer, 1); /* writable */
	w32(writer, range.base);
	w32(writer, range.size);
	aml_list_end(writer, &list);
	aml_end(writer, package);
}

void acpi_guest_pci(struct writer *writer, struct cfg_cell *cell)
{
	unsigned int number = 0;

	for (size_t i = 0; i < cell->pci_count; i++) {
		size_t before = 0;

		while (before < i && !is_one_bus(&cell->pci[before], &cell->pci[i]))
			before++;
		if (before == i)
			write_bridge(writer, cell, &cell->pci[i], number++);
	}
	if (cell->body.x86.mmconfig)
		write_window(writer, cell);
}
