// SPDX-License-Identifier: GPL-2.0-or-later
#include <device/mmio.h>

#include <arch/cell.h>
#include <cell/cell.h>
#include <core/component.h>
#include <core/pagetable.h>
#include <device/pci.h>
#include <lib/config.h>
#include <lib/errors.h>

struct region {
	uint64_t base;
	uint64_t size;
	const struct mmio_ops *ops;
	void *device;
};

/**
 * struct map - regions of one cell, sorted by address
 * @count, @region: change only while no CPU of the cell runs.
 * @last: index of the last hit: a hint, any value is harmless (atomic).
 */
struct map {
	uint32_t count;
	uint32_t last;
	struct region region[MMIO_MAX_REGIONS];
};

static struct map maps[BH_MAX_CELLS];
static struct map ports[BH_MAX_CELLS];

static const struct region *find(struct map *map, uint64_t address)
{
	uint32_t last = __atomic_load_n(&map->last, __ATOMIC_RELAXED);

	if (last < map->count && address - map->region[last].base < map->region[last].size)
		return &map->region[last];
	for (uint32_t i = 0; i < map->count && map->region[i].base <= address; i++) {
		if (address - map->region[i].base >= map->region[i].size)
			continue;
		__atomic_store_n(&map->last, i, __ATOMIC_RELAXED);
		return &map->region[i];
	}
	return NULL;
}

/* The walker changes tables while guests run: an access that met a hole may find its memory again by now. */
static enum mmio_result not_a_device(struct cell *cell, const struct mmio_access *access)
{
	unsigned int needed = access->is_write || access->is_change ? PT_WRITE : PT_READ;

	return pt_retry(arch_cell_stage2(&cell->arch), access->address, needed) ? MMIO_RETRY : MMIO_REFUSED;
}

static int answer(struct map *map, struct mmio_access *access)
{
	const struct region *region = find(map, access->address);

	if (!region)
		return 0;
	region->ops->access(region->device, access->address - region->base, access);
	mmio_cut(access);
	return 1;
}

enum mmio_result upcall_mmio(struct mmio_access *access)
{
	struct cell *cell = cell_self();

	if (answer(&maps[cell->id], access) || pci_window(cell, access))
		return MMIO_HANDLED;
	return not_a_device(cell, access);
}

enum mmio_result upcall_port(struct mmio_access *access)
{
	return answer(&ports[cell_self()->id], access) ? MMIO_HANDLED : MMIO_REFUSED;
}

static void add(struct cell *cell, struct map *map, const struct region *region)
{
	uint32_t at;

	if (map->count == MMIO_MAX_REGIONS) {
		log_error("cell %u has more device regions than fit; %s left out", cell->id, region->ops->name);
		return;
	}
	for (at = map->count++; at > 0 && map->region[at - 1].base > region->base; at--)
		map->region[at] = map->region[at - 1];
	map->region[at] = *region;
}

void mmio_add(struct cell *cell, uint64_t base, uint64_t size, const struct mmio_ops *ops, void *device)
{
	const struct region region = { .base = base, .size = size, .ops = ops, .device = device };

	add(cell, &maps[cell->id], &region);
}

void mmio_add_ports(struct cell *cell, uint64_t first, uint64_t count, const struct mmio_ops *ops, void *device)
{
	const struct region region = { .base = first, .size = count, .ops = ops, .device = device };

	add(cell, &ports[cell->id], &region);
}

/* Component. */

static int is_built_in(uint32_t type)
{
	switch (type) {
#ifdef CONFIG_VUART_16550
	case BH_DEV_UART_16550:
	case BH_DEV_UART_16550_PIO:
		return 1;
#endif
#ifdef CONFIG_VUART_PL011
	case BH_DEV_UART_PL011:
		return 1;
#endif
#ifdef CONFIG_VPC
	case BH_DEV_HPET:
	case BH_DEV_PM_TIMER:
	case BH_DEV_CMOS:
	case BH_DEV_POWER_OFF:
		return 1;
#endif
	default:
		return 0;
	}
}

static int mmio_check(const struct bh_config_cell *config, struct bh_error *error)
{
	const struct bh_config_device *devices = CONFIG_ARRAY(struct bh_config_device, config, devices);

	if (config->devices.count > MMIO_MAX_REGIONS)
		return error_set(error, BH_E_TOO_MANY, BH_OBJ_DEVICE, 0, config->devices.count,
				 MMIO_MAX_REGIONS);
	for (uint32_t i = 0; i < config->devices.count; i++) {
		if (!is_built_in(devices[i].type))
			return error_set(error, BH_E_HARDWARE, BH_OBJ_DEVICE, i, devices[i].type, 0);
	}
	return BH_E_OK;
}

static void mmio_exit(struct cell *cell)
{
	maps[cell->id].count = 0;
	ports[cell->id].count = 0;
}

COMPONENT(mmio) = {
	.name = "mmio",
	.phase = COMPONENT_DEVICE,
	.cell_check = mmio_check,
	.cell_exit = mmio_exit,
};
