// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/cell.h>

#include <arch/mmu.h>
#include <asm/csr.h>
#include <asm/features.h>
#include <asm/formats.h>
#include <asm/intc.h>
#include <asm/vcpu.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <lib/config.h>
#include <lib/errors.h>
#include <lib/string.h>

static struct cell_arch *cell_of_root;

struct cell_arch *arch_root_cell(void)
{
	return cell_of_root;
}

int arch_cell_check(const struct bh_config_cell *config, struct bh_error *error)
{
	if (config->cpus.count == 0 || config->cpus.count > CONFIG_MAX_CPUS)
		return error_set(error, BH_E_TOO_MANY, BH_OBJ_CPU, 0, config->cpus.count, CONFIG_MAX_CPUS);
	return intc_cell_check(config, error);
}

static void init_root(struct cell_arch *cell)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, system, cpus);

	cell->is_root = 1;
	cell->vcpu_count = system->cpus.count;
	for (unsigned int i = 0; i < cell->vcpu_count; i++) {
		cell->hwid[i] = cpus[i].hwid;
		cell->slot[i] = (uint16_t)i;
	}
}

/* Guests count their harts from 0. */
static void init_guest(struct cell_arch *cell, const struct bh_config_cell *config)
{
	cell->vcpu_count = config->cpus.count;
	for (unsigned int i = 0; i < cell->vcpu_count; i++)
		cell->hwid[i] = i;
}

static uint64_t hgatp_of(const struct cell_arch *cell)
{
	uint64_t vmid = (cell->id + 1) & features_vmid_mask();

	return formats_hgatp_selected() << HGATP_MODE_SHIFT | vmid << HGATP_VMID_SHIFT |
	       arch_hv_hpa(cell->stage2.root).value >> 12;
}

int arch_cell_init(struct cell_arch *cell, const struct bh_config_cell *config, unsigned int id,
		   struct bh_error *error)
{
	int code;

	memset(&cell->plic, 0, sizeof(cell->plic));
	memset(&cell->aplic, 0, sizeof(cell->aplic));
	cell->id = id;
	if (config)
		init_guest(cell, config);
	else
		init_root(cell);
	code = pt_init(&cell->stage2, arch_pt_stage2(), id + 1);
	if (code)
		return error_set(error, (unsigned int)code, BH_OBJ_CELL, id, 0, 0);
	cell->hgatp = hgatp_of(cell);
	arch_tlb_invalidate_vmid(id + 1);
	code = intc_cell_init(cell, config);
	if (code) {
		pt_exit(&cell->stage2);
		return error_set(error, (unsigned int)code, BH_OBJ_CELL, id, 0, 0);
	}
	if (!config)
		cell_of_root = cell;
	return BH_E_OK;
}

void arch_cell_exit(struct cell_arch *cell)
{
	if (cell == cell_of_root)
		cell_of_root = NULL;
	pt_exit(&cell->stage2);
	arch_tlb_invalidate_vmid(cell->id + 1);
}

struct page_table *arch_cell_stage2(struct cell_arch *cell)
{
	return &cell->stage2;
}

void arch_cell_set_vcpu(struct cell_arch *cell, unsigned int vcpu, unsigned int slot)
{
	cell->slot[vcpu] = (uint16_t)slot;
}

void arch_cell_reset(struct cell_arch *cell)
{
	vtime_reset(&cell->time);
	intc_cell_reset(cell);
}

/* PLIC, APLIC and IMSIC read and write no memory. Root reaches its interrupt files by itself. */
int arch_root_intc_init(void)
{
	return intc_root_map(cell_of_root);
}

void arch_root_intc_exit(void)
{
}

int arch_platform_range(unsigned int index, struct bh_config_range *range)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_range *const ranges[] = {
		&system->riscv.domain,
		&system->riscv.imsic,
		&system->debug_uart,
	};

	for (unsigned int i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (!ranges[i]->size || index--)
			continue;
		*range = *ranges[i];
		return 1;
	}
	return 0;
}
