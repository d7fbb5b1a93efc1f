// SPDX-License-Identifier: GPL-2.0-or-later
/* How AMD-Vi's units tell of events: by MSI of their own function. */
#include "asm/amdvi_unit.h"

#include <asm/icr.h>
#include <core/cpu.h>
#include <core/log.h>

void amdvi_message_on(struct iommu_unit *unit)
{
	const uint32_t function = unit->config->function, id = (uint32_t)cpu_get(IOMMU_REPORT_SLOT)->hwid;
	struct pci_message message = { APIC_BASE_ADDRESS | id << 12, IOMMU_REPORT_MESSAGE, 0 };

	unit->amdvi.message = id < 0x100 ? pci_find_capability(function, PCI_CAPABILITY_MSI) : 0;
	if (!unit->amdvi.message) {
		log_warning("the IOMMU at 0x%llx has no way to tell: faults are not reported",
			    iommu_base(unit));
		return;
	}
	unit->amdvi.found_message = pci_message_read(function, unit->amdvi.message);
	message.control = (unit->amdvi.found_message.control & ~PCI_MSI_COUNT) | PCI_MSI_ON;
	pci_message_write(function, unit->amdvi.message, &message);
}

void amdvi_message_off(struct iommu_unit *unit)
{
	if (unit->amdvi.message)
		pci_message_write(unit->config->function, unit->amdvi.message, &unit->amdvi.found_message);
}
