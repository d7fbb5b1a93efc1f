/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI configuration space of functions that guests own (device/pci.c). */
#ifndef DEVICE_PCI_H
#define DEVICE_PCI_H

#include <arch/upcall.h>

struct cell;

/**
 * pci_window() - an access to configuration space by memory: a guest's, or root's while guests own functions
 * Return: 1 done, 0: it is none.
 */
int pci_window(struct cell *cell, struct mmio_access *access);

#endif
