// SPDX-License-Identifier: GPL-2.0-or-later
/* AMD-Vi's units: finding them, and how they tell of events. */
#include <asm/amdvi.h>

#include <arch/pci.h>
#include <asm/amdvi_unit.h>
#include <asm/icr.h>
#include <asm/mmu.h>
#include <asm/percpu.h>
#include <bulkhead/errors.h>
#include <core/cpu.h>
#include <core/image.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <lib/config.h>
#include <lib/string.h>

/* Configuration space of the unit's own function */
#define PCI_STATUS 0x06u
#define PCI_STATUS_LIST 0x10u
#define PCI_LIST 0x34u
#define PCI_MAX_LIST 48u
#define CAPABILITY_MSI 0x05u
#define MSI_CONTROL 2u
#define MSI_ON 0x1u
#define MSI_COUNT 0x70u
#define MSI_WIDE 0x80u
#define MSI_ADDRESS 4u
#define MSI_WORDS 4u

#define MESSAGE_NMI (DELIVER_NMI << ICR_MODE_SHIFT)
#define REPORT_SLOT 0u

static struct amdvi_unit units[AMDVI_UNITS];
static unsigned int unit_count;
static struct log_limit limit;

struct amdvi_unit *amdvi_unit(unsigned int index)
{
	return index < unit_count ? &units[index] : NULL;
}

const struct pt_format *amdvi_format(void)
{
	return unit_count ? amdvi_pages() : NULL;
}

/* One that missed a deadline isolates nothing more than it does. */
int amdvi_has(const struct bh_config_iommu *config)
{
	for (unsigned int i = 0; i < unit_count; i++) {
		if (units[i].config == config)
			return __atomic_load_n(&units[i].is_on, __ATOMIC_ACQUIRE) &&
			       !__atomic_load_n(&units[i].is_broken, __ATOMIC_RELAXED);
	}
	return 0;
}

/* Finding them --------------------------------------------------------------------------------------- */

static const char *why_not(const struct amdvi_unit *unit)
{
	if (unit->config->segment)
		return "it serves another PCI segment than the first";
	if (unit->config->size < AMDVI_REGISTERS)
		return "its registers are not all described";
	if (!(amdvi_read(unit, AMDVI_FEATURES) & AMDVI_FEATURES_ALL))
		return "it cannot forget everything by one command";
	return NULL;
}

static int probe_unit(const struct bh_config_iommu *config)
{
	struct amdvi_unit *unit = &units[unit_count];

	memset(unit, 0, sizeof(*unit));
	unit->config = config;
	unit->reg = mmu_map_device(hpa(config->base), config->size);
	if (!unit->reg)
		return BH_E_NO_MEMORY;
	if (why_not(unit))
		log_warning("the IOMMU at 0x%llx is left alone: %s", (unsigned long long)config->base,
			    why_not(unit));
	else
		unit_count++;
	return BH_E_OK;
}

int amdvi_probe(void)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_iommu *config = CONFIG_ARRAY(struct bh_config_iommu, system, x86.iommus);
	int code = BH_E_OK;

	unit_count = 0;
	for (uint32_t i = 0; i < system->x86.iommus.count && !code; i++) {
		if (config[i].type != BH_IOMMU_AMD)
			continue;
		code = unit_count < AMDVI_UNITS ? probe_unit(&config[i]) : BH_E_TOO_MANY;
	}
	return code;
}

void amdvi_unprobe(void)
{
	unit_count = 0;
}

int amdvi_range(unsigned int index, struct bh_config_range *range)
{
	if (index >= unit_count)
		return 0;
	*range = (struct bh_config_range){ units[index].config->base, units[index].config->size };
	return 1;
}

/* On and off ----------------------------------------------------------------------------------------- */

int amdvi_enable(const struct page_table *root)
{
	int code = unit_count ? amdvi_tables_init(root) : BH_E_OK;

	for (unsigned int i = 0; i < unit_count && !code; i++)
		code = amdvi_start(&units[i], amdvi_tables_register());
	if (code)
		amdvi_disable();
	else if (unit_count)
		log_info("IOMMU: %u unit(s) of AMD-Vi", unit_count);
	return code;
}

void amdvi_disable(void)
{
	for (unsigned int i = 0; i < unit_count; i++) {
		if (units[i].is_on)
			amdvi_stop(&units[i]);
	}
	amdvi_tables_exit();
}

/* How they tell -------------------------------------------------------------------------------------- */

static uint32_t find_msi(uint32_t function)
{
	uint32_t at = arch_pci_read(function, PCI_LIST, 1) & 0xfc;

	if (!(arch_pci_read(function, PCI_STATUS, 2) & PCI_STATUS_LIST))
		return 0;
	for (unsigned int i = 0; at && i < PCI_MAX_LIST; i++) {
		const uint32_t head = arch_pci_read(function, at, 2);

		if ((head & 0xff) == CAPABILITY_MSI)
			return at;
		at = head >> 8 & 0xfc;
	}
	return 0;
}

/* As asm/vtd.h's: an NMI exits whatever the guest does, and whoever has the CPU does not see it. */
void amdvi_message_on(struct amdvi_unit *unit)
{
	const uint32_t function = unit->config->function, id = (uint32_t)cpu_get(REPORT_SLOT)->hwid;
	uint32_t control, data;

	unit->message = id < 0x100 ? find_msi(function) : 0;
	if (!unit->message) {
		log_warning("the IOMMU at 0x%llx has no way to tell: faults are not reported",
			    (unsigned long long)unit->config->base);
		return;
	}
	for (uint32_t i = 0; i < MSI_WORDS; i++)
		unit->found_message[i] = arch_pci_read(function, unit->message + i * 4, 4);
	control = unit->found_message[0] >> 16;
	data = unit->message + MSI_ADDRESS + (control & MSI_WIDE ? 8 : 4);
	arch_pci_write(function, unit->message + MSI_CONTROL, 2, control & ~(MSI_ON | MSI_COUNT));
	arch_pci_write(function, unit->message + MSI_ADDRESS, 4, (uint32_t)APIC_BASE_ADDRESS | id << 12);
	if (control & MSI_WIDE)
		arch_pci_write(function, unit->message + MSI_ADDRESS + 4, 4, 0);
	arch_pci_write(function, data, 2, MESSAGE_NMI);
	arch_pci_write(function, unit->message + MSI_CONTROL, 2, (control & ~MSI_COUNT) | MSI_ON);
}

void amdvi_message_off(struct amdvi_unit *unit)
{
	const uint32_t function = unit->config->function, control = unit->found_message[0] >> 16;
	const uint32_t words = control & MSI_WIDE ? MSI_WORDS : MSI_WORDS - 1;

	if (!unit->message)
		return;
	arch_pci_write(function, unit->message + MSI_CONTROL, 2, control & ~MSI_ON);
	for (uint32_t i = 1; i < words; i++)
		arch_pci_write(function, unit->message + i * 4, 4, unit->found_message[i]);
	arch_pci_write(function, unit->message + MSI_CONTROL, 2, control);
}

int amdvi_poll(void)
{
	int found = 0;

	if (percpu()->slot != REPORT_SLOT)
		return 0;
	for (unsigned int i = 0; i < unit_count; i++)
		found |= amdvi_poll_unit(&units[i]);
	return found;
}

/* Root's kernel was told not to use them. */
int amdvi_mmio(struct mmio_access *access)
{
	for (unsigned int i = 0; i < unit_count; i++) {
		if (access->address - units[i].config->base >= units[i].config->size ||
		    !percpu()->cell->is_root)
			continue;
		if (access->is_write)
			log_limited(&limit, LOG_WARNING,
				    "root cell: write to the registers of an IOMMU is ignored");
		else
			access->value = 0;
		return 1;
	}
	return 0;
}
