// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/pci.h>

#include <arch/pci.h>

#define STATUS 0x06u
#define STATUS_CAPABILITIES 0x10u
#define CAPABILITIES 0x34u
#define MSI_ADDRESS 4u
#define MSI_UPPER 8u
#define PLACES 48u /* behind the header: a list that is longer goes round */

unsigned int pci_find_capability(uint32_t function, uint32_t id)
{
	uint32_t at = arch_pci_read(function, CAPABILITIES, 1) & 0xfc;

	if (!(arch_pci_read(function, STATUS, 2) & STATUS_CAPABILITIES))
		return 0;
	for (unsigned int i = 0; at && i < PLACES; i++) {
		const uint32_t head = arch_pci_read(function, at, 2);

		if ((head & 0xff) == id)
			return at;
		at = head >> 8 & 0xfc;
	}
	return 0;
}

static unsigned int data_of(uint32_t control)
{
	return control & PCI_MSI_LONG ? 12 : 8;
}

struct pci_message pci_message_read(uint32_t function, unsigned int at)
{
	struct pci_message message = {
		.address = arch_pci_read(function, at + MSI_ADDRESS, 4),
		.control = arch_pci_read(function, at + PCI_MSI_CONTROL, 2),
	};

	message.data = arch_pci_read(function, at + data_of(message.control), 2);
	if (message.control & PCI_MSI_LONG)
		message.address |= (uint64_t)arch_pci_read(function, at + MSI_UPPER, 4) << 32;
	return message;
}

void pci_message_write(uint32_t function, unsigned int at, const struct pci_message *message)
{
	const uint32_t control = arch_pci_read(function, at + PCI_MSI_CONTROL, 2);

	arch_pci_write(function, at + PCI_MSI_CONTROL, 2, control & ~PCI_MSI_ON);
	arch_pci_write(function, at + MSI_ADDRESS, 4, (uint32_t)message->address);
	if (control & PCI_MSI_LONG)
		arch_pci_write(function, at + MSI_UPPER, 4, (uint32_t)(message->address >> 32));
	arch_pci_write(function, at + data_of(control), 2, message->data);
	arch_pci_write(function, at + PCI_MSI_CONTROL, 2, message->control);
}
