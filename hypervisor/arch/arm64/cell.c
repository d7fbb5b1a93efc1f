// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/cell.h>

#include <arch/mmu.h>
#include <asm/gic.h>
#include <asm/gic_hw.h>
#include <asm/gic_priv.h>
#include <asm/vcpu.h>
#include <core/guest.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <lib/config.h>
#include <lib/errors.h>

#define VMID_SHIFT 48

static uint64_t space_end(void)
{
	return 1ull << arch_phys_bits();
}

static int check_window(uint64_t base, uint64_t size, struct bh_error *error)
{
	if (base >= space_end() || size > space_end() - base)
		return error_set(error, BH_E_RANGE, BH_OBJ_INTC, 0, base, space_end() - 1);
	return BH_E_OK;
}

int arch_cell_check(const struct bh_config_cell *config, struct bh_error *error)
{
	const struct bh_config_cell_gic *gic = &config->gic;
	int code;

	if (gic->version != gic_version())
		return error_set(error, BH_E_HARDWARE, BH_OBJ_INTC, 0, gic->version, gic_version());
	code = check_window(gic->gicd, gic->version == 3 ? CONFIG_GICD_V3_SIZE : CONFIG_GICD_V2_SIZE, error);
	if (code)
		return code;
	if (gic->version == 3)
		return check_window(gic->gicr, (uint64_t)CONFIG_GICR_STRIDE * config->cpus.count, error);
	return check_window(gic->gicc, CONFIG_GICC_SIZE, error);
}

/* GICv2: where the guest looks for a CPU interface it finds its virtual one. */
static int map_gicv(struct cell_arch *cell, const struct bh_config_cell *config)
{
	const struct bh_config_gic *board = &image_config()->gic;
	uint64_t window = config ? config->gic.gicc : board->gicc.base;

	if (gic_version() != 2)
		return BH_E_OK;
	return pt_map(&cell->stage2, window, hpa(board->gicv.base), CONFIG_GICC_SIZE, PT_READ | PT_WRITE,
		      PT_DEVICE);
}

/* Guests count their vCPUs through Aff0 in clusters of 16 (what one GICv3 SGI reaches), then Aff1. */
static uint64_t virtual_hwid(unsigned int vcpu)
{
	return (uint64_t)(vcpu / 16) << 8 | vcpu % 16;
}

static uint32_t read_gicd(struct cell_arch *cell, uint32_t offset)
{
	struct mmio_access access = { .address = cell->gic.gicd + offset, .size = 4 };

	vgic_dist_access(cell, offset, &access);
	return (uint32_t)access.value;
}

/* Once and for all; read-only registers never change. */
static void remember_gicd(struct cell_arch *cell)
{
	cell->gicd_typer = read_gicd(cell, GICD_TYPER);
	cell->gicd_ctlr = read_gicd(cell, GICD_CTLR) & ~GICD_CTLR_ENABLES;
}

static int init_names(struct cell_arch *cell, const struct bh_config_cell *config)
{
	for (unsigned int i = 0; config && i < cell->vcpu_count; i++)
		cell->hwid[i] = virtual_hwid(i);
	cell->vttbr = (uint64_t)(cell->id + 1) << VMID_SHIFT | arch_hv_hpa(cell->stage2.root).value;
	return BH_E_OK;
}

static int init_gic(struct cell_arch *cell, const struct bh_config_cell *config)
{
	int code = vgic_cell_init(cell, config);

	if (code)
		return code;
	remember_gicd(cell);
	if (!config)
		gic_adopt_root(cell);
	return BH_E_OK;
}

static const struct guest_part parts[] = {
	{ init_names, NULL },
	{ map_gicv, NULL },
	{ init_gic, vgic_cell_exit },
	{ NULL, NULL },
};

int arch_cell_init(struct cell_arch *cell, const struct bh_config_cell *config, unsigned int id,
		   struct bh_error *error)
{
	return guest_init(cell, config, id, parts, error);
}

void arch_cell_exit(struct cell_arch *cell)
{
	guest_exit(cell, parts);
}

void arch_cell_set_vcpu(struct cell_arch *cell, unsigned int vcpu, unsigned int slot)
{
	cell->slot[vcpu] = (uint16_t)slot;
	if (!cell->is_root)
		vgic_leave_slot(guest_root(), slot);
}

void arch_cell_reset(struct cell_arch *cell)
{
	vgic_cell_reset(cell);
}

static int add_range(const struct bh_config_range *from, unsigned int *index, struct bh_config_range *range)
{
	if (!from->size || (*index)--)
		return 0;
	*range = *from;
	return 1;
}

int arch_platform_range(unsigned int index, struct bh_config_range *range)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_range *const ranges[] = {
		&system->gic.gicd, &system->gic.gicr, &system->gic.gicc,
		&system->gic.gich, &system->gic.gicv, &system->gic.its,
		&system->debug_uart,
	};

	for (unsigned int i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (add_range(ranges[i], &index, range))
			return 1;
	}
	return 0;
}
