/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a function's configuration space says of itself (PCI 3.0, 6.7). */
#ifndef CORE_PCI_H
#define CORE_PCI_H

#include <bulkhead/types.h>

#define PCI_CAPABILITY_MSI 0x05u
#define PCI_CAPABILITY_MSIX 0x11u

/** Where capability @id of @function (as for arch_pci_read()) begins, 0: it has none. Any context. */
unsigned int pci_find_capability(uint32_t function, uint32_t id);

#endif
