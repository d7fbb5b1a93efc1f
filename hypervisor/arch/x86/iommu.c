// SPDX-License-Identifier: GPL-2.0-or-later
#include <arch/iommu.h>

#include <arch/mmu.h>
#include <asm/iommu.h>
#include <asm/iommu_unit.h>
#include <asm/percpu.h>
#include <asm/vcpu.h>
#include <asm/vtd.h>
#include <bulkhead/errors.h>
#include <core/guest.h>
#include <core/image.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <lib/config.h>
#include <lib/string.h>

static struct iommu_unit units[IOMMU_UNITS];
static unsigned int unit_count;
static const struct iommu_kind *kind; /* of all of them; NULL: there is none that can be used */
static const struct pt_format *selected;

struct iommu_unit *iommu_unit(unsigned int index)
{
	return index < unit_count ? &units[index] : NULL;
}

/* Finding them --------------------------------------------------------------------------------------- */

static int probe_unit(const struct bh_config_iommu *config)
{
	struct iommu_unit *unit = &units[unit_count];
	const char *why = "it serves another PCI segment than the first";

	if (unit_count == IOMMU_UNITS)
		return BH_E_TOO_MANY;
	memset(unit, 0, sizeof(*unit));
	unit->config = config;
	unit->kind = config->type == BH_IOMMU_VTD ? &vtd_kind : &amdvi_kind;
	unit->reg = arch_map_device(hpa(config->base), config->size);
	if (!unit->reg)
		return BH_E_NO_MEMORY;
	if (!config->segment)
		why = unit->kind->why_not(unit);
	if (why) {
		log_warning("the IOMMU at 0x%llx is left alone: %s", iommu_base(unit), why);
		return BH_E_OK;
	}
	if (units[0].kind != unit->kind) {
		log_error("enable: the board has IOMMUs of VT-d and of AMD-Vi: no machine has both");
		return BH_E_HARDWARE;
	}
	unit_count++;
	return BH_E_OK;
}

int iommu_probe(void)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_iommu *config = CONFIG_ARRAY(struct bh_config_iommu, system, x86.iommus);
	int code = BH_E_OK;

	iommu_unprobe();
	for (uint32_t i = 0; i < system->x86.iommus.count && !code; i++)
		code = probe_unit(&config[i]);
	if (!code && unit_count)
		selected = units[0].kind->format();
	if (selected)
		kind = units[0].kind;
	else
		iommu_unprobe();
	return code;
}

void iommu_unprobe(void)
{
	unit_count = 0;
	kind = NULL;
	selected = NULL;
}

const struct pt_format *iommu_format(void)
{
	return selected;
}

int iommu_range(unsigned int index, struct bh_config_range *range)
{
	if (index >= unit_count)
		return 0;
	*range = (struct bh_config_range){ units[index].config->base, units[index].config->size };
	return 1;
}

/* Running -------------------------------------------------------------------------------------------- */

void iommu_forget(uint32_t tag)
{
	struct iommu_command command;

	if (!kind)
		return;
	command = kind->forget(tag);
	iommu_submit_all(&command, 1);
}

int iommu_poll(void)
{
	int found = 0;

	if (percpu()->slot != IOMMU_REPORT_SLOT)
		return 0;
	for (unsigned int i = 0; i < unit_count; i++) {
		if (__atomic_load_n(&units[i].is_on, __ATOMIC_ACQUIRE))
			found |= kind->poll(&units[i]);
	}
	return found;
}

int iommu_mmio(struct mmio_access *access)
{
	for (unsigned int i = 0; i < unit_count; i++) {
		const uint64_t offset = access->address - units[i].config->base;

		if (offset >= units[i].config->size || !percpu()->cell->is_root)
			continue;
		kind->access(&units[i], (uint32_t)offset, access);
		return 1;
	}
	return 0;
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

const struct bh_config_iommu *iommu_server(uint32_t function)
{
	const int index = server(function);

	return index < 0 ? NULL : &CONFIG_ARRAY(struct bh_config_iommu, image_config(), x86.iommus)[index];
}

struct iommu_unit *iommu_serving(uint32_t function)
{
	const struct bh_config_iommu *config = iommu_server(function);

	for (unsigned int i = 0; i < unit_count; i++) {
		if (units[i].config == config && __atomic_load_n(&units[i].is_on, __ATOMIC_ACQUIRE))
			return &units[i];
	}
	return NULL;
}

/* One that missed a deadline isolates nothing more than it does. */
int arch_iommu_covers(uint32_t function)
{
	const struct iommu_unit *unit = iommu_serving(function);

	return unit && !__atomic_load_n(&unit->is_broken, __ATOMIC_RELAXED);
}

/* AMD-Vi stops messages by the function's own entry, VT-d only where it remaps those of everybody. */
const char *arch_iommu_gap(uint32_t function)
{
	if (!iommu_server(function))
		return "no IOMMU of the board serves it: switch one on in the firmware";
	if (!arch_iommu_covers(function))
		return "its IOMMU is not in use, or broken: the log says why";
	if (kind == &vtd_kind && !iommu_serving(function)->vtd.has_table)
		return "its messages are not remapped: start root's kernel with 'intremap=on'";
	return NULL;
}

int arch_iommu_prepare(uint32_t function)
{
	return kind && kind->prepare ? kind->prepare(function) : BH_E_OK;
}

void arch_iommu_attach(struct cell_arch *cell, uint32_t function)
{
	if (kind)
		kind->attach(cell ? arch_cell_dma(cell) : NULL, function);
}

void arch_iommu_forget(struct cell_arch *cell)
{
	if (cell->dma.root)
		iommu_forget(cell->dma.tag);
}

int arch_iommu_enable(void)
{
	const struct page_table *root = arch_cell_dma(guest_root());
	int code;

	if (!root)
		return BH_E_OK;
	code = kind->tables_init(root);
	for (unsigned int i = 0; i < unit_count && !code; i++)
		code = kind->start(&units[i]);
	if (code)
		arch_iommu_disable();
	else
		log_info("IOMMU: %u unit(s) of %s%s", unit_count, kind->name,
			 vtd_is_remapping() ? ", with root's interrupts" : "");
	return code;
}

void arch_iommu_disable(void)
{
	for (unsigned int i = 0; i < unit_count; i++) {
		if (units[i].is_on)
			kind->stop(&units[i]);
	}
	if (kind)
		kind->tables_exit();
}
