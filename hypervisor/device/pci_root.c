// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What root may write to configuration space while a guest owns a function. The number by which an IOMMU knows a
 * function comes from the bridges in front of it, and base addresses say who answers at which address: both stay as
 * they were when the first function was given away. Bridges keep bus numbers, windows and control, and what is behind
 * the first 256 bytes (ACS: devices would reach each other past the IOMMU); the chip set's own functions, which move
 * the window of configuration space and more, keep everything; base addresses can be written only as they were, as
 * after a reset.
 */
#include <device/pci_root.h>

#include <arch/pci.h>
#include <arch/upcall.h>
#include <core/lock.h>
#include <core/log.h>
#include <lib/string.h>

#define CLASS 0x0bu /* base class */
#define CLASS_BRIDGE 0x06u
#define HEADER_TYPE 0x0eu
#define HEADER_TYPE_MASK 0x7fu
#define COMMON_END 0x10u /* of what all headers have: command, status, ... */
#define BAR_FIRST 0x10u
#define BAR_END 0x28u
#define ROM 0x30u
#define HEADER_END 0x40u
#define EXTENDED 0x100u
#define BARS 6u
#define SEGMENT_SHIFT 16

/** struct kept - base addresses of a function of root's, ROM last, before root first wrote to it */
struct kept {
	uint32_t function;
	uint32_t value[BARS + 1];
};

static struct spinlock lock; /* kept, kept_count, is_said */
static struct kept kept[128];
static unsigned int kept_count;
static int is_said;

void pci_root_begin(void)
{
	spin_lock(&lock);
	kept_count = 0;
	is_said = 0;
	spin_unlock(&lock);
}

/* Context: lock. NULL: too many functions, and then nothing is known of this one. */
static const struct kept *keep_locked(uint32_t function)
{
	struct kept *entry = kept;

	for (; entry < kept + kept_count; entry++) {
		if (entry->function == function)
			return entry;
	}
	if (kept_count == sizeof(kept) / sizeof(kept[0]))
		return NULL;
	kept_count++;
	entry->function = function;
	for (unsigned int i = 0; i < BARS; i++)
		entry->value[i] = arch_pci_read(function, BAR_FIRST + i * 4, 4);
	entry->value[BARS] = arch_pci_read(function, ROM, 4);
	return entry;
}

static int is_as_it_was(const struct pci_access *access)
{
	const unsigned int index = access->offset == ROM ? BARS : (access->offset - BAR_FIRST) / 4;
	const struct kept *entry;
	int is_same;

	spin_lock(&lock);
	entry = keep_locked(access->function);
	is_same = entry && access->size == 4 && access->value == entry->value[index];
	spin_unlock(&lock);
	return is_same;
}

static int is_base_address(unsigned int offset)
{
	return (offset >= BAR_FIRST && offset < BAR_END) || (offset & ~3u) == ROM;
}

static int may_write(const struct pci_access *access)
{
	const uint32_t type = arch_pci_read(access->function, HEADER_TYPE, 1) & HEADER_TYPE_MASK;

	if (access->offset < COMMON_END)
		return 1;
	if (type)
		return access->offset >= HEADER_END && access->offset < EXTENDED;
	if (arch_pci_read(access->function, CLASS, 1) == CLASS_BRIDGE)
		return 0;
	return !is_base_address(access->offset) || is_as_it_was(access);
}

static void remember(uint32_t function)
{
	spin_lock(&lock);
	keep_locked(function);
	spin_unlock(&lock);
}

int pci_root_may_write(const struct pci_access *access)
{
	/* Guests have functions of the first segment only (pci_check()). */
	if (access->function >> SEGMENT_SHIFT)
		return 1;
	/* Whatever it writes may reset the function. */
	remember(access->function);
	if (may_write(access))
		return 1;
	if (!__atomic_exchange_n(&is_said, 1, __ATOMIC_RELAXED))
		log_warning("root cell: writes as to PCI %02x:%02x.%x, %x, are ignored while cells have functions",
			    access->function >> 8 & 0xff, access->function >> 3 & 31, access->function & 7,
			    access->offset);
	return 0;
}
