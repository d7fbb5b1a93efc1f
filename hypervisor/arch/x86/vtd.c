// SPDX-License-Identifier: GPL-2.0-or-later
/* VT-d units: finding them, their registers and queues, on and off, and what they report. */
#include <asm/vtd.h>

#include <arch/mmu.h>
#include <asm/icr.h>
#include <asm/mmu.h>
#include <asm/percpu.h>
#include <asm/vcpu.h>
#include <asm/vtd_unit.h>
#include <bulkhead/errors.h>
#include <core/cpu.h>
#include <core/deadline.h>
#include <core/image.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <core/pool.h>
#include <lib/config.h>
#include <lib/string.h>

#define CAP_WRITE_BUFFER (1ull << 4)
#define CAP_LEVELS_SHIFT 8 /* bit 1: 3 levels, 2: 4, 3: 5 */
#define CAP_LARGE_SHIFT 34 /* bit 0: 2 MiB, 1: 1 GiB */
#define CAP_FAULTS_AT_SHIFT 24
#define CAP_FAULTS_SHIFT 40
#define ECAP_COHERENT (1ull << 0)
#define ECAP_QUEUE (1ull << 1)

#define FSTS_OVERFLOW (1u << 0)
#define FSTS_PENDING (1u << 1)
#define FSTS_QUEUE_ERROR (1u << 4)
#define FSTS_ALL 0x71u /* those that are cleared by a write */
#define FECTL_MASKED (1u << 31)
#define FAULT_SIZE 16u
#define FAULT_VALID (1u << 31)
#define FAULT_READ (1u << 30)
#define FAULT_REMAP 0x20u
#define FAULT_REMAP_LAST 0x2fu
#define FAULT_INDEX_SHIFT 48

/* The queue, what it stores, a page of root's table. */
#define QUEUE_PAGES 3u
#define QUEUE_ENTRIES (PAGE_SIZE / sizeof(struct vtd_desc))
#define MESSAGE_NMI (DELIVER_NMI << ICR_MODE_SHIFT)
#define REPORT_SLOT 0u

static struct vtd_unit units[VTD_UNITS];
static unsigned int unit_count;

static const struct pt_format *selected;

struct vtd_unit *vtd_unit(unsigned int index)
{
	return index < unit_count ? &units[index] : NULL;
}

const struct pt_format *vtd_format(void)
{
	return selected;
}

/* Registers ------------------------------------------------------------------------------------------ */

uint32_t vtd_read32(const struct vtd_unit *unit, uint32_t offset)
{
	return *(volatile uint32_t *)(unit->reg + offset);
}

void vtd_write32(const struct vtd_unit *unit, uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)(unit->reg + offset) = value;
}

uint64_t vtd_read64(const struct vtd_unit *unit, uint32_t offset)
{
	return *(volatile uint64_t *)(unit->reg + offset);
}

void vtd_write64(const struct vtd_unit *unit, uint32_t offset, uint64_t value)
{
	*(volatile uint64_t *)(unit->reg + offset) = value;
}

static unsigned long long base_of(const struct vtd_unit *unit)
{
	return (unsigned long long)unit->config->base;
}

static int time_is_up(struct vtd_unit *unit, const char *what)
{
	if (!unit->is_broken)
		log_error("the IOMMU at 0x%llx does not %s: what is taken from devices may still be reached",
			  base_of(unit), what);
	unit->is_broken = 1;
	return BH_E_TIMEOUT;
}

static int wait_status(struct vtd_unit *unit, uint32_t bit, int is_set)
{
	const uint64_t deadline = deadline_default();

	while (!!(vtd_read32(unit, VTD_GSTS) & bit) != is_set) {
		if (deadline_passed(deadline))
			return time_is_up(unit, "follow a command");
		arch_cpu_relax();
	}
	return BH_E_OK;
}

int vtd_command(struct vtd_unit *unit, uint32_t bit, int is_set)
{
	const uint32_t lasting = vtd_read32(unit, VTD_GSTS) & VTD_LASTING;

	vtd_write32(unit, VTD_GCMD, is_set ? lasting | bit : lasting & ~bit);
	return wait_status(unit, bit, is_set);
}

/* Of old chip sets, which keep what CPUs have written: the bit shows that they are at it. */
static void flush_write_buffer(struct vtd_unit *unit)
{
	if (!(unit->cap & CAP_WRITE_BUFFER))
		return;
	vtd_write32(unit, VTD_GCMD, (vtd_read32(unit, VTD_GSTS) & VTD_LASTING) | VTD_WRITE_BUFFER);
	wait_status(unit, VTD_WRITE_BUFFER, 0);
}

/* Only the caches of this CPU are asked, which has written all of it, under the control lock. */
void vtd_write_back(const struct vtd_unit *unit)
{
	if (!(unit->ecap & ECAP_COHERENT))
		__asm__ volatile("wbinvd" : : : "memory");
	arch_pt_publish();
}

/* The queue ------------------------------------------------------------------------------------------ */

static void put(struct vtd_unit *unit, struct vtd_desc desc)
{
	unit->queue[unit->tail] = desc;
	unit->tail = (unit->tail + 1) % QUEUE_ENTRIES;
}

static int wait_done(struct vtd_unit *unit)
{
	const uint64_t deadline = deadline_default();

	while (!*unit->done) {
		if (vtd_read32(unit, VTD_FSTS) & FSTS_QUEUE_ERROR || deadline_passed(deadline))
			return time_is_up(unit, "answer");
		arch_cpu_relax();
	}
	return BH_E_OK;
}

int vtd_submit_locked(struct vtd_unit *unit, const struct vtd_desc *desc, unsigned int count)
{
	const uint64_t done = arch_hv_hpa((const void *)unit->done).value;

	/* Nobody waits twice for one that is dead. */
	if (unit->is_broken)
		return BH_E_TIMEOUT;
	for (unsigned int i = 0; i < count; i++)
		put(unit, desc[i]);
	put(unit, (struct vtd_desc){ VTD_DESC_WAIT | VTD_DESC_WAIT_STORE | 1ull << 32, done });
	*unit->done = 0;
	vtd_write_back(unit);
	flush_write_buffer(unit);
	vtd_write32(unit, VTD_IQT, unit->tail * sizeof(struct vtd_desc));
	return wait_done(unit);
}

void vtd_submit_all(const struct vtd_desc *desc, unsigned int count)
{
	for (unsigned int i = 0; i < unit_count; i++) {
		struct vtd_unit *unit = &units[i];

		spin_lock(&unit->lock);
		if (unit->is_on)
			vtd_submit_locked(unit, desc, count);
		spin_unlock(&unit->lock);
	}
}

void vtd_forget(uint32_t tag)
{
	const struct vtd_desc desc = {
		.low = VTD_DESC_IOTLB | VTD_DESC_IOTLB_DOMAIN | VTD_DESC_IOTLB_DRAIN |
		       (uint64_t)tag << VTD_DESC_DOMAIN_SHIFT,
	};

	vtd_submit_all(&desc, 1);
}

/* Finding them --------------------------------------------------------------------------------------- */

static uint32_t fault_register(const struct vtd_unit *unit, unsigned int index)
{
	return (uint32_t)(unit->cap >> CAP_FAULTS_AT_SHIFT & 0x3ff) * 16 + index * FAULT_SIZE;
}

static unsigned int fault_count(const struct vtd_unit *unit)
{
	return (unsigned int)(unit->cap >> CAP_FAULTS_SHIFT & 0xff) + 1;
}

static const char *why_not(const struct vtd_unit *unit)
{
	if (fault_register(unit, fault_count(unit)) > unit->config->size)
		return "its registers are not all described";
	if (!(unit->ecap & ECAP_QUEUE))
		return "it has no invalidation queue";
	if (!(unit->cap >> CAP_LEVELS_SHIFT & 6))
		return "its tables have neither 3 nor 4 levels";
	if (unit->config->segment)
		return "it serves another PCI segment than the first";
	return NULL;
}

static int probe_unit(const struct bh_config_iommu *config)
{
	struct vtd_unit *unit = &units[unit_count];

	memset(unit, 0, sizeof(*unit));
	unit->config = config;
	unit->reg = mmu_map_device(hpa(config->base), config->size);
	if (!unit->reg)
		return BH_E_NO_MEMORY;
	unit->cap = vtd_read64(unit, VTD_CAP);
	unit->ecap = vtd_read64(unit, VTD_ECAP);
	if (why_not(unit))
		log_warning("the IOMMU at 0x%llx is left alone: %s", base_of(unit), why_not(unit));
	else
		unit_count++;
	return BH_E_OK;
}

/* One format for all: what each of them can. */
static void select_format(void)
{
	uint64_t levels = 6, large = 3;

	for (unsigned int i = 0; i < unit_count; i++) {
		levels &= units[i].cap >> CAP_LEVELS_SHIFT;
		large &= units[i].cap >> CAP_LARGE_SHIFT;
	}
	selected = NULL;
	if (!unit_count)
		return;
	if (levels)
		selected = vtd_pages(levels & 4 ? 4 : 3, (unsigned int)large);
	else
		log_warning("the IOMMUs have no table format in common: they are left alone");
	if (!selected)
		unit_count = 0;
}

int vtd_probe(void)
{
	const struct bh_config_system *system = image_config();
	const struct bh_config_iommu *config = CONFIG_ARRAY(struct bh_config_iommu, system, x86.iommus);
	int code = BH_E_OK;

	unit_count = 0;
	for (uint32_t i = 0; i < system->x86.iommus.count && !code; i++) {
		if (config[i].type != BH_IOMMU_VTD)
			continue;
		code = unit_count < VTD_UNITS ? probe_unit(&config[i]) : BH_E_TOO_MANY;
	}
	select_format();
	return code;
}

/* One that missed a deadline isolates nothing more than it does. */
static const struct vtd_unit *unit_of(const struct bh_config_iommu *config)
{
	for (unsigned int i = 0; i < unit_count; i++) {
		if (units[i].config == config && __atomic_load_n(&units[i].is_on, __ATOMIC_ACQUIRE) &&
		    !__atomic_load_n(&units[i].is_broken, __ATOMIC_RELAXED))
			return &units[i];
	}
	return NULL;
}

int vtd_has(const struct bh_config_iommu *config)
{
	return unit_of(config) != NULL;
}

int vtd_remaps(const struct bh_config_iommu *config)
{
	const struct vtd_unit *unit = unit_of(config);

	return unit && unit->has_table;
}

void vtd_unprobe(void)
{
	unit_count = 0;
	selected = NULL;
}

int vtd_range(unsigned int index, struct bh_config_range *range)
{
	if (index >= unit_count)
		return 0;
	*range = (struct bh_config_range){ units[index].config->base, units[index].config->size };
	return 1;
}

/* What they report ----------------------------------------------------------------------------------- */

/* Return: 1 and *fault if register @index had one, which is cleared. */
static int take_fault(const struct vtd_unit *unit, unsigned int index, struct dma_fault *fault)
{
	const uint32_t at = fault_register(unit, index), top = vtd_read32(unit, at + 12);
	const uint64_t address = vtd_read64(unit, at);

	if (!(top & FAULT_VALID))
		return 0;
	*fault = (struct dma_fault){
		.address = address & ~(PAGE_SIZE - 1ull),
		.function = (uint32_t)unit->config->segment << 16 | (vtd_read32(unit, at + 8) & 0xffff),
		.reason = top & 0xff,
		.kind = top & FAULT_READ ? DMA_READ : DMA_WRITE,
	};
	if (fault->reason >= FAULT_REMAP && fault->reason <= FAULT_REMAP_LAST) {
		fault->kind = DMA_INTERRUPT;
		fault->address = address >> FAULT_INDEX_SHIFT;
	}
	vtd_write32(unit, at + 12, FAULT_VALID);
	return 1;
}

static int poll_unit(struct vtd_unit *unit)
{
	struct dma_fault fault;
	int found = 0;

	if (!__atomic_load_n(&unit->is_on, __ATOMIC_ACQUIRE) ||
	    !(vtd_read32(unit, VTD_FSTS) & (FSTS_PENDING | FSTS_OVERFLOW)))
		return 0;
	for (unsigned int i = 0; i < fault_count(unit); i++) {
		int taken;

		spin_lock(&unit->lock);
		taken = take_fault(unit, i, &fault);
		spin_unlock(&unit->lock);
		if (taken)
			upcall_dma_fault(&fault);
		found |= taken;
	}
	vtd_write32(unit, VTD_FSTS, FSTS_OVERFLOW);
	return found;
}

int vtd_poll(void)
{
	int found = 0;

	if (percpu()->slot != REPORT_SLOT)
		return 0;
	for (unsigned int i = 0; i < unit_count; i++)
		found |= poll_unit(&units[i]);
	return found;
}

/*
 * The message is an NMI of the first CPU, which root's kernel keeps (it started there): an NMI exits whatever the guest
 * does, and whoever has the CPU does not see it.
 */
static void report_faults(struct vtd_unit *unit)
{
	const uint32_t id = (uint32_t)cpu_get(REPORT_SLOT)->hwid;

	for (unsigned int i = 0; i < fault_count(unit); i++)
		vtd_write32(unit, fault_register(unit, i) + 12, FAULT_VALID);
	vtd_write32(unit, VTD_FSTS, FSTS_ALL);
	vtd_write32(unit, VTD_FECTL, FECTL_MASKED);
	vtd_write32(unit, VTD_FEDATA, MESSAGE_NMI);
	vtd_write32(unit, VTD_FEADDR, (uint32_t)APIC_BASE_ADDRESS | (id & 0xff) << 12);
	vtd_write32(unit, VTD_FEUADDR, id & ~0xffu);
	vtd_write32(unit, VTD_FECTL, 0);
}

static void return_faults(struct vtd_unit *unit)
{
	vtd_write32(unit, VTD_FECTL, FECTL_MASKED);
	vtd_write32(unit, VTD_FEDATA, unit->view[VTD_FEDATA / 4]);
	vtd_write32(unit, VTD_FEADDR, unit->view[VTD_FEADDR / 4]);
	vtd_write32(unit, VTD_FEUADDR, unit->view[VTD_FEUADDR / 4]);
	vtd_write32(unit, VTD_FECTL, unit->view[VTD_FECTL / 4] & FECTL_MASKED);
}

/* On and off ----------------------------------------------------------------------------------------- */

static int start_queue(struct vtd_unit *unit)
{
	unit->tail = 0;
	unit->is_broken = 0;
	vtd_write64(unit, VTD_IQT, 0);
	vtd_write64(unit, VTD_IQA, arch_hv_hpa(unit->queue).value);
	return vtd_command(unit, VTD_QUEUE, 1);
}

static int start_translation(struct vtd_unit *unit)
{
	static const struct vtd_desc forget[] = {
		{ VTD_DESC_CONTEXTS, 0 },
		{ VTD_DESC_IOTLB | VTD_DESC_IOTLB_ALL | VTD_DESC_IOTLB_DRAIN, 0 },
	};
	int code;

	vtd_write_back(unit);
	vtd_write64(unit, VTD_RTADDR, vtd_tables_root());
	code = vtd_command(unit, VTD_SET_ROOT, 1);
	if (!code)
		code = vtd_submit_locked(unit, forget, 2);
	return code ? code : vtd_command(unit, VTD_TRANSLATION, 1);
}

/* All of it, in the order of which the opposite is right even when it has got half way. */
static void stop_unit(struct vtd_unit *unit)
{
	__atomic_store_n(&unit->is_on, 0, __ATOMIC_RELEASE);
	spin_lock(&unit->lock);
	vtd_command(unit, VTD_TRANSLATION, 0);
	vtd_return_table(unit);
	return_faults(unit);
	vtd_command(unit, VTD_QUEUE, 0);
	vtd_return_queue(unit);
	spin_unlock(&unit->lock);
	vtd_adopt_free(unit);
	pool_free(unit->queue, QUEUE_PAGES);
	unit->queue = NULL;
}

static int start_locked(struct vtd_unit *unit)
{
	int code = start_queue(unit);

	if (!code)
		code = vtd_adopt_table(unit);
	if (!code)
		code = start_translation(unit);
	if (!code)
		report_faults(unit);
	return code;
}

static int start_unit(struct vtd_unit *unit)
{
	int code;

	unit->queue = pool_alloc(QUEUE_PAGES, 1);
	if (!unit->queue)
		return BH_E_NO_MEMORY;
	unit->done = (volatile uint32_t *)((uint8_t *)unit->queue + PAGE_SIZE);
	unit->page = (struct vtd_desc *)((uint8_t *)unit->queue + 2 * PAGE_SIZE);
	code = vtd_adopt(unit);
	if (code) {
		pool_free(unit->queue, QUEUE_PAGES);
		unit->queue = NULL;
		return code;
	}
	spin_lock(&unit->lock);
	code = start_locked(unit);
	spin_unlock(&unit->lock);
	if (code)
		stop_unit(unit);
	else
		__atomic_store_n(&unit->is_on, 1, __ATOMIC_RELEASE);
	return code;
}

int vtd_enable(const struct page_table *root)
{
	int code = unit_count ? vtd_tables_init(root) : BH_E_OK;

	for (unsigned int i = 0; i < unit_count && !code; i++)
		code = start_unit(&units[i]);
	if (code)
		vtd_disable();
	else if (unit_count)
		log_info("IOMMU: %u unit(s) of VT-d%s", unit_count,
			 vtd_is_remapping() ? ", with root's interrupts" : "");
	return code;
}

void vtd_disable(void)
{
	for (unsigned int i = 0; i < unit_count; i++) {
		if (units[i].is_on)
			stop_unit(&units[i]);
	}
	vtd_tables_exit();
}
