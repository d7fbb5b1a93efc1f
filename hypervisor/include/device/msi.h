/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages (MSI, MSI-X) of functions that guests own (device/msi.c). */
#ifndef DEVICE_MSI_H
#define DEVICE_MSI_H

#include <bulkhead/types.h>

#define MSI_FUNCTIONS 64u

struct cell;
struct pci_access;

#ifdef CONFIG_MSI

/** A guest gets @function and will see its table of messages by traps. Return: 0 or BH_E_NO_MEMORY. */
int msi_prepare(struct cell *cell, uint32_t function);

/** It has it. @place: below MSI_FUNCTIONS, nobody else's. @bar: base addresses. All its messages are off. */
void msi_begin(unsigned int place, struct cell *cell, uint32_t function, const uint32_t *bar);

/** As after power-on. Context: the function's decoders are on, no CPU of the cell runs. */
void msi_reset(unsigned int place);

/** It is root's again, or nobody's: no message comes through. */
void msi_end(unsigned int place);

/** The guest's access to configuration space. Return: 1 done, 0: it is no register of messages. */
int msi_access(unsigned int place, struct pci_access *access);

#else

static inline int msi_prepare(struct cell *cell, uint32_t function)
{
	(void)cell;
	(void)function;
	return 0;
}

static inline void msi_begin(unsigned int place, struct cell *cell, uint32_t function, const uint32_t *bar)
{
	(void)place;
	(void)cell;
	(void)function;
	(void)bar;
}

static inline void msi_reset(unsigned int place)
{
	(void)place;
}

static inline void msi_end(unsigned int place)
{
	(void)place;
}

static inline int msi_access(unsigned int place, struct pci_access *access)
{
	(void)place;
	(void)access;
	return 0;
}

#endif

#endif
