/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root's writes to configuration space while guests own functions (device/pci_root.c). */
#ifndef DEVICE_PCI_ROOT_H
#define DEVICE_PCI_ROOT_H

struct pci_access;

/** From now on, until it is called again. Context: control lock; no guest owns a function yet. */
void pci_root_begin(void);

/** May root write that to a function of its own? Context: any; a guest owns a function. Says once if not. */
int pci_root_may_write(const struct pci_access *access);

#endif
