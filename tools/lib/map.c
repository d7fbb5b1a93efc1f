// SPDX-License-Identifier: GPL-2.0-or-later
#include "map.h"
#include "map_pci.h"

#include "isa.h"
#include "devtree.h"

#include <lib/config.h>

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

struct map_private {
	struct arena arena;
};

/** A range of RAM that somebody wants; of several that meet, the first in the list has it. */
struct claim {
	uint64_t base;
	uint64_t size;
	uint32_t owner;
	const char *name;
	bool planned;
	uint64_t gpa;
};

struct maker {
	struct map *map;
	struct arena *arena;
	const struct bh_config_system *system;
	const struct isa *isa;
	const struct devtree *tree;
	struct cfg_cell *const *cells;
	size_t cell_count;
	struct claim *claims;
	size_t claim_count;
};

#define APPEND(maker, list, count) \
	((list) = arena_grow((maker)->arena, (list), (count), sizeof(*(list))), &(list)[(count)++])

static const struct bh_config_cell *cell_blob(const struct maker *maker, size_t cell)
{
	return cfg_cell_blob(maker->cells[cell], NULL);
}

static void add_owner(struct maker *maker, enum map_kind kind, const char *name)
{
	struct map *map = maker->map;

	*APPEND(maker, map->owners, map->owner_count) = (struct map_owner){ .kind = kind, .name = name };
}

static void add_owners(struct maker *maker)
{
	add_owner(maker, MAP_ROOT, "root");
	add_owner(maker, MAP_HYPERVISOR, "hypervisor");
	add_owner(maker, MAP_POOL, "pool, free");
	add_owner(maker, MAP_FIRMWARE, "firmware");
	for (size_t i = 0; i < maker->cell_count; i++)
		add_owner(maker, MAP_CELL, cell_blob(maker, i)->name);
}

/* ---- memory ---- */

static void add_claim(struct maker *maker, uint64_t base, uint64_t size, uint32_t owner, const char *name)
{
	if (size)
		*APPEND(maker, maker->claims, maker->claim_count) =
			(struct claim){ .base = base, .size = size, .owner = owner, .name = name };
}

static const struct claim *claim_at(const struct maker *maker, uint64_t address, uint64_t size)
{
	for (size_t i = 0; i < maker->claim_count; i++) {
		const struct claim *claim = &maker->claims[i];

		if (address <= claim->base + (claim->size - 1) && claim->base <= address + (size - 1))
			return claim;
	}
	return NULL;
}

/* The lowest free place in the pool, as the hypervisor looks for it. Return: 0 if there is none. */
static uint64_t find_place(const struct maker *maker, uint64_t size)
{
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, maker->system, pool);

	for (uint32_t i = 0; i < maker->system->pool.count; i++) {
		uint64_t at = pool[i].base;

		while (size <= pool[i].size && at - pool[i].base <= pool[i].size - size) {
			const struct claim *in_the_way = claim_at(maker, at, size);

			if (!in_the_way)
				return at;
			at = in_the_way->base + in_the_way->size;
		}
	}
	return 0;
}

static const char *region_name(const struct maker *maker, size_t cell, uint32_t index)
{
	const struct bh_config_memory *memory =
		CONFIG_ARRAY(struct bh_config_memory, cell_blob(maker, cell), memory);

	return memory[index].name;
}

/* @planned: only the regions whose place the hypervisor chooses, or only those that are pinned. */
static void claim_cells(struct maker *maker, bool planned)
{
	for (size_t i = 0; i < maker->cell_count; i++) {
		const struct bh_config_cell *cell = cell_blob(maker, i);
		const struct bh_config_memory *memory = CONFIG_ARRAY(struct bh_config_memory, cell, memory);

		for (uint32_t j = 0; j < cell->memory.count; j++) {
			const bool is_auto = memory[j].flags & BH_MEM_AUTO;
			const uint64_t hpa = is_auto ? find_place(maker, memory[j].size) : memory[j].hpa;

			if (memory[j].flags & BH_MEM_DEVICE || is_auto != planned || (is_auto && !hpa))
				continue;
			add_claim(maker, hpa, memory[j].size, MAP_OWNER_CELLS + (uint32_t)i,
				  region_name(maker, i, j));
			maker->claims[maker->claim_count - 1].planned = planned;
			maker->claims[maker->claim_count - 1].gpa = memory[j].gpa;
		}
	}
}

static void claim_reserved(struct maker *maker)
{
	const void *fdt = maker->tree ? devtree_blob(maker->tree) : NULL;
	const int parent = fdt ? fdt_path_offset(fdt, "/reserved-memory") : -1;
	struct bh_config_range range;
	uint64_t base, size;
	int node;

	for (int i = 0; fdt && i < fdt_num_mem_rsv(fdt); i++) {
		if (!fdt_get_mem_rsv(fdt, i, &base, &size))
			add_claim(maker, base, size, MAP_OWNER_FIRMWARE, "memreserve");
	}
	if (parent < 0)
		return;
	fdt_for_each_subnode(node, fdt, parent)
	{
		for (unsigned int i = 0; devtree_reg(maker->tree, node, i, &range) > 0; i++)
			add_claim(maker, range.base, range.size, MAP_OWNER_FIRMWARE,
				  arena_strdup(maker->arena, fdt_get_name(fdt, node, NULL)));
	}
}

static void count_shared(struct maker *maker)
{
	for (size_t i = 0; i < maker->claim_count; i++) {
		const struct claim *claim = &maker->claims[i];

		for (size_t j = 0; j < i && claim->owner >= MAP_OWNER_CELLS; j++) {
			const struct claim *other = &maker->claims[j];

			maker->map->shared_count += other->owner >= MAP_OWNER_CELLS &&
						    other->owner != claim->owner &&
						    claim->base <= other->base + (other->size - 1) &&
						    other->base <= claim->base + (claim->size - 1);
		}
	}
}

static void make_claims(struct maker *maker)
{
	const struct bh_config_system *system = maker->system;
	const struct bh_config_range *pool = CONFIG_ARRAY(struct bh_config_range, system, pool);

	add_claim(maker, system->hv_memory.base, system->hv_memory.size, MAP_OWNER_HYPERVISOR, "");
	claim_cells(maker, false);
	claim_cells(maker, true);
	for (uint32_t i = 0; i < system->pool.count; i++)
		add_claim(maker, pool[i].base, pool[i].size, MAP_OWNER_POOL, "");
	claim_reserved(maker);
	count_shared(maker);
}

static int compare_addresses(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Where an owner may change within [@base, @end): ascending, with both ends. */
static size_t boundaries(const struct maker *maker, uint64_t base, uint64_t end, uint64_t **list)
{
	size_t count = 0;

	*list = arena_alloc(maker->arena, (2 * maker->claim_count + 2) * sizeof(**list));
	(*list)[count++] = base;
	(*list)[count++] = end;
	for (size_t i = 0; i < maker->claim_count; i++) {
		const uint64_t ends[] = { maker->claims[i].base,
					  maker->claims[i].base + maker->claims[i].size };

		for (size_t j = 0; j < ARRAY_SIZE(ends); j++) {
			if (ends[j] > base && ends[j] < end)
				(*list)[count++] = ends[j];
		}
	}
	qsort(*list, count, sizeof(**list), compare_addresses);
	return count;
}

static void add_part(struct maker *maker, struct map_bank *bank, uint64_t base, uint64_t end)
{
	struct map *map = maker->map;
	const struct claim *claim = claim_at(maker, base, 1);
	const struct claim nobody = { .owner = MAP_OWNER_ROOT, .name = "" };
	struct map_part *last = bank->count ? &map->parts[map->part_count - 1] : NULL;

	if (!claim)
		claim = &nobody;
	map->owners[claim->owner].memory += end - base;
	if (last && last->owner == claim->owner && last->name == claim->name) {
		last->size += end - base;
		return;
	}
	*APPEND(maker, map->parts, map->part_count) = (struct map_part){
		.base = base,
		.size = end - base,
		.owner = claim->owner,
		.name = claim->name,
		.planned = claim->planned,
		.gpa = claim->gpa + (base - claim->base),
	};
	bank->count++;
}

static void make_banks(struct maker *maker)
{
	const struct bh_config_system *system = maker->system;
	const struct bh_config_range *dram = CONFIG_ARRAY(struct bh_config_range, system, dram);
	struct map *map = maker->map;

	for (uint32_t i = 0; i < system->dram.count; i++) {
		struct map_bank *bank = APPEND(maker, map->banks, map->bank_count);
		uint64_t *ends;
		size_t count = boundaries(maker, dram[i].base, dram[i].base + dram[i].size, &ends);

		*bank = (struct map_bank){ dram[i].base, dram[i].size, map->part_count, 0 };
		for (size_t j = 0; j + 1 < count; j++) {
			if (ends[j] < ends[j + 1])
				add_part(maker, bank, ends[j], ends[j + 1]);
		}
	}
}

/* ---- CPUs ---- */

/* "cortex-a57" of the node whose reg is @hwid. */
static const char *cpu_model(const struct maker *maker, uint64_t hwid)
{
	const void *fdt = maker->tree ? devtree_blob(maker->tree) : NULL;
	const int parent = fdt ? fdt_path_offset(fdt, "/cpus") : -1;
	int node, length;

	if (parent < 0)
		return "";
	fdt_for_each_subnode(node, fdt, parent)
	{
		const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &length);
		const char *compatible = fdt_stringlist_get(fdt, node, "compatible", 0, NULL);
		const char *comma = compatible ? strchr(compatible, ',') : NULL;
		uint64_t value = 0;

		for (int i = 0; reg && i < length / 4; i++)
			value = value << 32 | fdt32_ld(&reg[i]);
		if (reg && compatible && value == hwid)
			return arena_strdup(maker->arena, comma ? comma + 1 : compatible);
	}
	return "";
}

static void make_cpus(struct maker *maker)
{
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, maker->system, cpus);
	struct map *map = maker->map;

	for (uint32_t i = 0; i < maker->system->cpus.count; i++)
		*APPEND(maker, map->cpus, map->cpu_count) =
			(struct map_cpu){ cpus[i].hwid, MAP_OWNER_ROOT, i, cpu_model(maker, cpus[i].hwid) };
	for (size_t i = 0; i < maker->cell_count; i++) {
		const struct bh_config_cell *cell = cell_blob(maker, i);
		const struct bh_config_cpu *own = CONFIG_ARRAY(struct bh_config_cpu, cell, cpus);

		for (uint32_t j = 0; j < cell->cpus.count; j++) {
			for (size_t k = 0; k < map->cpu_count; k++) {
				if (map->cpus[k].hwid != own[j].hwid)
					continue;
				map->cpus[k].owner = MAP_OWNER_CELLS + (uint32_t)i;
				map->cpus[k].vcpu = j;
			}
		}
	}
	for (size_t i = 0; i < map->cpu_count; i++)
		map->owners[map->cpus[i].owner].cpu_count++;
}

/* ---- interrupts ---- */

static struct map_irq *find_irq(const struct map *map, uint32_t intid)
{
	for (size_t i = 0; i < map->irq_count; i++) {
		if (map->irqs[i].intid == intid)
			return &map->irqs[i];
	}
	return NULL;
}

/* A line of several nodes is listed once, with all their names. */
static void add_irq(struct maker *maker, uint32_t intid, uint32_t owner, const char *user)
{
	struct map *map = maker->map;
	struct map_irq *other = find_irq(map, intid);

	if (intid < maker->isa->irq_first || intid >= maker->isa->irq_limit)
		return;
	if (other) {
		if (other->owner == owner && strcmp(other->user, user))
			other->user = arena_printf(maker->arena, "%s, %s", other->user, user);
		return;
	}
	*APPEND(maker, map->irqs, map->irq_count) = (struct map_irq){ intid, owner, user, false };
	map->owners[owner].irq_count++;
	if (intid >= map->irq_limit)
		map->irq_limit = (intid & ~31u) + 32;
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static void make_cell_irqs(struct maker *maker)
{
	for (size_t i = 0; i < maker->cell_count; i++) {
		const struct bh_config_cell *cell = cell_blob(maker, i);
		const struct bh_config_irq *irqs = CONFIG_ARRAY(struct bh_config_irq, cell, irqs);

		for (uint32_t j = 0; j < cell->irqs.count; j++) {
			const struct cfg_origin *origin = cfg_cell_origin(maker->cells[i], BH_OBJ_IRQ, j);

			add_irq(maker, irqs[j].intid, MAP_OWNER_CELLS + (uint32_t)i,
				origin ? last_component(origin->name) : "");
		}
	}
}

static void make_irqs(struct maker *maker)
{
	const uint32_t event = maker->system->event_irq;

	maker->map->irq_limit = maker->map->irq_base;
	if (event) {
		add_irq(maker, event, MAP_OWNER_HYPERVISOR, "tells root of events");
		maker->map->irqs[0].is_event = true;
	}
	make_cell_irqs(maker);
}

/* ---- what a guest sees ---- */

static struct map_region *add_region(struct maker *maker, uint32_t owner, const char *kind, const char *name,
				     uint64_t gpa, uint64_t size)
{
	struct map *map = maker->map;
	struct map_region *region = APPEND(maker, map->regions, map->region_count);

	*region = (struct map_region){ .kind = kind, .name = name, .gpa = gpa, .size = size, .owner = owner };
	return region;
}

static uint64_t planned_place(const struct maker *maker, uint32_t owner, uint64_t gpa)
{
	for (size_t i = 0; i < maker->claim_count; i++) {
		if (maker->claims[i].owner == owner && maker->claims[i].planned &&
		    maker->claims[i].gpa == gpa)
			return maker->claims[i].base;
	}
	return 0;
}

static void add_memory_region(struct maker *maker, uint32_t owner, const struct bh_config_memory *memory)
{
	const bool is_device = memory->flags & BH_MEM_DEVICE, is_auto = memory->flags & BH_MEM_AUTO;
	struct map_region *region = add_region(maker, owner, is_device ? "device" : "memory", memory->name,
					       memory->gpa, memory->size);
	const uint64_t place = is_auto ? planned_place(maker, owner, memory->gpa) : memory->hpa;

	region->hpa = place;
	region->has_hpa = !is_auto || place;
	region->planned = is_auto;
	region->flags = memory->flags;
	if (!is_device)
		return;
	*APPEND(maker, maker->map->devices, maker->map->device_count) =
		(struct map_device){ owner, memory->name, memory->hpa, memory->size };
	maker->map->owners[owner].device_count++;
}

static void add_controller(struct maker *maker, uint32_t owner, const struct bh_config_cell *cell)
{
	const char *kind = "interrupt controller";
	const struct bh_config_cell_gic *gic = &cell->gic;
	const struct bh_config_cell_riscv *riscv = &cell->riscv;
	struct bh_config_mmconfig window;
	struct bh_config_range range;

	if (cell->header.arch == BH_ARCH_RISCV64) {
		if (riscv->intc)
			add_region(maker, owner, kind, riscv->intc == BH_RISCV_PLIC ? "PLIC" : "APLIC",
				   riscv->domain,
				   riscv->intc == BH_RISCV_PLIC ? config_plic_size(cell->cpus.count) :
								  config_aplic_size(cell->cpus.count));
		if (riscv->intc == BH_RISCV_IMSIC)
			add_region(maker, owner, kind, "IMSIC", riscv->imsic,
				   (uint64_t)cell->cpus.count * CONFIG_IMSIC_FILE);
		return;
	}
	if (cell->header.arch == BH_ARCH_X86_64) {
		add_region(maker, owner, kind, "local APIC", CONFIG_LAPIC, CONFIG_LAPIC_SIZE);
		if (cell->x86.ioapic)
			add_region(maker, owner, kind, "I/O APIC", cell->x86.ioapic, BH_PAGE_SIZE);
		if (config_x86_cell_mmconfig(cell, &window)) {
			range = config_x86_mmconfig_range(&window);
			add_region(maker, owner, "virtual device", "PCI configuration", range.base,
				   range.size);
		}
		return;
	}
	if (gic->version == BH_GIC_V3) {
		add_region(maker, owner, kind, "distributor", gic->gicd, 0x10000);
		add_region(maker, owner, kind, "redistributors", gic->gicr, 0x20000ull * cell->cpus.count);
	} else if (gic->version == BH_GIC_V2) {
		add_region(maker, owner, kind, "distributor", gic->gicd, 0x1000);
		add_region(maker, owner, kind, "CPU interface", gic->gicc, 0x2000);
	}
}

static int compare_regions(const void *a, const void *b)
{
	const struct map_region *x = a, *y = b;

	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	if (x->at_ports != y->at_ports)
		return x->at_ports ? 1 : -1;
	return x->gpa < y->gpa ? -1 : x->gpa > y->gpa;
}

static void add_virtual_device(struct maker *maker, uint32_t owner, const struct bh_config_device *device,
			       bool console)
{
	static const char *const names[BH_DEV_LAST + 1] = {
		[BH_DEV_UART_PL011] = "PL011 UART",
		[BH_DEV_UART_16550] = "16550 UART",
		[BH_DEV_HPET] = "HPET",
		[BH_DEV_UART_16550_PIO] = "16550 UART",
		[BH_DEV_PM_TIMER] = "power management timer",
		[BH_DEV_CMOS] = "real-time clock",
		[BH_DEV_POWER_OFF] = "power-off",
	};
	const char *name = device->type <= BH_DEV_LAST && names[device->type] ? names[device->type] :
										"device";
	struct map_region *region =
		add_region(maker, owner, "virtual device", name, device->gpa, device->size);

	region->irq = device->irq;
	region->console = console;
	region->at_ports = device->type > BH_DEV_HPET;
}

static void add_ports(struct maker *maker, uint32_t owner, const struct bh_config_cell *cell)
{
	const struct bh_config_ports *ports = CONFIG_ARRAY(struct bh_config_ports, cell, x86.ports);

	for (uint32_t i = 0; cell->header.arch == BH_ARCH_X86_64 && i < cell->x86.ports.count; i++) {
		struct map_region *region = add_region(maker, owner, "I/O ports", "of the machine",
						       ports[i].first, ports[i].count);

		region->hpa = ports[i].first;
		region->has_hpa = region->at_ports = true;
	}
}

static void make_regions(struct maker *maker)
{
	for (size_t i = 0; i < maker->cell_count; i++) {
		const struct bh_config_cell *cell = cell_blob(maker, i);
		const struct bh_config_memory *memory = CONFIG_ARRAY(struct bh_config_memory, cell, memory);
		const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, cell, devices);
		const uint32_t owner = MAP_OWNER_CELLS + (uint32_t)i;

		for (uint32_t j = 0; j < cell->memory.count; j++)
			add_memory_region(maker, owner, &memory[j]);
		for (uint32_t j = 0; j < cell->devices.count; j++)
			add_virtual_device(maker, owner, &devices[j], j == cell->console);
		add_ports(maker, owner, cell);
		add_controller(maker, owner, cell);
		if (cell->comm_page)
			add_region(maker, owner, "communication page", "comm", cell->comm_page, BH_PAGE_SIZE);
	}
	if (maker->map->region_count)
		qsort(maker->map->regions, maker->map->region_count, sizeof(*maker->map->regions),
		      compare_regions);
}

/* ---- what is left to root ---- */

static bool meets_device(const struct map *map, const struct bh_config_range *range)
{
	for (size_t i = 0; i < map->device_count; i++) {
		const struct map_device *device = &map->devices[i];

		if (device->owner != MAP_OWNER_ROOT && range->base <= device->base + (device->size - 1) &&
		    device->base <= range->base + (range->size - 1))
			return true;
	}
	return false;
}

static bool is_device_node(const void *fdt, int node)
{
	const char *status = fdt_getprop(fdt, node, "status", NULL);
	const char *type = fdt_getprop(fdt, node, "device_type", NULL);

	return fdt_getprop(fdt, node, "compatible", NULL) && fdt_getprop(fdt, node, "reg", NULL) &&
	       (!status || !strcmp(status, "okay") || !strcmp(status, "ok")) &&
	       (!type || (strcmp(type, "cpu") && strcmp(type, "memory")));
}

static void add_root_device(struct maker *maker, int node)
{
	const char *name = fdt_get_name(devtree_blob(maker->tree), node, NULL);
	struct map *map = maker->map;
	struct bh_config_range range;
	uint32_t intid, flags;

	if (devtree_reg(maker->tree, node, 0, &range) <= 0 || !range.size || meets_device(map, &range))
		return;
	name = arena_strdup(maker->arena, name);
	*APPEND(maker, map->devices, map->device_count) =
		(struct map_device){ MAP_OWNER_ROOT, name, range.base, range.size };
	map->owners[MAP_OWNER_ROOT].device_count++;
	for (unsigned int i = 0; devtree_irq(maker->tree, node, i, &intid, &flags) > 0; i++)
		add_irq(maker, intid, MAP_OWNER_ROOT, name);
}

static bool is_reserved_memory(const void *fdt, int node)
{
	return fdt_parent_offset(fdt, node) == fdt_path_offset(fdt, "/reserved-memory");
}

static void add_window(struct maker *maker, const char *name, uint64_t base, uint64_t size)
{
	if (size)
		*APPEND(maker, maker->map->devices, maker->map->device_count) =
			(struct map_device){ MAP_OWNER_HYPERVISOR, name, base, size };
}

static void add_pc_windows(struct maker *maker)
{
	const struct bh_config_system *system = maker->system;
	const struct bh_config_ioapic *ioapics = CONFIG_ARRAY(struct bh_config_ioapic, system, x86.ioapics);
	const struct bh_config_iommu *iommus = CONFIG_ARRAY(struct bh_config_iommu, system, x86.iommus);

	for (uint32_t i = 0; i < system->x86.ioapics.count; i++)
		add_window(maker, "I/O APIC", ioapics[i].base, BH_PAGE_SIZE);
	add_window(maker, "local APICs", CONFIG_LAPIC, CONFIG_LAPIC_SIZE);
	for (uint32_t i = 0; i < system->x86.iommus.count; i++)
		add_window(maker, "IOMMU", iommus[i].base, iommus[i].size);
	if (system->debug_uart_type != BH_DEV_UART_16550_PIO)
		add_window(maker, "debug UART", system->debug_uart.base, system->debug_uart.size);
}

static void add_controller_windows(struct maker *maker)
{
	const struct bh_config_gic *gic = &maker->system->gic;
	const struct bh_config_riscv *riscv = &maker->system->riscv;
	const int is_riscv = maker->system->header.arch == BH_ARCH_RISCV64;
	const struct window {
		const char *name;
		const struct bh_config_range *range;
	} gic_windows[] = { { "GIC distributor", &gic->gicd },
			    { "GIC redistributors", &gic->gicr },
			    { "GIC CPU interface", &gic->gicc },
			    { "GIC hypervisor interface", &gic->gich },
			    { "GIC virtual CPU interface", &gic->gicv },
			    { "GIC translation service", &gic->its },
			    { "debug UART", &maker->system->debug_uart } },
	  riscv_windows[] = { { riscv->intc == BH_RISCV_PLIC ? "PLIC" : "APLIC", &riscv->domain },
			      { "IMSIC", &riscv->imsic },
			      { "debug UART", &maker->system->debug_uart } },
	  *windows = is_riscv ? riscv_windows : gic_windows;

	if (maker->system->header.arch == BH_ARCH_X86_64) {
		add_pc_windows(maker);
		return;
	}
	for (size_t i = 0; i < (is_riscv ? ARRAY_SIZE(riscv_windows) : ARRAY_SIZE(gic_windows)); i++)
		add_window(maker, windows[i].name, windows[i].range->base, windows[i].range->size);
}

static const char *controller_name(const struct bh_config_system *system)
{
	static const char *const riscv[] = { "none", "PLIC", "APLIC", "APLIC and IMSIC" };

	if (system->header.arch == BH_ARCH_RISCV64)
		return riscv[system->riscv.intc < ARRAY_SIZE(riscv) ? system->riscv.intc : 0];
	if (system->header.arch == BH_ARCH_X86_64)
		return "APIC";
	return system->gic.version == BH_GIC_V2 ? "GICv2" : "GICv3";
}

static int compare_devices(const void *a, const void *b)
{
	const struct map_device *x = a, *y = b;

	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	return x->base < y->base ? -1 : x->base > y->base;
}

static int compare_irqs(const void *a, const void *b)
{
	const struct map_irq *x = a, *y = b;

	return x->intid < y->intid ? -1 : x->intid > y->intid;
}

static void make_rest(struct maker *maker)
{
	const void *fdt = maker->tree ? devtree_blob(maker->tree) : NULL;
	struct map *map = maker->map;

	add_controller_windows(maker);
	for (int node = fdt ? fdt_next_node(fdt, 0, NULL) : -1; node >= 0;
	     node = fdt_next_node(fdt, node, NULL)) {
		if (is_device_node(fdt, node) && !is_reserved_memory(fdt, node))
			add_root_device(maker, node);
	}
	if (map->device_count)
		qsort(map->devices, map->device_count, sizeof(*map->devices), compare_devices);
	if (map->irq_count)
		qsort(map->irqs, map->irq_count, sizeof(*map->irqs), compare_irqs);
}

/* ---- all ---- */

struct map *map_make(struct cfg_board *board, struct cfg_cell *const *cells, size_t count)
{
	struct map_private *private = calloc(1, sizeof(*private));
	struct cfg_messages ignored = { 0 };
	struct map *map;
	struct maker maker;

	if (!private)
		abort();
	map = arena_alloc(&private->arena, sizeof(*map));
	map->private = private;
	maker = (struct maker){ .map = map,
				.arena = &private->arena,
				.system = cfg_board_blob(board, NULL),
				.tree = board_devtree(board, &ignored),
				.cells = cells,
				.cell_count = count };
	cfg_messages_free(&ignored);
	map->board = maker.system->board;
	map->compatible = maker.system->compatible;
	maker.isa = isa_find(maker.system->header.arch);
	map->controller = controller_name(maker.system);
	map->irq_kind = maker.isa->irq_base			    ? "SPI" :
			maker.system->header.arch == BH_ARCH_X86_64 ? "GSI" :
								      "source";
	map->irq_base = maker.isa->irq_base;
	map->has_tree = maker.tree != NULL;
	add_owners(&maker);
	make_claims(&maker);
	make_banks(&maker);
	make_cpus(&maker);
	make_irqs(&maker);
	make_regions(&maker);
	make_rest(&maker);
	map_make_pci(map, &private->arena, board, cells, count);
	return map;
}

void map_free(struct map *map)
{
	struct map_private *private = map ? map->private : NULL;

	if (!private)
		return;
	arena_free(&private->arena);
	free(private);
}

/* ---- files ---- */

static void load_cell(struct map_files *files, const char *path, const struct cfg_options *options,
		      struct cfg_messages *messages)
{
	struct cfg_cell *cell = cfg_cell_load(path, files->board, options, messages);

	if (cell)
		files->cells[files->count++] = cell;
}

int map_load(struct map_files *files, char *const *paths, size_t count, const struct cfg_options *options,
	     struct cfg_messages *messages)
{
	const size_t before = messages->error_count;
	const struct node *listed;

	files->board = cfg_board_load(paths[0], options, messages);
	if (!files->board)
		return -1;
	listed = node_get(files->board->root, "guests");
	files->cells = calloc(node_count(listed) + count, sizeof(struct cfg_cell *));
	if (!files->cells)
		abort();
	for (size_t i = 0; i < node_count(listed); i++)
		load_cell(files,
			  path_beside(&files->board->arena, files->board->file,
				      node_text(node_item(listed, i), "")),
			  options, messages);
	for (size_t i = 1; i < count; i++)
		load_cell(files, paths[i], options, messages);
	cross_check(files->board, files->cells, files->count, messages);
	return messages->error_count == before ? 0 : -1;
}

void map_files_free(struct map_files *files)
{
	while (files->count)
		cfg_cell_free(files->cells[--files->count]);
	free(files->cells);
	cfg_board_free(files->board);
	*files = (struct map_files){ 0 };
}

const char *map_size_text(uint64_t size, char *text, size_t room)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	size_t unit = 0;
	uint64_t whole = size, rest = 0;

	while (whole >= 1024 && unit + 1 < ARRAY_SIZE(units)) {
		rest = whole % 1024;
		whole /= 1024;
		unit++;
	}
	rest = (rest * 10 + 512) / 1024; /* tenths, rounded */
	whole += rest / 10;
	if (rest % 10)
		snprintf(text, room, "%llu.%llu %s", (unsigned long long)whole,
			 (unsigned long long)(rest % 10), units[unit]);
	else
		snprintf(text, room, "%llu %s", (unsigned long long)whole, units[unit]);
	return text;
}

void map_allot(const uint64_t *sizes, size_t count, unsigned int width, unsigned int least,
	       unsigned int *widths)
{
	const unsigned int share = count && least * count > width ? width / (unsigned int)count : least;
	const unsigned int rest = width - share * (unsigned int)count;
	unsigned int used = 0;
	long double total = 0;
	size_t largest = 0;

	for (size_t i = 0; i < count; i++) {
		total += (long double)sizes[i];
		largest = sizes[i] > sizes[largest] ? i : largest;
	}
	for (size_t i = 0; i < count; i++) {
		widths[i] = share + (unsigned int)(total > 0 ? rest * (long double)sizes[i] / total : 0);
		used += widths[i];
	}
	if (count)
		widths[largest] += width - used;
}
