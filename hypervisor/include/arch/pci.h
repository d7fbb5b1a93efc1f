/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration space of the machine's PCI functions. */
#ifndef ARCH_PCI_H
#define ARCH_PCI_H

#include <bulkhead/types.h>

#define PCI_COMMAND 0x04u /* 16 bits */
#define PCI_COMMAND_DECODE 0x3u /* I/O and memory */
#define PCI_COMMAND_MASTER 0x4u
#define PCI_COMMAND_NO_INTX 0x400u

/**
 * arch_pci_read() - @size bytes (1, 2, 4) of configuration space of @function (segment << 16 | requester id)
 * @offset: below 256, aligned to @size. Any context. Return: all ones where there is nothing.
 */
uint32_t arch_pci_read(uint32_t function, unsigned int offset, unsigned int size);
void arch_pci_write(uint32_t function, unsigned int offset, unsigned int size, uint32_t value);

#endif
