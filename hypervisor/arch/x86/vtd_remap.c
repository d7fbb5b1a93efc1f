// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Root's interrupts. Where its kernel has a unit remap them, the unit goes on to do that, by a copy of root's table:
 * each entry is looked at before it gets there, and names only CPUs that root has now. Root's registers are kept here:
 * what it puts into its queue is read when it moves the queue's end, and what concerns the copy is done.
 *
 * Root's table and queue must lie in memory that root can never lose: what no cell can get, nobody has to ask for.
 */
#include <asm/vtd_unit.h>

#include <arch/mmu.h>
#include <asm/icr.h>
#include <asm/vapic.h>
#include <asm/vcpu.h>
#include <bulkhead/errors.h>
#include <core/cpu.h>
#include <core/deadline.h>
#include <core/guest.h>
#include <core/image.h>
#include <core/log.h>
#include <core/pool.h>
#include <core/stage2.h>
#include <lib/bitmap.h>
#include <lib/config.h>
#include <lib/string.h>

#define IRTE_MODE_BITS (7ull << IRTE_MODE_SHIFT)
#define FIRST_VECTOR 16u

#define REMAP_MASK_SHIFT 27
#define WAIT_DATA_SHIFT 32
#define QUEUE_MASK 0x7fff0u
#define DESC_SIZE sizeof(struct iommu_command)
#define PAGE_ENTRIES ((uint32_t)(PAGE_SIZE / DESC_SIZE))

static struct log_limit limit;

/* Root's memory ------------------------------------------------------------------------------------- */

static void store_to_root(uint64_t address, uint32_t value)
{
	uint32_t *window = arch_window_open(hpa(address), sizeof(value));

	__atomic_store_n(window, value, __ATOMIC_RELEASE);
	arch_window_close();
}

/* Root's registers ----------------------------------------------------------------------------------- */

static uint64_t view64(const struct iommu_unit *unit, uint32_t offset)
{
	return unit->vtd.view[offset / 4] | (uint64_t)unit->vtd.view[offset / 4 + 1] << 32;
}

static uint32_t table_entries(const struct iommu_unit *unit)
{
	return 2u << (unit->vtd.view[VTD_IRTA / 4] & VTD_IRTA_SIZE);
}

static uint64_t table_address(const struct iommu_unit *unit)
{
	return view64(unit, VTD_IRTA) & VTD_IRTA_ADDRESS;
}

static uint32_t queue_bytes(const struct iommu_unit *unit)
{
	return (uint32_t)PAGE_SIZE << (unit->vtd.view[VTD_IQA / 4] & VTD_IQA_SIZE);
}

static uint64_t queue_address(const struct iommu_unit *unit)
{
	return view64(unit, VTD_IQA) & VTD_IQA_ADDRESS;
}

static struct iommu_command read_entry(const struct iommu_unit *unit, uint32_t index)
{
	struct iommu_command entry;

	stage2_copy_root(table_address(unit) + index * DESC_SIZE, &entry, sizeof(entry));
	return entry;
}

/* Entry @i of a walk from @first on: a window for each would be slow, so they come by pages. Context: unit->lock. */
static struct iommu_command next_entry(struct iommu_unit *unit, uint32_t i, uint32_t first)
{
	if (i == first || !(i % PAGE_ENTRIES))
		stage2_copy_root(table_address(unit) + i / PAGE_ENTRIES * PAGE_SIZE, unit->page, PAGE_SIZE);
	return unit->page[i % PAGE_ENTRIES];
}

static struct icr_target target_of(const struct iommu_unit *unit, uint64_t entry)
{
	struct icr_target target = {
		.wide = (unit->vtd.view[VTD_IRTA / 4] & VTD_IRTA_WIDE) != 0,
		.logical = (entry & IRTE_LOGICAL) != 0,
		.destination = (uint32_t)(entry >> IRTE_DESTINATION_SHIFT),
	};

	if (!target.wide)
		target.destination = target.destination >> 8 & 0xff;
	return target;
}

/* Entries -------------------------------------------------------------------------------------------- */

static int is_allowed(uint64_t entry)
{
	if (entry & IRTE_POSTED)
		return 0;
	switch (entry >> IRTE_MODE_SHIFT & 7) {
	case DELIVER_FIXED:
	case DELIVER_LOWEST:
		return (entry >> IRTE_VECTOR_SHIFT & ICR_VECTOR) >= FIRST_VECTOR;
	case DELIVER_NMI:
	case DELIVER_EXTINT:
		return 1;
	default:
		return 0;
	}
}

/* The one CPU with that id. */
static uint64_t to_one(const struct iommu_unit *unit, uint64_t entry, uint32_t id)
{
	const uint64_t destination = unit->vtd.view[VTD_IRTA / 4] & VTD_IRTA_WIDE ? id : (uint64_t)id << 8;

	if ((entry >> IRTE_MODE_SHIFT & 7) == DELIVER_LOWEST)
		entry &= ~IRTE_MODE_BITS;
	entry &= ~(IRTE_LOGICAL | IRTE_HINT);
	return (uint32_t)entry | destination << IRTE_DESTINATION_SHIFT;
}

/* Which CPUs listen in x2APIC mode is a matter of their ids, whatever mode root's vCPU there was in last. */
static unsigned int match(const struct cell_arch *cell, struct icr_target target, struct apic_set *set)
{
	unsigned int found = 0;

	if (!target.wide || !target.logical)
		return icr_match(&cell->irq.apic, target, set);
	memset(set, 0, sizeof(*set));
	for (unsigned int vcpu = 0; vcpu < cell->irq.apic.count; vcpu++) {
		const uint32_t id = cell->irq.apic.vcpu[vcpu].id;

		if (target.destination >> 16 != id >> 4 || !(target.destination >> (id & 15) & 1))
			continue;
		bit_set(set->word, vcpu);
		found++;
	}
	return found;
}

/* It is as root wants it if no CPU of a guest listens, else one of root's alone, or nobody. */
static uint64_t route(const struct iommu_unit *unit, uint64_t entry)
{
	const struct cell_arch *cell = guest_root();
	unsigned int vcpu, others = 0;
	struct apic_set set;
	int own = -1;

	if (!match(cell, target_of(unit, entry), &set))
		return 0;
	bit_for_each(vcpu, set.word, cell->irq.apic.count)
	{
		const struct cell_arch *runs = vapic_cell_on(cell->slot[vcpu]);

		others += runs && runs != cell;
		if (runs == cell && own < 0)
			own = (int)vcpu;
	}
	if (!others)
		return entry;
	return own < 0 ? 0 : to_one(unit, entry, (uint32_t)cpu_get(cell->slot[own])->hwid);
}

/* What the unit gets for @entry of root's; low half 0: nothing comes through. */
static struct iommu_command checked(const struct iommu_unit *unit, struct iommu_command entry, uint32_t index)
{
	const uint64_t found = entry.low;

	entry.low = found & IRTE_PRESENT && is_allowed(found) ? route(unit, found) : 0;
	if (found & IRTE_PRESENT && !is_allowed(found))
		log_limited(&limit, LOG_WARNING,
			    "root cell: interrupt entry %u, %llx, is ignored: no such delivery", index,
			    (unsigned long long)found);
	if (!entry.low)
		entry.high = 0;
	return entry;
}

int vtd_store_entry(struct iommu_unit *unit, uint32_t index, struct iommu_command entry)
{
	uint64_t *at = &unit->vtd.shadow[index * 2];

	if (entry.low == at[0] && entry.high == at[1])
		return 0;
	/* Who asks is checked first: it is there before the rest, and goes after it. */
	if (entry.low)
		__atomic_store_n(&at[1], entry.high, __ATOMIC_RELEASE);
	__atomic_store_n(&at[0], entry.low, __ATOMIC_RELEASE);
	return 1;
}

/* Root has told us that it changed @count entries. Return: 1 if one of the unit's is another now. */
static int update(struct iommu_unit *unit, uint32_t first, uint32_t count)
{
	const uint32_t past = unit->vtd.guests ? unit->vtd.guests : table_entries(unit);
	int changed = 0;

	for (uint32_t i = first; i < first + count && i < past; i++)
		changed |= vtd_store_entry(unit, i, checked(unit, next_entry(unit, i, first), i));
	return changed;
}

static void forget_entries(struct iommu_unit *unit)
{
	const struct iommu_command desc = { VTD_DESC_REMAP, 0 };

	iommu_submit_locked(unit, &desc, 1);
}

void vtd_route(void)
{
	struct iommu_unit *unit;

	for (unsigned int i = 0; (unit = vtd_unit(i)); i++) {
		if (!__atomic_load_n(&unit->is_on, __ATOMIC_ACQUIRE) || !unit->vtd.has_table)
			continue;
		spin_lock(&unit->lock);
		if (unit->is_on && update(unit, 0, unit->vtd.last + 1))
			forget_entries(unit);
		spin_unlock(&unit->lock);
	}
}

/* Root's queue --------------------------------------------------------------------------------------- */

/*
 * What root wrote before it moved the queue's end is all there at the first look: once as many entries as there are
 * were looked at in one go, the whole table is, and nothing is left for the rest of the queue.
 */
static void entries_changed(struct iommu_unit *unit, const struct iommu_command *desc)
{
	const uint32_t all = table_entries(unit);
	uint32_t first = 0, count = all;

	if (!unit->vtd.has_table || unit->vtd.looked > all)
		return;
	if (desc->low & VTD_DESC_REMAP_ONE) {
		count = 1u << (desc->low >> REMAP_MASK_SHIFT & 0xf);
		first = (uint32_t)(desc->low >> VTD_DESC_INDEX_SHIFT & 0xffff) & ~(count - 1);
	}
	unit->vtd.looked += count;
	if (unit->vtd.looked > all || first >= all || count > all - first) {
		first = 0;
		count = all;
		unit->vtd.looked = all + 1;
	}
	if (first + count - 1 > unit->vtd.last)
		unit->vtd.last = first + count - 1;
	if (update(unit, first, count))
		forget_entries(unit);
}

/* Root has no translation of its own: of all other descriptors only those matter that tell it of their end. */
static void carry_out(struct iommu_unit *unit, const struct iommu_command *desc)
{
	const uint64_t address = desc->high & ~3ull;

	switch (desc->low & VTD_DESC_TYPE) {
	case VTD_DESC_REMAP:
		entries_changed(unit, desc);
		break;
	case VTD_DESC_WAIT:
		if (desc->low & VTD_DESC_WAIT_STORE && image_root_keeps(address, sizeof(uint32_t)))
			store_to_root(address, (uint32_t)(desc->low >> WAIT_DATA_SHIFT));
		break;
	default:
		break;
	}
}

/* At most one round. */
static void run_queue(struct iommu_unit *unit)
{
	const uint32_t bytes = queue_bytes(unit);
	const uint32_t end = unit->vtd.view[VTD_IQT / 4] & QUEUE_MASK & (bytes - 1);
	uint32_t at = unit->vtd.view[VTD_IQH / 4] & QUEUE_MASK & (bytes - 1);
	struct iommu_command desc;

	if (!unit->vtd.has_queue)
		return;
	unit->vtd.looked = 0;
	for (; at != end; at = (at + DESC_SIZE) & (bytes - 1)) {
		stage2_copy_root(queue_address(unit) + at, &desc, sizeof(desc));
		carry_out(unit, &desc);
	}
	unit->vtd.view[VTD_IQH / 4] = end;
}

/* Accesses ------------------------------------------------------------------------------------------- */

/* What lasts is shown as root wants it; queue and table stay what they are, and DMA is not root's to translate. */
static void write_command(struct iommu_unit *unit, uint32_t value)
{
	const uint32_t now = unit->vtd.view[VTD_GSTS / 4];
	const uint32_t kept = VTD_QUEUE | VTD_REMAPPING;

	if ((now ^ value) & (kept | VTD_TRANSLATION))
		log_limited(&limit, LOG_WARNING,
			    "root cell: command %08x to an IOMMU is ignored: it is taken over", value);
}

static void write_word(struct iommu_unit *unit, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case VTD_GCMD:
		write_command(unit, value);
		break;
	case VTD_IQT:
		unit->vtd.view[VTD_IQT / 4] = value;
		run_queue(unit);
		break;
	case VTD_FECTL:
	case VTD_FEDATA:
	case VTD_FEADDR:
	case VTD_FEUADDR:
		unit->vtd.view[offset / 4] = value;
		break;
	default:
		break;
	}
}

static uint32_t read_word(const struct iommu_unit *unit, uint32_t offset)
{
	return offset < sizeof(unit->vtd.view) ? unit->vtd.view[offset / 4] : 0;
}

static void access_locked(struct iommu_unit *unit, uint32_t offset, struct mmio_access *access)
{
	if (access->is_write) {
		write_word(unit, offset, (uint32_t)access->value);
		if (access->size == 8)
			write_word(unit, offset + 4, (uint32_t)(access->value >> 32));
		return;
	}
	access->value = read_word(unit, offset);
	if (access->size == 8)
		access->value |= (uint64_t)read_word(unit, offset + 4) << 32;
}

void vtd_access(struct iommu_unit *unit, uint32_t offset, struct mmio_access *access)
{
	if (offset & 3 || access->size < 4) {
		access->value = 0;
		return;
	}
	spin_lock(&unit->lock);
	access_locked(unit, offset, access);
	spin_unlock(&unit->lock);
}

/* Look-up for the I/O APIC --------------------------------------------------------------------------- */

/* The unit that serves an I/O APIC, or the first one; NULL: none. */
static struct iommu_unit *unit_of_ioapic(void)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_iommu *config = CONFIG_ARRAY(struct bh_config_iommu, system, x86.iommus);
	const struct bh_config_scope *scope = CONFIG_ARRAY(struct bh_config_scope, system, x86.scopes);

	for (uint32_t i = 0; i < system->x86.scopes.count; i++) {
		for (unsigned int u = 0; scope[i].kind == BH_SCOPE_IOAPIC && vtd_unit(u); u++) {
			if (vtd_unit(u)->config == &config[scope[i].unit])
				return vtd_unit(u);
		}
	}
	return vtd_unit(0);
}

/* Before a unit is ours, what it does; then what root thinks that it does. */
static int is_remapping(const struct iommu_unit *unit)
{
	if (__atomic_load_n(&unit->is_on, __ATOMIC_ACQUIRE))
		return (int)unit->vtd.has_table;
	return (iommu_read32(unit, VTD_GSTS) & VTD_REMAPPING) != 0;
}

int vtd_is_remapping(void)
{
	const struct iommu_unit *unit = unit_of_ioapic();

	return unit && is_remapping(unit);
}

int vtd_lookup(uint64_t entry, struct icr_target *target, uint32_t *vector)
{
	const uint32_t index = (uint32_t)(entry >> 49) | (uint32_t)(entry >> 11 & 1) << 15;
	const struct iommu_unit *unit = unit_of_ioapic();
	struct iommu_command irte;

	if (!unit || !unit->is_on || !unit->vtd.has_table || index >= table_entries(unit))
		return 0;
	irte = read_entry(unit, index);
	if (!(irte.low & IRTE_PRESENT) || (irte.low >> IRTE_MODE_SHIFT & 7) > DELIVER_LOWEST)
		return 0;
	*target = target_of(unit, irte.low);
	*vector = (uint32_t)(irte.low >> IRTE_VECTOR_SHIFT) & ICR_VECTOR;
	return 1;
}

/* Taking over and giving back ------------------------------------------------------------------------ */

static int refuse(const struct iommu_unit *unit, const char *what)
{
	log_error("enable: the IOMMU at 0x%llx %s", (unsigned long long)unit->config->base, what);
	return BH_E_HARDWARE;
}

static int wait_idle(const struct iommu_unit *unit)
{
	const uint64_t deadline = deadline_default();

	while (iommu_read32(unit, VTD_IQH) != iommu_read32(unit, VTD_IQT)) {
		if (deadline_passed(deadline))
			return refuse(unit, "does not come to the end of the kernel's queue");
		arch_cpu_relax();
	}
	return BH_E_OK;
}

static int check_found(struct iommu_unit *unit)
{
	const uint32_t status = unit->vtd.view[VTD_GSTS / 4];

	unit->vtd.has_queue = (status & VTD_QUEUE) != 0;
	unit->vtd.has_table = (status & VTD_REMAPPING) != 0;
	if (status & VTD_TRANSLATION)
		return refuse(unit, "translates DMA for the kernel: boot it with intel_iommu=off");
	if (unit->vtd.has_table && status & VTD_COMPATIBLE && !(unit->vtd.view[VTD_IRTA / 4] & VTD_IRTA_WIDE))
		return refuse(unit, "lets interrupts through that it does not remap: boot with intremap=off");
	if (unit->vtd.has_table && !unit->vtd.has_queue)
		return refuse(unit, "remaps interrupts without a queue: boot with intremap=off");
	if (unit->vtd.has_queue && (unit->vtd.view[VTD_IQA / 4] & (VTD_IQA_WIDE | VTD_IQA_SIZE) ||
				!image_root_keeps(queue_address(unit), queue_bytes(unit))))
		return refuse(unit, "has its queue where it cannot be taken over");
	if (unit->vtd.has_table && !image_root_keeps(table_address(unit), table_entries(unit) * DESC_SIZE))
		return refuse(unit, "has its interrupt table where it cannot be taken over");
	return BH_E_OK;
}

static void scan_table(struct iommu_unit *unit)
{
	unit->vtd.last = 0;
	for (uint32_t i = 0; i < table_entries(unit); i++) {
		if (next_entry(unit, i, 0).low & IRTE_PRESENT)
			unit->vtd.last = i;
	}
	/* Kernels take entries from the first on. Where root's came as far as that, guests get none. */
	unit->vtd.guests = table_entries(unit) - MSI_ENTRIES;
	if (table_entries(unit) <= MSI_ENTRIES || unit->vtd.last >= unit->vtd.guests)
		unit->vtd.guests = 0;
}

static int copy_table(struct iommu_unit *unit)
{
	if (!unit->vtd.has_table)
		return BH_E_OK;
	unit->vtd.shadow_pages = (uint32_t)((table_entries(unit) * DESC_SIZE + PAGE_SIZE - 1) / PAGE_SIZE);
	unit->vtd.shadow = pool_alloc(unit->vtd.shadow_pages, unit->vtd.shadow_pages);
	if (!unit->vtd.shadow)
		return refuse(unit,
			      "has an interrupt table that does not fit: give the hypervisor more memory");
	memset(unit->vtd.shadow, 0, unit->vtd.shadow_pages * PAGE_SIZE);
	scan_table(unit);
	return BH_E_OK;
}

static int stop_queue(struct iommu_unit *unit)
{
	int code;

	if (!unit->vtd.has_queue)
		return BH_E_OK;
	spin_lock(&unit->lock);
	code = vtd_command(unit, VTD_QUEUE, 0);
	spin_unlock(&unit->lock);
	return code;
}

int vtd_adopt(struct iommu_unit *unit)
{
	int code;

	for (uint32_t i = 0; i < IOMMU_VIEW_WORDS; i++)
		unit->vtd.view[i] = iommu_read32(unit, i * 4);
	unit->vtd.view[VTD_FSTS / 4] = 0;
	code = check_found(unit);
	if (!code && unit->vtd.has_queue)
		code = wait_idle(unit);
	if (!code)
		code = copy_table(unit);
	if (!code)
		code = stop_queue(unit);
	if (code)
		vtd_adopt_free(unit);
	return code;
}

void vtd_adopt_free(struct iommu_unit *unit)
{
	if (unit->vtd.shadow)
		pool_free(unit->vtd.shadow, unit->vtd.shadow_pages);
	unit->vtd.shadow = NULL;
}

static int use_table(struct iommu_unit *unit, uint64_t address)
{
	const uint64_t flags = unit->vtd.view[VTD_IRTA / 4] & (VTD_IRTA_WIDE | VTD_IRTA_SIZE);
	int code;

	iommu_write64(unit, VTD_IRTA, address | flags);
	code = vtd_command(unit, VTD_SET_REMAP, 1);
	if (!code)
		forget_entries(unit);
	return code;
}

/*
 * No CPU is root's vCPU yet: what root's entries say holds as it is until the first of them comes, or goes. All CPUs
 * are root's.
 */
int vtd_adopt_table(struct iommu_unit *unit)
{
	if (!unit->vtd.has_table)
		return BH_E_OK;
	for (uint32_t i = 0; i <= unit->vtd.last; i++) {
		const struct iommu_command entry = next_entry(unit, i, 0);

		unit->vtd.shadow[i * 2] = entry.low & IRTE_PRESENT && is_allowed(entry.low) ? entry.low : 0;
		unit->vtd.shadow[i * 2 + 1] = unit->vtd.shadow[i * 2] ? entry.high : 0;
	}
	vtd_write_back(unit);
	return use_table(unit, arch_hv_hpa(unit->vtd.shadow).value);
}

void vtd_return_table(struct iommu_unit *unit)
{
	if (unit->vtd.has_table)
		use_table(unit, table_address(unit));
}

/*
 * A unit begins at the queue's start, root's kernel goes on where it was. So the unit is led there over descriptors
 * that do no harm, in the place of root's own, which come back afterwards. Nobody is there to see it.
 */
static void lead_to(struct iommu_unit *unit, uint32_t end)
{
	const uint64_t queue = queue_address(unit), done = arch_hv_hpa((const void *)unit->done).value;
	const struct iommu_command last = { VTD_DESC_WAIT | VTD_DESC_WAIT_STORE | 1ull << WAIT_DATA_SHIFT, done };
	const struct iommu_command harmless = { VTD_DESC_REMAP, 0 };
	const uint64_t deadline = deadline_default();

	/* It is one page long (check_found()). */
	stage2_copy_root(queue, unit->queue, end);
	for (uint32_t at = 0; at < end; at += DESC_SIZE) {
		struct iommu_command *window = arch_window_open(hpa(queue + at), DESC_SIZE);

		*window = at + DESC_SIZE == end ? last : harmless;
		arch_window_close();
	}
	*unit->done = 0;
	vtd_write_back(unit);
	vtd_command(unit, VTD_QUEUE, 1);
	iommu_write32(unit, VTD_IQT, end);
	while (!*unit->done && !deadline_passed(deadline))
		arch_cpu_relax();
	memcpy(arch_window_open(hpa(queue), end), unit->queue, end);
	arch_window_close();
}

void vtd_return_queue(struct iommu_unit *unit)
{
	const uint32_t end = unit->vtd.view[VTD_IQT / 4] & QUEUE_MASK & (queue_bytes(unit) - 1);

	if (!unit->vtd.has_queue)
		return;
	iommu_write64(unit, VTD_IQT, 0);
	iommu_write64(unit, VTD_IQA, view64(unit, VTD_IQA));
	if (end)
		lead_to(unit, end);
	else
		vtd_command(unit, VTD_QUEUE, 1);
}
