// SPDX-License-Identifier: GPL-2.0-or-later
/* Configuration check: a cell, its fields against each other and against its board. */
#include "config_parts.h"

#include <lib/bitmap.h>
#include <lib/errors.h>

struct cell_check {
	const struct bh_config_cell *cell;
	const struct bh_config_cpu *cpus;
	const struct bh_config_memory *memory;
	const struct bh_config_irq *irqs;
	const struct bh_config_device *devices;
	struct board board;
};

static int is_ram(const struct bh_config_memory *region)
{
	return !(region->flags & BH_MEM_DEVICE);
}

static int check_ram(const struct check *check, const struct cell_check *open, uint32_t i)
{
	const struct bh_config_memory *region = &open->memory[i];
	const uint32_t pools = open->board.system->pool.count;
	int code =
		config_check_span(check, region->gpa, region->size, BH_RAM_ALIGN, IN(MEMORY, i, region, gpa));

	if (code)
		return code;
	if (region->flags & BH_MEM_AUTO)
		return region->hpa ?
			       config_fail(check, BH_E_RESERVED, IN(MEMORY, i, region, hpa), region->hpa, 0) :
			       BH_E_OK;
	code = config_check_span(check, region->hpa, region->size, BH_RAM_ALIGN, IN(MEMORY, i, region, hpa));
	if (code)
		return code;
	if (!in_array(open->board.pool, pools, region->hpa, region->size))
		return config_fail(check, BH_E_NOT_OWNED, IN(MEMORY, i, region, hpa), region->hpa,
				   last(region->hpa, region->size));
	return BH_E_OK;
}

#define DEVICE_FLAGS (BH_MEM_READ | BH_MEM_WRITE | BH_MEM_DEVICE)

static int check_mmio(const struct check *check, const struct cell_check *open, uint32_t i)
{
	const struct bh_config_memory *region = &open->memory[i];
	const struct bh_config_range range = { region->hpa, region->size };
	struct where unused;
	int code;

	if (region->flags & ~DEVICE_FLAGS)
		return config_fail(check, BH_E_RANGE, IN(MEMORY, i, region, flags), region->flags,
				   DEVICE_FLAGS);
	code = config_check_span(check, region->gpa, region->size, BH_PAGE_SIZE, IN(MEMORY, i, region, gpa));
	if (!code)
		code = config_check_span(check, region->hpa, region->size, BH_PAGE_SIZE,
					 IN(MEMORY, i, region, hpa));
	if (code)
		return code;
	if (config_is_firmware(&open->board, &range))
		return config_fail(check, BH_E_NOT_OWNED, IN(MEMORY, i, region, hpa), range.base,
				   last(range.base, range.size));
	for (uint32_t j = 0; j < config_board_spans(&open->board); j++) {
		const struct bh_config_range taken = config_board_span(&open->board, j, &unused);

		if (taken.size && overlaps(&range, &taken))
			return config_fail(check, BH_E_NOT_OWNED, IN(MEMORY, i, region, hpa), range.base,
					   last(range.base, range.size));
	}
	return BH_E_OK;
}

static int check_host_disjoint(const struct check *check, const struct cell_check *open, uint32_t i)
{
	const struct bh_config_memory *region = &open->memory[i];
	const struct bh_config_range range = { region->hpa, region->size };

	for (uint32_t j = 0; j < i && !(region->flags & BH_MEM_AUTO); j++) {
		const struct bh_config_range other = { open->memory[j].hpa, open->memory[j].size };

		if (!(open->memory[j].flags & BH_MEM_AUTO) && overlaps(&range, &other))
			return config_fail(check, BH_E_OVERLAP, IN(MEMORY, i, region, hpa), range.base,
					   last(range.base, range.size));
	}
	return BH_E_OK;
}

static int check_memory(const struct check *check, const struct cell_check *open)
{
	int code = BH_E_OK;

	for (uint32_t i = 0; i < open->cell->memory.count && !code; i++) {
		const struct bh_config_memory *region = &open->memory[i];

		if (!(region->flags &
		      BH_MEM_READ)) /* stage 2 has no write-only or execute-only memory on most CPUs */
			return config_fail(check, BH_E_RANGE, IN(MEMORY, i, region, flags), region->flags,
					   BH_MEM_READ);
		code = is_ram(region) ? check_ram(check, open, i) : check_mmio(check, open, i);
		if (!code)
			code = check_host_disjoint(check, open, i);
	}
	return code;
}

/*
 * Guest-physical ranges that no two things may share, by number: memory regions, virtual
 * devices, communication page, windows of the interrupt controller. Size 0: not there.
 */
#define INTC_SPANS 3u /* distributor, redistributors, CPU interface; on RISC-V fewer */

static uint32_t guest_spans(const struct cell_check *open)
{
	return open->cell->memory.count + open->cell->devices.count + 1 + INTC_SPANS;
}

static struct bh_config_range intc_span(const struct bh_config_cell *cell, uint32_t window,
					struct where *where)
{
	const int v3 = cell->gic.version == BH_GIC_V3;

	if (cell->header.arch == BH_ARCH_RISCV64 && window < CONFIG_RISCV_WINDOWS)
		return config_riscv_cell_window(cell, window, where);
	if (cell->header.arch == BH_ARCH_X86_64 && window < CONFIG_X86_CELL_WINDOWS)
		return config_x86_cell_window(cell, window, where);
	if (cell->header.arch == BH_ARCH_RISCV64 || cell->header.arch == BH_ARCH_X86_64)
		return (struct bh_config_range){ 0, 0 };
	switch (window) {
	case 0:
		*where = AT(INTC, 0, offsetof(struct bh_config_cell, gic.gicd));
		return (struct bh_config_range){ cell->gic.gicd, !cell->gic.version ? 0 :
								 v3		    ? CONFIG_GICD_V3_SIZE :
										      CONFIG_GICD_V2_SIZE };
	case 1:
		*where = AT(INTC, 0, offsetof(struct bh_config_cell, gic.gicr));
		return (struct bh_config_range){ cell->gic.gicr,
						 v3 ? (uint64_t)cell->cpus.count * CONFIG_GICR_STRIDE : 0 };
	default:
		*where = AT(INTC, 0, offsetof(struct bh_config_cell, gic.gicc));
		return (struct bh_config_range){ cell->gic.gicc,
						 cell->gic.version == BH_GIC_V2 ? CONFIG_GICC_SIZE : 0 };
	}
}

static struct bh_config_range guest_span(const struct check *check, const struct cell_check *open, uint32_t i,
					 struct where *where)
{
	const struct bh_config_cell *cell = open->cell;

	if (i < cell->memory.count) {
		*where = IN(MEMORY, i, &open->memory[i], gpa);
		return (struct bh_config_range){ open->memory[i].gpa, open->memory[i].size };
	}
	i -= cell->memory.count;
	if (i < cell->devices.count) {
		*where = IN(DEVICE, i, &open->devices[i], gpa);
		return (struct bh_config_range){ open->devices[i].gpa,
						 config_x86_at_ports(open->devices[i].type) ?
							 0 :
							 open->devices[i].size };
	}
	i -= cell->devices.count;
	if (i == 0) {
		*where = AT(COMM, 0, offsetof(struct bh_config_cell, comm_page));
		return (struct bh_config_range){ cell->comm_page, cell->comm_page ? BH_PAGE_SIZE : 0 };
	}
	return intc_span(cell, i - 1, where);
}

static int check_guest_disjoint(const struct check *check, const struct cell_check *open)
{
	struct where where, other;

	for (uint32_t i = 1; i < guest_spans(open); i++) {
		const struct bh_config_range a = guest_span(check, open, i, &where);

		for (uint32_t j = 0; a.size && j < i; j++) {
			const struct bh_config_range b = guest_span(check, open, j, &other);

			if (b.size && overlaps(&a, &b))
				return config_fail(check, BH_E_OVERLAP, where, a.base, last(a.base, a.size));
		}
	}
	return BH_E_OK;
}

static int check_cell_gic(const struct check *check, const struct cell_check *open)
{
	const struct bh_config_cell_gic *gic = &open->cell->gic;
	const uint32_t version = open->board.system->gic.version;

	if (gic->version != version)
		return config_fail(check, BH_E_RANGE,
				   AT(INTC, 0, offsetof(struct bh_config_cell, gic.version)), gic->version,
				   version);
	if (version != BH_GIC_V3 && gic->gicr)
		return config_fail(check, BH_E_RESERVED,
				   AT(INTC, 0, offsetof(struct bh_config_cell, gic.gicr)), gic->gicr, 0);
	if (version != BH_GIC_V2 && gic->gicc)
		return config_fail(check, BH_E_RESERVED,
				   AT(INTC, 0, offsetof(struct bh_config_cell, gic.gicc)), gic->gicc, 0);
	if (version == BH_GIC_V3 && (gic->gicd & (CONFIG_GICD_V3_SIZE - 1)))
		return config_fail(check, BH_E_ALIGN, AT(INTC, 0, offsetof(struct bh_config_cell, gic.gicd)),
				   gic->gicd, CONFIG_GICD_V3_SIZE);
	if (version == BH_GIC_V3 && (gic->gicr & (CONFIG_GICD_V3_SIZE - 1)))
		return config_fail(check, BH_E_ALIGN, AT(INTC, 0, offsetof(struct bh_config_cell, gic.gicr)),
				   gic->gicr, CONFIG_GICD_V3_SIZE);
	if (version == BH_GIC_V3 &&
	    gic->gicr > CONFIG_ADDRESS_LIMIT - (uint64_t)open->cell->cpus.count * CONFIG_GICR_STRIDE)
		return config_fail(check, BH_E_RANGE, AT(INTC, 0, offsetof(struct bh_config_cell, gic.gicr)),
				   gic->gicr, CONFIG_ADDRESS_LIMIT - 1);
	return BH_E_OK;
}

/* Virtual devices have a page of addresses each; I/O ports and what is there are of x86-64 only. */
static int check_cell_devices(const struct check *check, const struct cell_check *open)
{
	int code = BH_E_OK;

	for (uint32_t i = 0; i < open->cell->devices.count && !code; i++) {
		const struct bh_config_device *device = &open->devices[i];

		if (device->type > BH_DEV_UART_16550 && open->cell->header.arch != BH_ARCH_X86_64)
			return config_fail(check, BH_E_RANGE, IN(DEVICE, i, device, type), device->type,
					   BH_DEV_UART_16550);
		if (config_x86_at_ports(device->type)) {
			code = config_check_x86_device(check, device, i);
			continue;
		}
		if (device->gpa & (BH_PAGE_SIZE - 1))
			return config_fail(check, BH_E_ALIGN, IN(DEVICE, i, device, gpa), device->gpa,
					   BH_PAGE_SIZE);
		if (device->size != CONFIG_DEVICE_SIZE)
			return config_fail(check, BH_E_RANGE, IN(DEVICE, i, device, size), device->size,
					   CONFIG_DEVICE_SIZE);
	}
	return code;
}

static int check_cell_intc(const struct check *check, const struct cell_check *open)
{
	switch (open->cell->header.arch) {
	case BH_ARCH_AARCH64:
		return check_cell_gic(check, open);
	case BH_ARCH_RISCV64:
		return config_check_riscv_cell(check, open->cell, open->board.system);
	case BH_ARCH_X86_64:
		return config_check_x86_cell(check, open->cell, open->board.system);
	default:
		return config_check_zero(check, offsetof(struct bh_config_cell, gic),
					 sizeof(open->cell->gic));
	}
}

static int check_cell_cpus(const struct check *check, const struct cell_check *open)
{
	uint64_t seen[BITMAP_WORDS(CONFIG_MAX_BLOB_CPUS)] = { 0 };
	const uint32_t slots = open->board.system->cpus.count;

	for (uint32_t i = 0; i < open->cell->cpus.count; i++) {
		const struct where where = IN(CPU, i, &open->cpus[i], hwid);
		const uint32_t slot = config_find_slot(open->board.cpus, slots, open->cpus[i].hwid);

		if (slot == slots)
			return config_fail(check, BH_E_CPU_UNKNOWN, where, open->cpus[i].hwid, slots);
		if (bit_test(seen, slot))
			return config_fail(check, BH_E_DUPLICATE, where, open->cpus[i].hwid, slot);
		bit_set(seen, slot);
	}
	return BH_E_OK;
}

/* Passed-through interrupts keep their number, virtual devices take one: no number twice. */
static int check_cell_irqs(const struct check *check, const struct cell_check *open)
{
	uint64_t seen[BITMAP_WORDS(1024)] = { 0 };
	const struct bh_config_system *system = open->board.system;

	for (uint32_t i = 0; i < open->cell->irqs.count; i++) {
		const uint32_t intid = open->irqs[i].intid;
		const struct where where = IN(IRQ, i, &open->irqs[i], intid);

		if (!irq_valid(system, intid))
			return config_fail(check, BH_E_IRQ, where, intid, irq_last(system));
		if (intid == system->event_irq)
			return config_fail(check, BH_E_IRQ, where, intid, intid);
		if (bit_test(seen, intid))
			return config_fail(check, BH_E_DUPLICATE, where, intid, i);
		bit_set(seen, intid);
	}
	for (uint32_t i = 0; i < open->cell->devices.count; i++) {
		const uint32_t irq = open->devices[i].irq;
		const struct where where = IN(DEVICE, i, &open->devices[i], irq);

		if (!irq)
			continue;
		if (!irq_valid(system, irq))
			return config_fail(check, BH_E_IRQ, where, irq, irq_last(system));
		if (bit_test(seen, irq))
			return config_fail(check, BH_E_DUPLICATE, where, irq, i);
		bit_set(seen, irq);
	}
	return BH_E_OK;
}

static const struct bh_config_memory *find_ram(const struct cell_check *open, uint64_t gpa)
{
	for (uint32_t i = 0; i < open->cell->memory.count; i++) {
		const struct bh_config_range range = { open->memory[i].gpa, open->memory[i].size };

		if (is_ram(&open->memory[i]) && contains(&range, gpa, 1))
			return &open->memory[i];
	}
	return NULL;
}

static int check_cell_boot(const struct check *check, const struct cell_check *open)
{
	const struct bh_config_cell *cell = open->cell;
	const struct bh_config_memory *code = find_ram(open, cell->entry);

	if (!code || !(code->flags & BH_MEM_EXEC))
		return config_fail(check, BH_E_NO_ENTRY, AT(BOOT, 0, offsetof(struct bh_config_cell, entry)),
				   cell->entry, 0);
	if (cell->header.arch == BH_ARCH_AARCH64 && cell->entry & 3)
		return config_fail(check, BH_E_ALIGN, AT(BOOT, 0, offsetof(struct bh_config_cell, entry)),
				   cell->entry, 4);
	if (cell->header.arch == BH_ARCH_RISCV64 && cell->entry & 1)
		return config_fail(check, BH_E_ALIGN, AT(BOOT, 0, offsetof(struct bh_config_cell, entry)),
				   cell->entry, 2);
	if (cell->boot_arg && !find_ram(open, cell->boot_arg))
		return config_fail(check, BH_E_RANGE, AT(BOOT, 0, offsetof(struct bh_config_cell, boot_arg)),
				   cell->boot_arg, 0);
	if (cell->watchdog_ms && !cell->comm_page) /* the heartbeat stands in the communication page */
		return config_fail(check, BH_E_RANGE,
				   AT(COMM, 0, offsetof(struct bh_config_cell, watchdog_ms)),
				   cell->watchdog_ms, 0);
	if (cell->console != BH_NO_CONSOLE && cell->console >= cell->devices.count)
		return config_fail(check, BH_E_RANGE, AT(DEVICE, 0, offsetof(struct bh_config_cell, console)),
				   cell->console, cell->devices.count);
	return cell->header.arch == BH_ARCH_X86_64 ? config_check_x86_boot(check, cell) : BH_E_OK;
}

/* The root cell has a name too. */
static int check_cell_name(const struct check *check, const struct bh_config_cell *cell)
{
	const char *name = cell->name;

	if (name[0] == 'r' && name[1] == 'o' && name[2] == 'o' && name[3] == 't' && !name[4])
		return config_fail(check, BH_E_EXISTS, AT(CELL, 0, offsetof(struct bh_config_cell, name)), 0,
				   0);
	return BH_E_OK;
}

int config_check_cell(const void *blob, uint32_t size, const struct bh_config_system *system,
		      struct bh_error *error)
{
	static int (*const steps[])(const struct check *check, const struct cell_check *open) = {
		check_cell_devices, check_cell_intc, check_memory,    check_guest_disjoint,
		check_cell_cpus,    check_cell_irqs, check_cell_boot,
	};
	const struct check context = { blob, blob, error }, *check = &context;
	struct cell_check open = { .cell = blob };
	int code;

	code = config_check_blob(check, size, system->header.arch, config_layout(BH_CONFIG_CELL));
	if (code)
		return code;
	open.cpus = CONFIG_ARRAY(struct bh_config_cpu, open.cell, cpus);
	open.memory = CONFIG_ARRAY(struct bh_config_memory, open.cell, memory);
	open.irqs = CONFIG_ARRAY(struct bh_config_irq, open.cell, irqs);
	open.devices = CONFIG_ARRAY(struct bh_config_device, open.cell, devices);
	config_open_board(&open.board, system);
	code = check_cell_name(check, open.cell);
	for (unsigned int i = 0; i < sizeof(steps) / sizeof(steps[0]) && !code; i++)
		code = steps[i](check, &open);
	if (!code)
		error_set(error, BH_E_OK, BH_OBJ_NONE, 0, 0, 0);
	return code;
}
