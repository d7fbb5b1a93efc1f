// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration space. A cell sees the functions that it has been given, at their own places, and no others; root does
 * not see those. A guest switches its functions on and off and clears their status; all else is as root's firmware and
 * kernel left it. Base addresses are pinned: their size can be asked for, as drivers do, but nothing moves. Messages
 * (MSI, MSI-X) would name any vector of any CPU: msi.c makes of them what the guest may.
 *
 * While a guest owns a function, root's window of memory that shows the same is not mapped, so that both ways are
 * looked at (pci_root.c). A guest's window never is mapped, and shows what its ports show; behind the first 256 bytes a
 * guest reads what says something of the function and does nothing, and writes nothing.
 */
#include <device/pci.h>

#include <arch/cell.h>
#include <arch/mmu.h>
#include <arch/pci.h>
#include <arch/upcall.h>
#include <cell/cell.h>
#include <cell/dma.h>
#include <cell/root.h>
#include <core/component.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <device/msi.h>
#include <device/pci_root.h>
#include <lib/config.h>
#include <lib/errors.h>
#include <lib/string.h>

#define COMMAND_GUEST 0x547u /* and parity, system error, INTx disable */
#define STATUS 0x06u
#define HEADER_TYPE 0x0eu
#define BAR_FIRST 0x10u
#define BAR_END 0x28u
#define ROM 0x30u
#define BARS 6u
#define CONFIG_PAGE 0x1000u
#define EXTENDED 0x100u /* not reached by ports */
#define EXTENDED_MOST 64u /* capabilities there; more are a ring */
#define EXTENDED_NEXT 0xfff00000u
#define SEGMENT_SHIFT 16

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

static struct owned places[MSI_FUNCTIONS];
static uint32_t owned_count; /* atomic: root asks at each access */

static unsigned int place_of(const struct owned *owned)
{
	return (unsigned int)(owned - places);
}

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

/* The page of @function in the window of memory, 0: there is none. */
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

/* What only the window has; it is no memory, and nobody keeps a copy of it. */
static void pass_by_window(struct pci_access *access)
{
	const uint64_t at = window_of(access->function);
	volatile uint8_t *window;

	if (!at) {
		access->value = ones(access->size);
		return;
	}
	window = arch_window_open(hpa(at + access->offset), access->size);
	if (access->size == 1 && access->is_write)
		*window = (uint8_t)access->value;
	else if (access->size == 1)
		access->value = *window;
	else if (access->size == 2 && access->is_write)
		*(volatile uint16_t *)window = (uint16_t)access->value;
	else if (access->size == 2)
		access->value = *(volatile uint16_t *)window;
	else if (access->is_write)
		*(volatile uint32_t *)window = access->value;
	else
		access->value = *(volatile uint32_t *)window;
	arch_window_close();
}

static void pass(struct pci_access *access)
{
	if (access->offset >= EXTENDED || access->function >> SEGMENT_SHIFT)
		pass_by_window(access);
	else if (access->is_write)
		arch_pci_write(access->function, access->offset, access->size, access->value);
	else
		access->value = arch_pci_read(access->function, access->offset, access->size);
}

static int is_guarded(void)
{
	return __atomic_load_n(&owned_count, __ATOMIC_ACQUIRE) != 0;
}

static void access_root(struct pci_access *access)
{
	if (!cell_is_root(dma_owner(access->function)))
		access->value = access->is_write ? access->value : ones(access->size);
	else if (!access->is_write || !is_guarded() || pci_root_may_write(access))
		pass(access);
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

/* Bytes of an extended capability that a guest may read. All others it gets as empty ones (PCI Express 6.0, 7.9.28). */
static unsigned int harmless_size(uint32_t head)
{
	switch (head & 0xffff) {
	case 0x0001: /* errors that were reported */
		return 0x48;
	case 0x0003: /* serial number */
		return 0xc;
	default:
		return 0;
	}
}

static uint32_t read_word(uint32_t function, unsigned int offset)
{
	struct pci_access access = { .function = function, .offset = (uint16_t)offset, .size = 4 };

	pass(&access);
	return access.value;
}

/* The word at @offset, from the capability in whose bytes it is. */
static uint32_t read_extended(uint32_t function, unsigned int offset)
{
	unsigned int at = EXTENDED;

	for (unsigned int i = 0; i < EXTENDED_MOST && at >= EXTENDED; i++) {
		const uint32_t head = read_word(function, at);
		const unsigned int size = harmless_size(head);

		if (head == ~0u)
			return head; /* the machine has no window, or the function is gone */
		if (offset == at)
			return size ? head : head & EXTENDED_NEXT;
		if (offset > at && offset - at < size)
			return read_word(function, offset);
		at = head >> 20 & ~3u;
	}
	return 0;
}

static void access_extended(struct pci_access *access)
{
	if (!access->is_write)
		access->value = read_extended(access->function, access->offset & ~3u) >>
					(access->offset & 3) * 8 &
				ones(access->size);
}

static void access_guest(struct owned *owned, struct pci_access *access)
{
	if (access->offset >= EXTENDED) {
		access_extended(access);
		return;
	}
	if (msi_access(place_of(owned), access))
		return;
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
	else if (cell_is_root(cell))
		access_root(access);
	else if (!access->is_write)
		access->value = ones(access->size);
}

/* The window of memory that shows the same ------------------------------------------------------------ */

/* Window @index of the board, NULL: no more. */
static const struct bh_config_mmconfig *window_at(uint32_t index)
{
	const struct bh_config_system *system = image_config();

	if (system->header.arch != BH_ARCH_X86_64 || index >= system->x86.mmconfig.count)
		return NULL;
	return &CONFIG_ARRAY(struct bh_config_mmconfig, system, x86.mmconfig)[index];
}

static void show_windows(int is_shown)
{
	struct page_table *root = arch_cell_stage2(&cell_root()->arch);
	const struct bh_config_mmconfig *config;

	for (uint32_t i = 0; (config = window_at(i)); i++) {
		const struct bh_config_range range = config_x86_mmconfig_range(config);

		if (is_shown)
			pt_map(root, range.base, hpa(range.base), range.size, ROOT_PROT, PT_NONCACHED);
		else
			pt_unmap(root, range.base, range.size);
	}
}

static int split_windows(void)
{
	const struct bh_config_mmconfig *config;
	int code = BH_E_OK;

	for (uint32_t i = 0; (config = window_at(i)) && !code; i++) {
		const struct bh_config_range range = config_x86_mmconfig_range(config);

		code = pt_split(arch_cell_stage2(&cell_root()->arch), range.base, range.size,
				(range.base | range.size) & (BH_RAM_ALIGN - 1) ? PAGE_SIZE : BH_RAM_ALIGN);
	}
	return code;
}

/* @part: at most four bytes, at @offset of the function's page. */
static uint32_t access_part(const struct mmio_access *access, uint32_t function, unsigned int shift)
{
	struct pci_access part = {
		.function = function,
		.offset = (uint16_t)((access->address + shift / 8) & (CONFIG_PAGE - 1)),
		.size = access->size > 4 ? 4 : access->size,
		.is_write = access->is_write,
		.value = (uint32_t)(access->value >> shift),
	};

	upcall_pci(&part);
	return part.value;
}

/* In @config, if it is there. What crosses a register is no access that devices know. */
static int access_window(const struct bh_config_mmconfig *config, struct mmio_access *access)
{
	const struct bh_config_range range = config_x86_mmconfig_range(config);
	const uint32_t function = (uint32_t)config->segment << 16 |
				  (uint32_t)((access->address - config->base) / CONFIG_PAGE & 0xffff);
	uint64_t value = ~0ull;

	if (!config_range_holds(&range, access->address, 1))
		return 0;
	if (!(access->address & (access->size - 1u))) {
		value = access_part(access, function, 0);
		if (access->size == 8)
			value |= (uint64_t)access_part(access, function, 32) << 32;
	}
	if (!access->is_write)
		access->value = value;
	mmio_cut(access);
	return 1;
}

int pci_window(struct cell *cell, struct mmio_access *access)
{
	const struct bh_config_mmconfig *config;
	struct bh_config_mmconfig own;

	if (!cell_is_root(cell))
		return cell->config->header.arch == BH_ARCH_X86_64 &&
		       config_x86_cell_mmconfig(cell->config, &own) && access_window(&own, access);
	for (uint32_t i = 0; (config = window_at(i)); i++) {
		if (access_window(config, access))
			return 1;
	}
	return 0;
}

/* Component ------------------------------------------------------------------------------------------ */

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
	int code = count && !is_guarded() ? split_windows() : BH_E_OK;

	for (uint32_t i = 0; i < count && !code; i++)
		code = msi_prepare(cell, dma_id(&pci[i]));
	return code ? error_set(error, BH_E_NO_MEMORY, BH_OBJ_DEVICE, 0, 0, 0) : BH_E_OK;
}

/* The first function that a guest gets, and the last that it gives back. */
static void count_owned(int change)
{
	const uint32_t before = owned_count;

	if (!before)
		pci_root_begin();
	__atomic_store_n(&owned_count, before + (uint32_t)change, __ATOMIC_RELEASE);
	if (!before || !owned_count)
		show_windows(!owned_count);
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
		count_owned(1);
		measure(owned);
		msi_begin(place_of(owned), cell, owned->function, owned->value);
		owned->cell = cell;
	}
}

/* Decoders on, as root's firmware had them; to write memory is for the guest to ask. */
static void pci_reset(struct cell *cell)
{
	uint32_t count;
	const struct bh_config_pci *pci = dma_functions(cell->config, &count);

	for (uint32_t i = 0; i < count; i++) {
		const struct owned *owned = find(cell, dma_id(&pci[i]));

		arch_pci_write(dma_id(&pci[i]), PCI_COMMAND, 2, PCI_COMMAND_DECODE | PCI_COMMAND_NO_INTX);
		if (owned)
			msi_reset(place_of(owned));
	}
}

static void pci_exit(struct cell *cell)
{
	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (places[i].cell != cell)
			continue;
		msi_end(i);
		/* Root's driver, if there is one, will ask for DMA again. */
		arch_pci_write(places[i].function, PCI_COMMAND, 2, places[i].command & ~PCI_COMMAND_MASTER);
		places[i].cell = NULL;
		count_owned(-1);
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
