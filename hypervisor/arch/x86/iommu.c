// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/iommu.h>

#include <asm/amdvi.h>
#include <asm/iommu.h>
#include <asm/vcpu.h>
#include <asm/vtd.h>
#include <bulkhead/errors.h>
#include <core/guest.h>
#include <core/image.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <lib/config.h>

/* Of the machine as a whole --------------------------------------------------------------------------- */

int iommu_probe(void)
{
	int code = vtd_probe();

	if (!code)
		code = amdvi_probe();
	if (!code && vtd_format() && amdvi_format()) {
		log_error("enable: the board has IOMMUs of VT-d and of AMD-Vi: no machine has both");
		code = BH_E_HARDWARE;
	}
	if (code)
		iommu_unprobe();
	return code;
}

void iommu_unprobe(void)
{
	amdvi_unprobe();
	vtd_unprobe();
}

const struct pt_format *iommu_format(void)
{
	return vtd_format() ? vtd_format() : amdvi_format();
}

int iommu_range(unsigned int index, struct bh_config_range *range)
{
	return vtd_format() ? vtd_range(index, range) : amdvi_range(index, range);
}

void iommu_forget(uint32_t tag)
{
	vtd_forget(tag);
	amdvi_forget(tag);
}

int iommu_poll(void)
{
	return vtd_poll() | amdvi_poll();
}

int iommu_mmio(struct mmio_access *access)
{
	return vtd_mmio(access) || amdvi_mmio(access);
}

/* The contract ---------------------------------------------------------------------------------------- */

struct page_table *arch_cell_dma(struct cell_arch *cell)
{
	return cell->dma.root ? &cell->dma : NULL;
}

/* Who serves a function: the unit whose list names it, else the one for the rest. -1: none. */
static int server(uint32_t function)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_iommu *config = CONFIG_ARRAY(struct bh_config_iommu, system, x86.iommus);
	const struct bh_config_scope *scope = CONFIG_ARRAY(struct bh_config_scope, system, x86.scopes);

	for (uint32_t i = 0; i < system->x86.scopes.count; i++) {
		if (scope[i].kind == BH_SCOPE_PCI && config[scope[i].unit].segment == function >> 16 &&
		    scope[i].first <= (function & 0xffff) && (function & 0xffff) <= scope[i].last)
			return scope[i].unit;
	}
	for (uint32_t i = 0; i < system->x86.iommus.count; i++) {
		if (config[i].flags & BH_IOMMU_REST && config[i].segment == function >> 16)
			return (int)i;
	}
	return -1;
}

static const struct bh_config_iommu *server_of(uint32_t function)
{
	const int index = server(function);

	return index < 0 ? NULL : &CONFIG_ARRAY(struct bh_config_iommu, image_config(), x86.iommus)[index];
}

int arch_iommu_covers(uint32_t function)
{
	const struct bh_config_iommu *config = server_of(function);

	return config && (vtd_has(config) || amdvi_has(config));
}

/* AMD-Vi stops messages by the function's own entry, VT-d only where it remaps those of everybody. */
const char *arch_iommu_gap(uint32_t function)
{
	const struct bh_config_iommu *config = server_of(function);

	if (!config)
		return "no IOMMU of the board serves it: switch one on in the firmware";
	if (!vtd_has(config) && !amdvi_has(config))
		return "its IOMMU is not in use, or broken: the log says why";
	if (vtd_has(config) && !vtd_remaps(config))
		return "its messages are not remapped: start root's kernel with 'intremap=on'";
	return NULL;
}

int arch_iommu_prepare(uint32_t function)
{
	return vtd_format() ? vtd_prepare(function) : BH_E_OK;
}

void arch_iommu_attach(struct cell_arch *cell, uint32_t function)
{
	const struct page_table *table = cell ? arch_cell_dma(cell) : NULL;

	if (vtd_format())
		vtd_attach(table, function);
	else if (amdvi_format())
		amdvi_attach(table, function);
}

void arch_iommu_forget(struct cell_arch *cell)
{
	if (cell->dma.root)
		iommu_forget(cell->dma.tag);
}

int arch_iommu_enable(void)
{
	const struct page_table *root = arch_cell_dma(guest_root());

	if (!root)
		return BH_E_OK;
	return vtd_format() ? vtd_enable(root) : amdvi_enable(root);
}

void arch_iommu_disable(void)
{
	amdvi_disable();
	vtd_disable();
}
