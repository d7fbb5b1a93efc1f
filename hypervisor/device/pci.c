// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration space. A cell sees the functions that it has been given, at their own places, and no others; root does
 * not see those. A guest switches its functions on and off and clears their status; all else is as root's firmware and
 * kernel left it. Base addresses are pinned: their size can be asked for, as drivers do, but nothing moves. Messages
 * (MSI, MSI-X) would name any vector of any CPU: a guest cannot switch them on.
 */
#include <device/pci.h>

#include <arch/cell.h>
#include <arch/pci.h>
#include <arch/upcall.h>
#include <cell/cell.h>
#include <cell/dma.h>
#include <cell/root.h>
#include <core/component.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <lib/config.h>
#include <lib/errors.h>
#include <lib/string.h>

#define COMMAND_GUEST 0x547u /* and parity, system error, INTx disable */
#define STATUS 0x06u
#define HEADER_TYPE 0x0eu
#define BAR_FIRST 0x10u
#define BAR_END 0x28u
#define ROM 0x30u
#define CAPABILITIES 0x34u
#define STATUS_CAPABILITIES 0x10u
#define CAPABILITY_MSI 0x05u
#define CAPABILITY_MSIX 0x11u
#define CAPABILITY_CONTROL 2u
#define MSI_ENABLE 0x0001u
#define MSIX_ENABLE 0x8000u
#define MAX_CAPABILITIES 48u
#define BARS 6u
#define CONFIG_PAGE 0x1000u

/**
 * struct owned - a function of a guest
 * @cell: NULL: the place is free.  @command: as root had it.
 * @value: base address registers as they are.  @mask: their bits that can be set.
 * @asks: by register: the guest has written all ones, to see the size.
 */
struct owned {
	const struct cell *cell;
	uint32_t function;
	uint32_t command;
	uint32_t value[BARS];
	uint32_t mask[BARS];
	uint8_t asks[BARS];
};

static struct owned places[64];

static struct owned *find(const struct cell *cell, uint32_t function)
{
	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (places[i].cell == cell && (!cell || places[i].function == function))
			return &places[i];
	}
	return NULL;
}

/* Root and others ------------------------------------------------------------------------------------ */

static uint32_t ones(unsigned int size)
{
	return size < 4 ? (1u << size * 8) - 1 : ~0u;
}

static void pass(struct pci_access *access)
{
	if (access->is_write)
		arch_pci_write(access->function, access->offset, access->size, access->value);
	else
		access->value = arch_pci_read(access->function, access->offset, access->size);
}

/* Guests --------------------------------------------------------------------------------------------- */

static int is_bar(const struct pci_access *access)
{
	return access->offset >= BAR_FIRST && access->offset < BAR_END;
}

static void write_guest(struct owned *owned, const struct pci_access *access)
{
	if (access->offset == PCI_COMMAND && access->size >= 2)
		arch_pci_write(access->function, PCI_COMMAND, 2,
			       (access->value & COMMAND_GUEST) | PCI_COMMAND_NO_INTX);
	if (access->offset == PCI_COMMAND && access->size == 4)
		arch_pci_write(access->function, STATUS, 2, access->value >> 16);
	if (access->offset == STATUS && access->size == 2)
		arch_pci_write(access->function, STATUS, 2, access->value);
	if (is_bar(access) && access->size == 4)
		owned->asks[(access->offset - BAR_FIRST) / 4] = access->value == ~0u;
}

static uint32_t read_bar(const struct owned *owned, const struct pci_access *access)
{
	const unsigned int index = (access->offset - BAR_FIRST) / 4;
	const uint32_t flags = owned->value[index] & ~owned->mask[index];
	const uint32_t value = owned->asks[index] ? owned->mask[index] | flags : owned->value[index];

	return value >> (access->offset & 3) * 8 & ones(access->size);
}

static void access_guest(struct owned *owned, struct pci_access *access)
{
	if (access->is_write)
		write_guest(owned, access);
	else if (is_bar(access))
		access->value = read_bar(owned, access);
	else if ((access->offset & ~3u) == ROM)
		access->value = 0;
	else
		pass(access);
}

void upcall_pci(struct pci_access *access)
{
	struct cell *cell = cell_self();
	struct owned *owned = cell_is_root(cell) ? NULL : find(cell, access->function);

	if (owned)
		access_guest(owned, access);
	else if (cell_is_root(cell) && cell_is_root(dma_owner(access->function)))
		pass(access);
	else if (!access->is_write)
		access->value = ones(access->size);
}

/* The window of memory that shows the same ------------------------------------------------------------ */

/* Where root has @function's page of it, 0: nowhere. */
static uint64_t window_of(uint32_t function)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_mmconfig *config;

	if (system->header.arch != BH_ARCH_X86_64)
		return 0;
	config = CONFIG_ARRAY(struct bh_config_mmconfig, system, x86.mmconfig);
	for (uint32_t i = 0; i < system->x86.mmconfig.count; i++) {
		const uint32_t bus = function >> 8 & 0xff;

		if (config[i].segment == function >> 16 && bus >= config[i].first_bus &&
		    bus <= config[i].last_bus)
			return config[i].base + (uint64_t)(function & 0xffff) * CONFIG_PAGE;
	}
	return 0;
}

static void show_to_root(uint32_t function, int is_shown)
{
	struct page_table *root = arch_cell_stage2(&cell_root()->arch);
	const uint64_t at = window_of(function);

	if (at && is_shown)
		pt_map(root, at, hpa(at), CONFIG_PAGE, ROOT_PROT, PT_NONCACHED);
	else if (at)
		pt_unmap(root, at, CONFIG_PAGE);
}

int pci_window(struct cell *cell, struct mmio_access *access)
{
	if (!cell_is_root(cell))
		return 0;
	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const uint64_t at = places[i].cell ? window_of(places[i].function) : 0;

		if (!at || access->address - at >= CONFIG_PAGE)
			continue;
		access->value = ~0ull;
		mmio_cut(access);
		return 1;
	}
	return 0;
}

/* Component ------------------------------------------------------------------------------------------ */

static void clear_bits(uint32_t function, unsigned int offset, uint32_t bits)
{
	arch_pci_write(function, offset, 2, arch_pci_read(function, offset, 2) & ~bits);
}

/* Root's driver may have left them on, and a table of MSI-X is in registers that the guest has. */
static void stop_messages(uint32_t function)
{
	uint32_t at = arch_pci_read(function, CAPABILITIES, 1) & ~3u;

	if (!(arch_pci_read(function, STATUS, 2) & STATUS_CAPABILITIES))
		return;
	for (unsigned int i = 0; at && i < MAX_CAPABILITIES; i++) {
		const uint32_t head = arch_pci_read(function, at, 2);

		if ((head & 0xff) == CAPABILITY_MSI)
			clear_bits(function, at + CAPABILITY_CONTROL, MSI_ENABLE);
		else if ((head & 0xff) == CAPABILITY_MSIX)
			clear_bits(function, at + CAPABILITY_CONTROL, MSIX_ENABLE);
		at = head >> 8 & 0xfc;
	}
}

/* With its decoders off, so that the values in between are seen by nobody. */
static void measure(struct owned *owned)
{
	const uint32_t function = owned->function;

	owned->command = arch_pci_read(function, PCI_COMMAND, 2);
	arch_pci_write(function, PCI_COMMAND, 2, 0);
	for (unsigned int i = 0; i < BARS; i++) {
		const unsigned int at = BAR_FIRST + i * 4;

		owned->value[i] = arch_pci_read(function, at, 4);
		arch_pci_write(function, at, 4, ~0u);
		owned->mask[i] = arch_pci_read(function, at, 4) & ~(owned->value[i] & 1 ? 3u : 0xfu);
		arch_pci_write(function, at, 4, owned->value[i]);
	}
	/* The upper half of a 64-bit one is all address. */
	for (unsigned int i = 0; i + 1 < BARS; i++) {
		if ((owned->value[i] & 7) == 4)
			owned->mask[++i] = ~0u;
	}
	arch_pci_write(function, PCI_COMMAND, 2, PCI_COMMAND_NO_INTX);
}

/* Plain devices only: what is behind a bridge comes with it. */
static int pci_check(const struct bh_config_cell *config, struct bh_error *error)
{
	uint32_t count;
	const struct bh_config_pci *pci = dma_functions(config, &count);

	for (uint32_t i = 0; i < count; i++) {
		if (pci[i].segment || arch_pci_read(dma_id(&pci[i]), HEADER_TYPE, 1) & 0x7f)
			return error_set(error, BH_E_HARDWARE, BH_OBJ_DEVICE, i, dma_id(&pci[i]),
					 HEADER_TYPE);
	}
	return BH_E_OK;
}

static int pci_prepare(struct cell *cell, struct bh_error *error)
{
	uint32_t count;
	const struct bh_config_pci *pci = dma_functions(cell->config, &count);

	for (uint32_t i = 0; i < count; i++) {
		const uint64_t at = window_of(dma_id(&pci[i]));

		if (at && pt_split(arch_cell_stage2(&cell_root()->arch), at, CONFIG_PAGE, PAGE_SIZE))
			return error_set(error, BH_E_NO_MEMORY, BH_OBJ_DEVICE, i, dma_id(&pci[i]), 0);
	}
	return BH_E_OK;
}

/* There is a place for each: cell/dma.c has counted. */
static void pci_commit(struct cell *cell)
{
	uint32_t count;
	const struct bh_config_pci *pci = dma_functions(cell->config, &count);

	for (uint32_t i = 0; i < count; i++) {
		struct owned *owned = find(NULL, 0);

		if (!owned)
			break;
		memset(owned, 0, sizeof(*owned));
		owned->function = dma_id(&pci[i]);
		show_to_root(owned->function, 0);
		measure(owned);
		stop_messages(owned->function);
		owned->cell = cell;
	}
}

/* Decoders on, as root's firmware had them; to write memory is for the guest to ask. */
static void pci_reset(struct cell *cell)
{
	uint32_t count;
	const struct bh_config_pci *pci = dma_functions(cell->config, &count);

	for (uint32_t i = 0; i < count; i++)
		arch_pci_write(dma_id(&pci[i]), PCI_COMMAND, 2, PCI_COMMAND_DECODE | PCI_COMMAND_NO_INTX);
}

static void pci_exit(struct cell *cell)
{
	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (places[i].cell != cell)
			continue;
		/* Root's driver, if there is one, will ask for DMA again. */
		arch_pci_write(places[i].function, PCI_COMMAND, 2, places[i].command & ~PCI_COMMAND_MASTER);
		places[i].cell = NULL;
		show_to_root(places[i].function, 1);
	}
}

COMPONENT(pci) = {
	.name = "pci",
	.phase = COMPONENT_DEVICE,
	.cell_check = pci_check,
	.cell_prepare = pci_prepare,
	.cell_commit = pci_commit,
	.cell_reset = pci_reset,
	.cell_exit = pci_exit,
};
