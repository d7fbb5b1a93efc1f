// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/guest.h>

#include <arch/mmu.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <lib/config.h>
#include <lib/errors.h>

static struct cell_arch *root;

struct cell_arch *guest_root(void)
{
	return root;
}

int guest_check(const struct bh_config_cell *config, struct bh_error *error)
{
	const unsigned int most = sizeof(root->slot) / sizeof(root->slot[0]);

	if (config->cpus.count == 0 || config->cpus.count > most)
		return error_set(error, BH_E_TOO_MANY, BH_OBJ_CPU, 0, config->cpus.count, most);
	return BH_E_OK;
}

static void name_root(struct cell_arch *cell)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_cpu *cpus = CONFIG_ARRAY(struct bh_config_cpu, system, cpus);

	cell->vcpu_count = system->cpus.count;
	for (unsigned int i = 0; i < cell->vcpu_count; i++) {
		cell->hwid[i] = cpus[i].hwid;
		cell->slot[i] = (uint16_t)i;
	}
}

static void name_guest(struct cell_arch *cell, const struct bh_config_cell *config)
{
	cell->vcpu_count = config->cpus.count;
	for (unsigned int i = 0; i < cell->vcpu_count; i++)
		cell->hwid[i] = i;
}

static void exit_parts(struct cell_arch *cell, const struct guest_part *parts, unsigned int count)
{
	while (count-- > 0) {
		if (parts[count].exit)
			parts[count].exit(cell);
	}
}

static void forget(struct cell_arch *cell)
{
	if (cell == root)
		root = NULL;
	pt_exit(&cell->stage2);
	arch_tlb_invalidate_vmid(cell->id + 1);
}

int guest_init(struct cell_arch *cell, const struct bh_config_cell *config, unsigned int id,
	       const struct guest_part *parts, struct bh_error *error)
{
	unsigned int count = 0;
	int code;

	cell->id = id;
	cell->is_root = !config;
	if (config)
		name_guest(cell, config);
	else
		name_root(cell);
	if (!config)
		root = cell;
	code = pt_init(&cell->stage2, arch_pt_stage2(), id + 1);
	arch_tlb_invalidate_vmid(id + 1);
	while (!code && parts[count].init) {
		code = parts[count].init(cell, config);
		count += !code;
	}
	if (!code)
		return BH_E_OK;
	exit_parts(cell, parts, count);
	forget(cell);
	return error_set(error, (unsigned int)code, BH_OBJ_CELL, id, 0, 0);
}

void guest_exit(struct cell_arch *cell, const struct guest_part *parts)
{
	unsigned int count = 0;

	while (parts[count].init)
		count++;
	exit_parts(cell, parts, count);
	forget(cell);
}

unsigned int guest_find_vcpu(const struct cell_arch *cell, uint64_t hwid)
{
	unsigned int vcpu;

	for (vcpu = 0; vcpu < cell->vcpu_count; vcpu++) {
		if (cell->hwid[vcpu] == hwid)
			break;
	}
	return vcpu;
}
