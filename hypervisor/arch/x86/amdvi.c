// SPDX-License-Identifier: GPL-2.0-or-later
/* How AMD-Vi's units tell of events: by MSI of their own function. */
#include "asm/amdvi_unit.h"

#include <arch/pci.h>
#include <asm/icr.h>
#include <core/cpu.h>
#include <core/log.h>
#include <core/pci.h>

/* Configuration space of the unit's own function */
#define MSI_CONTROL 2u
#define MSI_ON 0x1u
#define MSI_COUNT 0x70u
#define MSI_WIDE 0x80u
#define MSI_ADDRESS 4u

void amdvi_message_on(struct iommu_unit *unit)
{
	const uint32_t function = unit->config->function, id = (uint32_t)cpu_get(IOMMU_REPORT_SLOT)->hwid;
	uint32_t control, data;

	unit->amdvi.message = id < 0x100 ? pci_find_capability(function, PCI_CAPABILITY_MSI) : 0;
	if (!unit->amdvi.message) {
		log_warning("the IOMMU at 0x%llx has no way to tell: faults are not reported",
			    iommu_base(unit));
		return;
	}
	for (uint32_t i = 0; i < IOMMU_MESSAGE_WORDS; i++)
		unit->amdvi.found_message[i] = arch_pci_read(function, unit->amdvi.message + i * 4, 4);
	control = unit->amdvi.found_message[0] >> 16;
	data = unit->amdvi.message + MSI_ADDRESS + (control & MSI_WIDE ? 8 : 4);
	arch_pci_write(function, unit->amdvi.message + MSI_CONTROL, 2, control & ~(MSI_ON | MSI_COUNT));
	arch_pci_write(function, unit->amdvi.message + MSI_ADDRESS, 4, (uint32_t)APIC_BASE_ADDRESS | id << 12);
	if (control & MSI_WIDE)
		arch_pci_write(function, unit->amdvi.message + MSI_ADDRESS + 4, 4, 0);
	arch_pci_write(function, data, 2, IOMMU_REPORT_MESSAGE);
	arch_pci_write(function, unit->amdvi.message + MSI_CONTROL, 2, (control & ~MSI_COUNT) | MSI_ON);
}

void amdvi_message_off(struct iommu_unit *unit)
{
	const uint32_t function = unit->config->function, control = unit->amdvi.found_message[0] >> 16;
	const uint32_t words = control & MSI_WIDE ? IOMMU_MESSAGE_WORDS : IOMMU_MESSAGE_WORDS - 1;

	if (!unit->amdvi.message)
		return;
	arch_pci_write(function, unit->amdvi.message + MSI_CONTROL, 2, control & ~MSI_ON);
	for (uint32_t i = 1; i < words; i++)
		arch_pci_write(function, unit->amdvi.message + i * 4, 4, unit->amdvi.found_message[i]);
	arch_pci_write(function, unit->amdvi.message + MSI_CONTROL, 2, control);
}
