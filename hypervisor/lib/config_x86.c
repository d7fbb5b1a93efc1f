// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration check: APICs, I/O ports, PCI and IOMMUs of an x86-64 board, and a cell's part of it. */
#include "config_parts.h"

#include <lib/errors.h>

#define S struct bh_config_system
#define C struct bh_config_cell
#define BOARD_FAIL(error, member, low, high) \
	config_fail(check, BH_E_##error, AT(INTC, 0, offsetof(S, x86.member)), low, high)
#define CELL_FAIL(error, object, member, low, high) \
	config_fail(check, BH_E_##error, AT(object, 0, offsetof(C, x86.member)), low, high)

#define FOUR_GIB (1ull << 32)

/* What an architecture has only where its blobs say so; all pointers into the blob. */
struct tables {
	const struct bh_config_system *system;
	const struct bh_config_ioapic *ioapics;
	const struct bh_config_mmconfig *mmconfig;
	const struct bh_config_iommu *iommus;
	const struct bh_config_scope *scopes;
};

static struct tables open_tables(const struct bh_config_system *system)
{
	return (struct tables){
		.system = system,
		.ioapics = CONFIG_ARRAY(struct bh_config_ioapic, system, x86.ioapics),
		.mmconfig = CONFIG_ARRAY(struct bh_config_mmconfig, system, x86.mmconfig),
		.iommus = CONFIG_ARRAY(struct bh_config_iommu, system, x86.iommus),
		.scopes = CONFIG_ARRAY(struct bh_config_scope, system, x86.scopes),
	};
}

/* ---- the board ---- */

uint32_t config_x86_last_gsi(const struct bh_config_system *system)
{
	const struct tables tables = open_tables(system);
	uint32_t last_gsi = 0;

	for (uint32_t i = 0; i < system->x86.ioapics.count; i++) {
		const uint32_t end = tables.ioapics[i].gsi + tables.ioapics[i].pins - 1;

		if (end > last_gsi)
			last_gsi = end;
	}
	return last_gsi < CONFIG_X86_GSIS ? last_gsi : CONFIG_X86_GSIS - 1;
}

static int check_ioapics(const struct check *check, const struct tables *tables)
{
	for (uint32_t i = 0; i < tables->system->x86.ioapics.count; i++) {
		const struct bh_config_ioapic *a = &tables->ioapics[i];

		if (a->base >= FOUR_GIB)
			return config_fail(check, BH_E_RANGE, IN(INTC, i, a, base), a->base, FOUR_GIB - 1);
		if (a->gsi + a->pins > CONFIG_X86_GSIS)
			return config_fail(check, BH_E_RANGE, IN(INTC, i, a, pins), a->gsi + a->pins - 1,
					   CONFIG_X86_GSIS - 1);
		for (uint32_t j = 0; j < i; j++) {
			const struct bh_config_ioapic *b = &tables->ioapics[j];

			if (a->gsi < b->gsi + b->pins && b->gsi < a->gsi + a->pins)
				return config_fail(check, BH_E_OVERLAP, IN(INTC, i, a, gsi), a->gsi,
						   a->gsi + a->pins - 1);
			if (a->id == b->id)
				return config_fail(check, BH_E_DUPLICATE, IN(INTC, i, a, id), a->id, j);
		}
	}
	return BH_E_OK;
}

static int check_mmconfig(const struct check *check, const struct tables *tables)
{
	for (uint32_t i = 0; i < tables->system->x86.mmconfig.count; i++) {
		const struct bh_config_mmconfig *a = &tables->mmconfig[i];

		if (a->last_bus < a->first_bus)
			return config_fail(check, BH_E_RANGE, IN(INTC, i, a, last_bus), a->last_bus,
					   a->first_bus);
		if (a->base + (a->last_bus + 1ull) * CONFIG_BUS_SIZE > CONFIG_ADDRESS_LIMIT)
			return config_fail(check, BH_E_RANGE, IN(INTC, i, a, base), a->base,
					   CONFIG_ADDRESS_LIMIT - 1);
		for (uint32_t j = 0; j < i; j++) {
			const struct bh_config_mmconfig *b = &tables->mmconfig[j];

			if (a->segment == b->segment && a->first_bus <= b->last_bus &&
			    b->first_bus <= a->last_bus)
				return config_fail(check, BH_E_OVERLAP, IN(INTC, i, a, first_bus),
						   a->first_bus, a->last_bus);
		}
	}
	return BH_E_OK;
}

static int check_iommus(const struct check *check, const struct tables *tables)
{
	for (uint32_t i = 0; i < tables->system->x86.iommus.count; i++) {
		const struct bh_config_iommu *unit = &tables->iommus[i];
		int code = config_check_span(check, unit->base, unit->size, BH_PAGE_SIZE,
					     IN(INTC, i, unit, base));

		if (code)
			return code;
		if (unit->type == BH_IOMMU_VTD && unit->function)
			return config_fail(check, BH_E_RESERVED, IN(INTC, i, unit, function), unit->function,
					   0);
		for (uint32_t j = 0; j < i && unit->flags & BH_IOMMU_REST; j++) {
			if (tables->iommus[j].flags & BH_IOMMU_REST &&
			    tables->iommus[j].segment == unit->segment)
				return config_fail(check, BH_E_DUPLICATE, IN(INTC, i, unit, flags),
						   unit->segment, j);
		}
	}
	return BH_E_OK;
}

static int scopes_clash(const struct tables *tables, const struct bh_config_scope *a,
			const struct bh_config_scope *b)
{
	return a->kind == b->kind && tables->iommus[a->unit].segment == tables->iommus[b->unit].segment &&
	       (a->kind == BH_SCOPE_PCI ? a->first <= b->last && b->first <= a->last : a->id == b->id);
}

static int check_scopes(const struct check *check, const struct tables *tables)
{
	const struct bh_config_x86 *x86 = &tables->system->x86;

	for (uint32_t i = 0; i < x86->scopes.count; i++) {
		const struct bh_config_scope *scope = &tables->scopes[i];

		if (scope->unit >= x86->iommus.count)
			return config_fail(check, BH_E_RANGE, IN(INTC, i, scope, unit), scope->unit,
					   x86->iommus.count);
		if (scope->last < scope->first ||
		    (scope->kind != BH_SCOPE_PCI && scope->last != scope->first))
			return config_fail(check, BH_E_RANGE, IN(INTC, i, scope, last), scope->last,
					   scope->first);
		if (scope->kind == BH_SCOPE_PCI && scope->id)
			return config_fail(check, BH_E_RESERVED, IN(INTC, i, scope, id), scope->id, 0);
		for (uint32_t j = 0; j < i; j++) {
			if (scopes_clash(tables, scope, &tables->scopes[j]))
				return config_fail(check, BH_E_OVERLAP, IN(INTC, i, scope, first),
						   scope->first, scope->last);
		}
	}
	return BH_E_OK;
}

static int check_board_ports(const struct check *check, const struct bh_config_x86 *x86)
{
	if (x86->pm1b_control && !x86->pm1a_control)
		return BOARD_FAIL(RANGE, pm1b_control, x86->pm1b_control, 0);
	if (x86->pm1a_control && x86->pm1a_control == x86->pm1b_control)
		return BOARD_FAIL(DUPLICATE, pm1b_control, x86->pm1b_control, 0);
	if (x86->reset_value && !x86->reset_port)
		return BOARD_FAIL(RESERVED, reset_value, x86->reset_value, 0);
	return BH_E_OK;
}

int config_check_x86(const struct check *check, const struct board *board)
{
	static int (*const steps[])(const struct check *check, const struct tables *tables) = {
		check_ioapics,
		check_mmconfig,
		check_iommus,
		check_scopes,
	};
	const struct tables tables = open_tables(board->system);
	int code = check_board_ports(check, &board->system->x86);

	for (unsigned int i = 0; i < sizeof(steps) / sizeof(steps[0]) && !code; i++)
		code = steps[i](check, &tables);
	return code;
}

void config_x86_mmconfig_take(struct bh_config_mmconfig *window, uint16_t function)
{
	const uint8_t bus = (uint8_t)(function >> 8);

	window->first_bus = bus < window->first_bus ? bus : window->first_bus;
	window->last_bus = bus > window->last_bus ? bus : window->last_bus;
}

struct bh_config_range config_x86_mmconfig_range(const struct bh_config_mmconfig *window)
{
	return (struct bh_config_range){ window->base + window->first_bus * (uint64_t)CONFIG_BUS_SIZE,
					 (window->last_bus - window->first_bus + 1ull) * CONFIG_BUS_SIZE };
}

uint32_t config_x86_windows(const struct bh_config_system *system)
{
	return 2 + system->x86.ioapics.count + system->x86.mmconfig.count + system->x86.iommus.count;
}

struct bh_config_range config_x86_window(const struct bh_config_system *system, uint32_t window,
					 struct where *where)
{
	const struct tables tables = open_tables(system);
	const struct bh_config_x86 *x86 = &system->x86;

	if (window < 2) {
		*where = AT(INTC, 0, offsetof(S, x86.hpet));
		return window ? x86->hpet : (struct bh_config_range){ CONFIG_LAPIC, CONFIG_LAPIC_SIZE };
	}
	window -= 2;
	if (window < x86->ioapics.count) {
		*where = AT(INTC, window, x86->ioapics.offset + window * sizeof(*tables.ioapics));
		return (struct bh_config_range){ tables.ioapics[window].base, BH_PAGE_SIZE };
	}
	window -= x86->ioapics.count;
	if (window < x86->mmconfig.count) {
		const struct bh_config_mmconfig *config = &tables.mmconfig[window];

		*where = AT(INTC, window, x86->mmconfig.offset + window * sizeof(*config));
		return config_x86_mmconfig_range(config);
	}
	window -= x86->mmconfig.count;
	*where = AT(INTC, window, x86->iommus.offset + window * sizeof(*tables.iommus));
	return (struct bh_config_range){ tables.iommus[window].base, tables.iommus[window].size };
}

/* ---- a cell ---- */

/* Ports that each device at ports has; 0: it is not at ports. */
static const uint8_t device_ports[BH_DEV_LAST + 1] = {
	[BH_DEV_UART_16550_PIO] = 8,
	[BH_DEV_PM_TIMER] = 4,
	[BH_DEV_CMOS] = 2,
	[BH_DEV_POWER_OFF] = 2,
};

int config_x86_at_ports(uint32_t type)
{
	return type <= BH_DEV_LAST && device_ports[type];
}

int config_check_x86_device(const struct check *check, const struct bh_config_device *device, uint32_t i)
{
	const uint32_t ports = device_ports[device->type];

	if (device->size != ports)
		return config_fail(check, BH_E_RANGE, IN(DEVICE, i, device, size), device->size, ports);
	if (device->gpa > CONFIG_PORTS - ports)
		return config_fail(check, BH_E_RANGE, IN(DEVICE, i, device, gpa), device->gpa,
				   CONFIG_PORTS - ports);
	return BH_E_OK;
}

/* I/O ports of a cell by number, those of its devices first; size 0: the device is not at ports. */
static struct bh_config_range cell_ports(const struct check *check, const struct bh_config_cell *cell,
					 uint32_t i, struct where *where)
{
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, cell, devices);
	const struct bh_config_ports *ports = CONFIG_ARRAY(struct bh_config_ports, cell, x86.ports);

	if (i < cell->devices.count) {
		*where = IN(DEVICE, i, &devices[i], gpa);
		return (struct bh_config_range){ devices[i].gpa,
						 config_x86_at_ports(devices[i].type) ? devices[i].size : 0 };
	}
	i -= cell->devices.count;
	*where = IN(DEVICE, i, &ports[i], first);
	return (struct bh_config_range){ ports[i].first, ports[i].count };
}

/* What no cell gets: ports that reset, power off or interrupt the machine, and the hypervisor's console. */
static int check_port_owner(const struct check *check, const struct bh_config_system *system,
			    const struct bh_config_range *ports, struct where where)
{
	const struct bh_config_x86 *x86 = &system->x86;
	const struct bh_config_range taken[] = {
		{ x86->pm1a_control, x86->pm1a_control ? 2 : 0 },
		{ x86->pm1b_control, x86->pm1b_control ? 2 : 0 },
		{ x86->smi_command, x86->smi_command ? 1 : 0 },
		{ x86->reset_port, x86->reset_port ? 1 : 0 },
		{ 0x20, 2 }, /* 8259: masks and vectors of root's */
		{ 0xa0, 2 },
		{ 0x64, 1 },  /* reset by the keyboard controller */
		{ 0x92, 1 },  /* fast reset and A20 */
		{ 0xcf8, 8 }, /* PCI configuration; reset at 0xcf9 */
		{ system->debug_uart.base,
		  config_x86_at_ports(system->debug_uart_type) ? system->debug_uart.size : 0 },
	};

	for (unsigned int i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		if (taken[i].size && overlaps(ports, &taken[i]))
			return config_fail(check, BH_E_NOT_OWNED, where, ports->base,
					   last(ports->base, ports->size));
	}
	return BH_E_OK;
}

static int check_cell_ports(const struct check *check, const struct bh_config_cell *cell,
			    const struct bh_config_system *system)
{
	const uint32_t count = cell->devices.count + cell->x86.ports.count;
	struct where where, other;
	int code = BH_E_OK;

	for (uint32_t i = 0; i < count && !code; i++) {
		const struct bh_config_range a = cell_ports(check, cell, i, &where);

		if (i >= cell->devices.count && a.size > CONFIG_PORTS - a.base)
			return config_fail(check, BH_E_RANGE, where, a.base, CONFIG_PORTS - 1);
		for (uint32_t j = 0; a.size && j < i; j++) {
			const struct bh_config_range b = cell_ports(check, cell, j, &other);

			if (b.size && overlaps(&a, &b))
				return config_fail(check, BH_E_OVERLAP, where, a.base, last(a.base, a.size));
		}
		if (i >= cell->devices.count)
			code = check_port_owner(check, system, &a, where);
	}
	return code;
}

int config_x86_is_held(const struct bh_config_system *system, const struct bh_config_pci *pci)
{
	const struct bh_config_iommu *units = CONFIG_ARRAY(struct bh_config_iommu, system, x86.iommus);
	const struct bh_config_scope *scopes = CONFIG_ARRAY(struct bh_config_scope, system, x86.scopes);

	for (uint32_t i = 0; i < system->x86.iommus.count; i++) {
		if (units[i].segment == pci->segment && units[i].flags & BH_IOMMU_REST)
			return 1;
	}
	for (uint32_t i = 0; i < system->x86.scopes.count; i++) {
		if (scopes[i].kind == BH_SCOPE_PCI && units[scopes[i].unit].segment == pci->segment &&
		    scopes[i].first <= pci->function && pci->function <= scopes[i].last)
			return 1;
	}
	return 0;
}

static int is_iommu(const struct bh_config_system *system, const struct bh_config_pci *pci)
{
	const struct bh_config_iommu *units = CONFIG_ARRAY(struct bh_config_iommu, system, x86.iommus);

	for (uint32_t i = 0; i < system->x86.iommus.count; i++) {
		if (units[i].type == BH_IOMMU_AMD && units[i].segment == pci->segment &&
		    units[i].function == pci->function)
			return 1;
	}
	return 0;
}

/* Each function once, none that is an IOMMU, and none that writes memory of others unless that is wanted. */
static int check_cell_pci(const struct check *check, const struct bh_config_cell *cell,
			  const struct bh_config_system *system)
{
	const struct bh_config_pci *pci = CONFIG_ARRAY(struct bh_config_pci, cell, x86.pci);

	for (uint32_t i = 0; i < cell->x86.pci.count; i++) {
		const struct where where = IN(DEVICE, i, &pci[i], function);

		if (is_iommu(system, &pci[i]))
			return config_fail(check, BH_E_NOT_OWNED, where, pci[i].function, pci[i].function);
		if (!(pci[i].flags & BH_PCI_DMA_UNPROTECTED) && !config_x86_is_held(system, &pci[i]))
			return config_fail(check, BH_E_RANGE, IN(DEVICE, i, &pci[i], flags), pci[i].flags,
					   BH_PCI_DMA_UNPROTECTED);
		for (uint32_t j = 0; j < i; j++) {
			if (pci[j].segment == pci[i].segment && pci[j].function == pci[i].function)
				return config_fail(check, BH_E_DUPLICATE, where, pci[i].function, j);
		}
	}
	return BH_E_OK;
}

int config_x86_cell_mmconfig(const struct bh_config_cell *cell, struct bh_config_mmconfig *window)
{
	const struct bh_config_pci *pci = CONFIG_ARRAY(struct bh_config_pci, cell, x86.pci);

	*window = (struct bh_config_mmconfig){ .base = cell->x86.mmconfig, .first_bus = 255 };
	for (uint32_t i = 0; i < cell->x86.pci.count; i++)
		config_x86_mmconfig_take(window, pci[i].function);
	return window->base && cell->x86.pci.count;
}

static int check_cell_mmconfig(const struct check *check, const struct bh_config_cell *cell)
{
	struct bh_config_mmconfig window;
	const int is_there = config_x86_cell_mmconfig(cell, &window);

	if (!is_there && cell->x86.mmconfig)
		return CELL_FAIL(RESERVED, INTC, mmconfig, cell->x86.mmconfig, 0);
	if (is_there && window.base + (window.last_bus + 1ull) * CONFIG_BUS_SIZE > FOUR_GIB)
		return CELL_FAIL(RANGE, INTC, mmconfig, cell->x86.mmconfig,
				 FOUR_GIB - (window.last_bus + 1ull) * CONFIG_BUS_SIZE);
	return BH_E_OK;
}

struct bh_config_range config_x86_cell_window(const struct bh_config_cell *cell, unsigned int window,
					      struct where *where)
{
	struct bh_config_mmconfig mmconfig;

	*where = window == 2 ? AT(INTC, 0, offsetof(C, x86.mmconfig)) : AT(INTC, 0, offsetof(C, x86.ioapic));
	if (!window)
		return (struct bh_config_range){ CONFIG_LAPIC, CONFIG_LAPIC_SIZE };
	if (window == 1)
		return (struct bh_config_range){ cell->x86.ioapic, cell->x86.ioapic ? BH_PAGE_SIZE : 0 };
	return config_x86_cell_mmconfig(cell, &mmconfig) ? config_x86_mmconfig_range(&mmconfig) :
							   (struct bh_config_range){ 0, 0 };
}

/* Each interrupt of the cell is a pin of its I/O APIC. */
static int check_pins(const struct check *check, const struct bh_config_cell *cell)
{
	const struct bh_config_irq *irqs = CONFIG_ARRAY(struct bh_config_irq, cell, irqs);
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, cell, devices);
	const uint32_t pins = cell->x86.pins;

	for (uint32_t i = 0; i < cell->irqs.count; i++) {
		if (irqs[i].intid >= pins)
			return config_fail(check, BH_E_IRQ, IN(IRQ, i, &irqs[i], intid), irqs[i].intid, pins);
	}
	for (uint32_t i = 0; i < cell->devices.count; i++) {
		if (devices[i].irq && devices[i].irq >= pins)
			return config_fail(check, BH_E_IRQ, IN(DEVICE, i, &devices[i], irq), devices[i].irq,
					   pins);
	}
	return BH_E_OK;
}

int config_check_x86_cell(const struct check *check, const struct bh_config_cell *cell,
			  const struct bh_config_system *system)
{
	const struct bh_config_cell_x86 *x86 = &cell->x86;
	int code;

	if (!x86->ioapic != !x86->pins)
		return CELL_FAIL(RANGE, INTC, pins, x86->pins, x86->ioapic ? CONFIG_IOAPIC_PINS : 0);
	code = check_cell_ports(check, cell, system);
	if (!code)
		code = check_cell_pci(check, cell, system);
	if (!code)
		code = check_cell_mmconfig(check, cell);
	return code ? code : check_pins(check, cell);
}

int config_check_x86_boot(const struct check *check, const struct bh_config_cell *cell)
{
	const struct bh_config_cell_x86 *x86 = &cell->x86;
	const uint64_t limit = x86->mode == BH_X86_REAL ? 0x100000 : FOUR_GIB;

	if (x86->mode != BH_X86_LONG && cell->entry >= limit)
		return config_fail(check, BH_E_RANGE, AT(BOOT, 0, offsetof(C, entry)), cell->entry,
				   limit - 1);
	if (x86->mode != BH_X86_LONG && cell->boot_arg >= FOUR_GIB)
		return config_fail(check, BH_E_RANGE, AT(BOOT, 0, offsetof(C, boot_arg)), cell->boot_arg,
				   FOUR_GIB - 1);
	if (x86->mode == BH_X86_REAL && x86->start)
		return CELL_FAIL(RESERVED, BOOT, start, x86->start, 0);
	if (x86->mode == BH_X86_LONG && (!x86->start || x86->start & (BH_PAGE_SIZE - 1)))
		return CELL_FAIL(ALIGN, BOOT, start, x86->start, BH_PAGE_SIZE);
	return BH_E_OK;
}
