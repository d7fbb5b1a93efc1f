// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine has one address register for all, so each cell gets one of its own, and the real one is set for each
 * access. What comes through is decided above.
 */
#include <asm/pci.h>

#include <arch/pci.h>
#include <asm/percpu.h>
#include <asm/ports.h>
#include <asm/types.h>
#include <core/lock.h>

#define ADDRESS_ENABLE (1u << 31)

static struct spinlock lock; /* address and data belong together */

/* The data port of a register. Context: lock. */
static uint16_t select_locked(uint32_t function, unsigned int offset)
{
	ports_out32(PCI_PORT_ADDRESS, ADDRESS_ENABLE | (function & 0xffff) << 8 | (offset & 0xfc));
	return (uint16_t)(PCI_PORT_DATA + (offset & 3));
}

uint32_t arch_pci_read(uint32_t function, unsigned int offset, unsigned int size)
{
	uint32_t value;

	spin_lock(&lock);
	value = ports_in(select_locked(function, offset), size);
	spin_unlock(&lock);
	return value;
}

void arch_pci_write(uint32_t function, unsigned int offset, unsigned int size, uint32_t value)
{
	spin_lock(&lock);
	ports_out(select_locked(function, offset), size, value);
	spin_unlock(&lock);
}

static void data_port(uint32_t address, struct mmio_access *access)
{
	struct pci_access pci = {
		.function = address >> 8 & 0xffff,
		.offset = (uint16_t)((address & 0xfc) | (access->address & 3)),
		.size = access->size,
		.is_write = access->is_write,
		.value = (uint32_t)access->value,
	};

	/* What crosses a register is two accesses on the bus: nobody does that. */
	if (!(address & ADDRESS_ENABLE) || pci.offset & (pci.size - 1u)) {
		access->value = ~0ull;
		return;
	}
	upcall_pci(&pci);
	access->value = pci.value;
}

int pci_port(struct mmio_access *access)
{
	uint32_t *address = &percpu()->cell->pci_address;

	if (access->address - PCI_PORT_DATA < 4) {
		data_port(__atomic_load_n(address, __ATOMIC_RELAXED), access);
		return 1;
	}
	if (access->address != PCI_PORT_ADDRESS || access->size != 4)
		return 0;
	if (access->is_write)
		__atomic_store_n(address, (uint32_t)access->value & ~3u, __ATOMIC_RELAXED);
	else
		access->value = __atomic_load_n(address, __ATOMIC_RELAXED);
	return 1;
}
