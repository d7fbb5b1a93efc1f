/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a function's configuration space says of itself (PCI 3.0, 6.7). */
#ifndef CORE_PCI_H
#define CORE_PCI_H

#include <bulkhead/types.h>

#define PCI_CAPABILITY_MSI 0x05u
#define PCI_CAPABILITY_MSIX 0x11u

/* The capability of MSI (6.8.1): control is the upper half of its first register. */
#define PCI_MSI_CONTROL 2u
#define PCI_MSI_ON 0x0001u
#define PCI_MSI_COUNT 0x0070u
#define PCI_MSI_LONG 0x0080u /* 64-bit address */
#define PCI_MSI_MASKING 0x0100u

/** struct pci_message - what the capability of MSI says: of its control, those bits that can be written, too */
struct pci_message {
	uint64_t address;
	uint32_t data;
	uint32_t control;
};

/** Where capability @id of @function (as for arch_pci_read()) begins, 0: it has none. Any context. */
unsigned int pci_find_capability(uint32_t function, uint32_t id);

/** Read @function's capability of MSI, which is at @at; and write it, off in between. Any context. */
struct pci_message pci_message_read(uint32_t function, unsigned int at);
void pci_message_write(uint32_t function, unsigned int at, const struct pci_message *message);

#endif
