/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI's mechanism #1: an address at port 0xcf8, data at 0xcfc. */
#ifndef ASM_PCI_H
#define ASM_PCI_H

#include <arch/upcall.h>

#define PCI_PORT_ADDRESS 0xcf8u
#define PCI_PORT_DATA 0xcfcu
#define PCI_PORTS 8u

/** The vCPU's access to one of the ports. Return: 1 done, 0: it is none of the mechanism's. */
int pci_port(struct mmio_access *access);

#endif
