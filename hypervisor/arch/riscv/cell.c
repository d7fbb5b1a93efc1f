// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/cell.h>

#include <arch/mmu.h>
#include <asm/csr.h>
#include <asm/features.h>
#include <asm/formats.h>
#include <asm/intc.h>
#include <asm/vcpu.h>
#include <core/guest.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <lib/config.h>
#include <lib/errors.h>
#include <lib/string.h>

static int init_hgatp(struct cell_arch *cell, const struct bh_config_cell *config)
{
	uint64_t vmid = (cell->id + 1) & features_vmid_mask();

	(void)config;
	cell->hgatp = formats_hgatp_selected() << HGATP_MODE_SHIFT | vmid << HGATP_VMID_SHIFT |
		      arch_hv_hpa(cell->stage2.root).value >> 12;
	return BH_E_OK;
}

static const struct guest_part parts[] = {
	{ init_hgatp, NULL },
	{ intc_cell_init, NULL },
	{ NULL, NULL },
};

int arch_cell_init(struct cell_arch *cell, const struct bh_config_cell *config, unsigned int id,
		   struct bh_error *error)
{
	memset(&cell->plic, 0, sizeof(cell->plic));
	memset(&cell->aplic, 0, sizeof(cell->aplic));
	return guest_init(cell, config, id, parts, error);
}

void arch_cell_exit(struct cell_arch *cell)
{
	guest_exit(cell, parts);
}

void arch_cell_set_vcpu(struct cell_arch *cell, unsigned int vcpu, unsigned int slot)
{
	cell->slot[vcpu] = (uint16_t)slot;
}

/* PLIC, APLIC and IMSIC read and write no memory. Root reaches its interrupt files by itself. */
int arch_root_intc_init(void)
{
	return intc_root_map(guest_root());
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
