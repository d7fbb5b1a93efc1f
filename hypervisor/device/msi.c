// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of guests' functions (PCI 3.0, 6.8). What a guest writes into the capability, or into the table of MSI-X, is
 * kept here and read back; it becomes an entry of the machine's (arch/msi.h). The function itself has had messages that
 * name those entries since its cell started, and gets nothing of the guest's but whether they are on, and masked. Pages
 * with a table are not mapped in the cell.
 */
#include <device/msi.h>

#include <arch/cell.h>
#include <arch/mmu.h>
#include <arch/msi.h>
#include <arch/pci.h>
#include <arch/upcall.h>
#include <bulkhead/errors.h>
#include <cell/cell.h>
#include <core/lock.h>
#include <core/pagetable.h>
#include <core/pci.h>
#include <device/mmio.h>
#include <lib/string.h>

#define BAR_FIRST 0x10u
#define BARS 6u
#define BAR_IS_PORTS 1u
#define BAR_IS_LONG 4u
#define BAR_FLAGS 0xfu

/* Of the registers: control is where MSI has it. */
#define CONTROL PCI_MSI_CONTROL
#define MSI_KEPT (PCI_MSI_LONG | PCI_MSI_MASKING)
#define MSIX_ENABLE 0x8000u
#define MSIX_MASKED 0x4000u
#define MSIX_SIZE 0x07ffu
#define MSIX_TABLE 4u

#define ENTRY_SIZE 16u
#define ENTRY_MASKED 1u
#define MESSAGES MSI_FUNCTION_ENTRIES
_Static_assert(MSI_FUNCTIONS * MESSAGES == MSI_ENTRIES, "each place has its entries");

enum word { ADDRESS, UPPER, DATA, MASK, WORDS };

/**
 * struct msi - messages of a function
 * @lock: what the guest has written, and what became of that.
 * @cell: whose it is; NULL: nobody's.  @plain, @extended: its capabilities, 0: none.  @is_long: of @plain.
 * @plain_on, @extended_control: as the guest has them.  @found: what @plain said when the guest got it.
 * @table, @size: where the table of MSI-X is, in the machine and in the cell, and entries of it; 0: out of reach.
 * @word: that table, as the guest has it.  @plain_word: the one message of MSI.
 */
struct msi {
	struct spinlock lock;
	struct cell *cell;
	uint32_t function;
	uint8_t plain, extended, is_long, plain_on;
	uint32_t extended_control;
	struct pci_message found;
	uint64_t table;
	uint32_t size;
	uint32_t plain_word[WORDS];
	uint32_t word[MESSAGES][WORDS];
};

static struct msi places[MSI_FUNCTIONS];

/* The function --------------------------------------------------------------------------------------- */

static uint32_t control_of(const struct msi *msi, unsigned int capability)
{
	return arch_pci_read(msi->function, capability + CONTROL, 2);
}

/* In registers of the machine that are the cell's (find_table()). */
static uint32_t device_access(uint64_t address, int is_write, uint32_t value)
{
	volatile uint32_t *window = arch_window_open(hpa(address), sizeof(*window));

	if (is_write)
		*window = value;
	else
		value = *window;
	arch_window_close();
	return value;
}

static uint32_t table_size(uint32_t function, unsigned int capability)
{
	return (arch_pci_read(function, capability + CONTROL, 2) & MSIX_SIZE) + 1;
}

static uint64_t table_pages(uint64_t table, uint32_t size)
{
	return align_up(table + size * (uint64_t)ENTRY_SIZE, PAGE_SIZE) - align_down(table, PAGE_SIZE);
}

/* Where root or its firmware has put it: nobody has looked at that yet. 0: nowhere. */
static uint64_t table_address(uint32_t function, unsigned int capability, const uint32_t *bar)
{
	const uint32_t where = arch_pci_read(function, capability + MSIX_TABLE, 4), index = where & 7;
	uint64_t base;

	if (index >= BARS || bar[index] & BAR_IS_PORTS)
		return 0;
	base = bar[index] & ~BAR_FLAGS;
	if (bar[index] & BAR_IS_LONG && index + 1 < BARS)
		base |= (uint64_t)bar[index + 1] << 32;
	return base ? base + (where & ~7u) : 0;
}

/* What of it the cell has as registers, at the same place, is the cell's, and no memory of others. */
static int is_of_cell(struct cell *cell, uint64_t table, uint32_t size)
{
	return table && table + size * (uint64_t)ENTRY_SIZE > table &&
	       pt_is_identity(arch_cell_stage2(&cell->arch), align_down(table, PAGE_SIZE),
			      table_pages(table, size), PT_READ | PT_WRITE);
}

/* Entries ---------------------------------------------------------------------------------------------- */

static unsigned int entry_of(const struct msi *msi, unsigned int message)
{
	return (unsigned int)(msi - places) * MESSAGES + message;
}

static void route_locked(struct msi *msi, unsigned int message)
{
	const int is_plain = !message && msi->plain_on;
	const uint32_t *word = is_plain ? msi->plain_word : msi->word[message];
	const int is_on = is_plain || (msi->extended_control & MSIX_ENABLE && !(word[MASK] & ENTRY_MASKED));
	const struct msi_message guest = { (uint64_t)word[UPPER] << 32 | word[ADDRESS], word[DATA] };

	arch_msi_route(&msi->cell->arch, msi->function, entry_of(msi, message), is_on ? &guest : NULL);
}

static void route_all_locked(struct msi *msi)
{
	for (unsigned int i = 0; i < MESSAGES; i++) {
		if (!i || i < msi->size)
			route_locked(msi, i);
	}
}

void upcall_msi_route(void)
{
	struct cell *cell = cell_self();

	for (unsigned int i = 0; i < MSI_FUNCTIONS; i++) {
		struct msi *msi = &places[i];

		if (__atomic_load_n(&msi->cell, __ATOMIC_ACQUIRE) != cell)
			continue;
		spin_lock(&msi->lock);
		if (msi->cell == cell)
			route_all_locked(msi);
		spin_unlock(&msi->lock);
	}
}

/* What goes to the function: it was given messages only where there are entries. */
static void switch_locked(const struct msi *msi)
{
	struct msi_message unused;
	const int is_there = arch_msi_message(msi->function, entry_of(msi, 0), &unused);

	if (msi->plain)
		arch_pci_write(msi->function, msi->plain + CONTROL, 2, is_there && msi->plain_on);
	if (msi->extended)
		arch_pci_write(msi->function, msi->extended + CONTROL, 2,
			       is_there && msi->size ? msi->extended_control : 0);
}

/* Registers -------------------------------------------------------------------------------------------- */

static uint32_t merge(uint32_t before, const struct pci_access *access)
{
	const unsigned int shift = (access->offset & 3) * 8;
	const uint32_t mask = (access->size < 4 ? (1u << access->size * 8) - 1 : ~0u) << shift;

	return (before & ~mask) | (access->value << shift & mask);
}

static void give(struct pci_access *access, uint32_t word)
{
	access->value = word >> (access->offset & 3) * 8;
	if (access->size < 4)
		access->value &= (1u << access->size * 8) - 1;
}

/* The word of the capability's that is the guest's own, by the register's place; NULL: none. */
static uint32_t *plain_word(struct msi *msi, unsigned int at)
{
	static const uint8_t long_words[] = { ADDRESS, UPPER, DATA }, short_words[] = { ADDRESS, DATA };
	const unsigned int index = at / 4 - 1;

	if (msi->is_long)
		return index < sizeof(long_words) ? &msi->plain_word[long_words[index]] : NULL;
	return index < sizeof(short_words) ? &msi->plain_word[short_words[index]] : NULL;
}

static void plain_control(struct msi *msi, struct pci_access *access)
{
	const uint32_t head = arch_pci_read(msi->function, msi->plain, 4);
	const uint32_t control = (head >> 16 & MSI_KEPT) | msi->plain_on;

	if (!access->is_write) {
		give(access, (head & 0xffff) | control << 16);
		return;
	}
	msi->plain_on = merge(control << 16, access) >> 16 & PCI_MSI_ON;
	route_locked(msi, 0);
	switch_locked(msi);
}

/* One message, whatever the function can. Behind it, where there are such, are mask and what is pending. */
static int plain_access(struct msi *msi, struct pci_access *access)
{
	const unsigned int at = (access->offset & ~3u) - msi->plain;
	uint32_t *word;

	if (!at) {
		plain_control(msi, access);
		return 1;
	}
	word = plain_word(msi, at);
	if (word && access->is_write) {
		*word = merge(*word, access);
		route_locked(msi, 0);
	} else if (word) {
		give(access, *word);
	} else if (control_of(msi, msi->plain) & PCI_MSI_MASKING && at == (msi->is_long ? 16 : 12) &&
		   access->is_write && access->size == 4) {
		arch_pci_write(msi->function, access->offset, 4, access->value);
	} else {
		return 0;
	}
	return 1;
}

static int extended_access(struct msi *msi, struct pci_access *access)
{
	const uint32_t head = arch_pci_read(msi->function, msi->extended, 4) & 0xffff;
	const uint32_t bits = MSIX_ENABLE | MSIX_MASKED;
	const uint32_t usable = msi->size < MESSAGES ? msi->size : MESSAGES;

	if ((access->offset & ~3u) != msi->extended)
		return 0;
	if (!access->is_write) {
		give(access, head | (msi->extended_control | (usable ? usable - 1 : 0)) << 16);
		return 1;
	}
	msi->extended_control = merge(msi->extended_control << 16, access) >> 16 & bits;
	route_all_locked(msi);
	switch_locked(msi);
	return 1;
}

int msi_access(unsigned int place, struct pci_access *access)
{
	struct msi *msi = &places[place];
	const unsigned int plain = access->offset - msi->plain, extended = access->offset - msi->extended;
	int is_done = 0;

	spin_lock(&msi->lock);
	if (msi->plain && plain < 24)
		is_done = plain_access(msi, access);
	if (!is_done && msi->extended && extended < 12)
		is_done = extended_access(msi, access);
	spin_unlock(&msi->lock);
	return is_done;
}

/* The table --------------------------------------------------------------------------------------------- */

static void write_word_locked(struct msi *msi, uint32_t offset, uint32_t value)
{
	const unsigned int message = offset / ENTRY_SIZE, word = offset % ENTRY_SIZE / 4;

	msi->word[message][word] = word == MASK ? value & ENTRY_MASKED : value;
	route_locked(msi, message);
	if (word == MASK)
		device_access(msi->table + offset, 1, value & ENTRY_MASKED);
}

/* A word at @address: of the messages that can be used, of others, or of what is in the same page. */
static uint32_t table_word_locked(struct msi *msi, uint64_t address, int is_write, uint32_t value)
{
	const uint64_t offset = address - msi->table;

	if (offset >= (uint64_t)msi->size * ENTRY_SIZE)
		return device_access(address, is_write, value);
	if (offset >= MESSAGES * ENTRY_SIZE)
		return offset % ENTRY_SIZE / 4 == MASK ? ENTRY_MASKED : 0;
	if (is_write)
		write_word_locked(msi, (uint32_t)offset, value);
	return msi->word[offset / ENTRY_SIZE][offset % ENTRY_SIZE / 4];
}

/* Words, and two of them: the specification has no other accesses (6.8.2). */
static void access_table(void *device, uint64_t offset, struct mmio_access *access)
{
	struct msi *msi = device;
	const uint64_t at = align_down(msi->table, PAGE_SIZE) + offset;
	uint64_t value = 0;

	if (access->size >= 4 && !(at & (access->size - 1u))) {
		spin_lock(&msi->lock);
		value = table_word_locked(msi, at, access->is_write, (uint32_t)access->value);
		if (access->size == 8)
			value |= (uint64_t)table_word_locked(msi, at + 4, access->is_write,
							     (uint32_t)(access->value >> 32))
				 << 32;
		spin_unlock(&msi->lock);
	}
	if (!access->is_write)
		access->value = value;
}

static const struct mmio_ops table_ops = { "MSI-X table", access_table };

/* Life --------------------------------------------------------------------------------------------------- */

int msi_prepare(struct cell *cell, uint32_t function)
{
	const unsigned int extended = pci_find_capability(function, PCI_CAPABILITY_MSIX);
	uint32_t bar[BARS], size;
	uint64_t table;

	if (!extended)
		return BH_E_OK;
	for (unsigned int i = 0; i < BARS; i++)
		bar[i] = arch_pci_read(function, BAR_FIRST + i * 4, 4);
	table = table_address(function, extended, bar);
	size = table_size(function, extended);
	if (!is_of_cell(cell, table, size))
		return BH_E_OK;
	return pt_split(arch_cell_stage2(&cell->arch), align_down(table, PAGE_SIZE), table_pages(table, size),
			PAGE_SIZE);
}

void msi_begin(unsigned int place, struct cell *cell, uint32_t function, const uint32_t *bar)
{
	struct msi *msi = &places[place];

	memset(msi, 0, sizeof(*msi));
	msi->function = function;
	msi->plain = (uint8_t)pci_find_capability(function, PCI_CAPABILITY_MSI);
	msi->extended = (uint8_t)pci_find_capability(function, PCI_CAPABILITY_MSIX);
	if (msi->plain)
		msi->found = pci_message_read(function, msi->plain);
	msi->is_long = (msi->found.control & PCI_MSI_LONG) != 0;
	if (msi->extended) {
		msi->table = table_address(function, msi->extended, bar);
		msi->size = table_size(function, msi->extended);
	}
	if (!is_of_cell(cell, msi->table, msi->size))
		msi->size = 0;
	switch_locked(msi);
	if (msi->size) {
		const uint64_t first = align_down(msi->table, PAGE_SIZE), size = table_pages(msi->table, msi->size);

		pt_unmap(arch_cell_stage2(&cell->arch), first, size);
		mmio_add(cell, first, size, &table_ops, msi);
	}
	__atomic_store_n(&msi->cell, cell, __ATOMIC_RELEASE);
}

static void reset_table(struct msi *msi)
{
	for (unsigned int i = 0; i < msi->size; i++) {
		const uint64_t at = msi->table + i * (uint64_t)ENTRY_SIZE;
		struct msi_message message = { 0, 0 };

		if (i < MESSAGES)
			arch_msi_message(msi->function, entry_of(msi, i), &message);
		device_access(at + MASK * 4, 1, ENTRY_MASKED);
		device_access(at + ADDRESS * 4, 1, (uint32_t)message.address);
		device_access(at + UPPER * 4, 1, (uint32_t)(message.address >> 32));
		device_access(at + DATA * 4, 1, message.data);
	}
}

static void reset_plain(const struct msi *msi)
{
	struct msi_message message = { 0, 0 };
	struct pci_message off;

	arch_msi_message(msi->function, entry_of(msi, 0), &message);
	off = (struct pci_message){ message.address, message.data, 0 };
	pci_message_write(msi->function, msi->plain, &off);
	if (control_of(msi, msi->plain) & PCI_MSI_MASKING)
		arch_pci_write(msi->function, msi->plain + (msi->is_long ? 16u : 12u), 4, 0);
}

void msi_reset(unsigned int place)
{
	struct msi *msi = &places[place];

	spin_lock(&msi->lock);
	msi->plain_on = 0;
	msi->extended_control = 0;
	memset(msi->plain_word, 0, sizeof(msi->plain_word));
	memset(msi->word, 0, sizeof(msi->word));
	for (unsigned int i = 0; i < MESSAGES; i++)
		msi->word[i][MASK] = ENTRY_MASKED;
	switch_locked(msi);
	route_all_locked(msi);
	if (msi->plain)
		reset_plain(msi);
	reset_table(msi);
	spin_unlock(&msi->lock);
}

void msi_end(unsigned int place)
{
	struct msi *msi = &places[place];

	spin_lock(&msi->lock);
	msi->plain_on = 0;
	msi->extended_control = 0;
	switch_locked(msi);
	route_all_locked(msi);
	msi->found.control = 0;
	if (msi->plain)
		pci_message_write(msi->function, msi->plain, &msi->found);
	__atomic_store_n(&msi->cell, NULL, __ATOMIC_RELEASE);
	spin_unlock(&msi->lock);
}
