// SPDX-License-Identifier: GPL-2.0-or-later
/* VT-d units: finding them, their registers and queues, on and off, and what they report. */
#include <asm/vtd.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <asm/icr.h>
#include <asm/vtd_unit.h>
#include <bulkhead/errors.h>
#include <core/cpu.h>
#include <core/deadline.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <lib/config.h>

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

struct iommu_unit *vtd_unit(unsigned int index)
{
	struct iommu_unit *unit = iommu_unit(index);

	return unit && unit->kind == &vtd_kind ? unit : NULL;
}

/* Registers ------------------------------------------------------------------------------------------ */

static int wait_status(struct iommu_unit *unit, uint32_t bit, int is_set)
{
	const uint64_t deadline = deadline_default();

	while (!!(iommu_read32(unit, VTD_GSTS) & bit) != is_set) {
		if (deadline_passed(deadline))
			return iommu_is_dead(unit, "follow a command");
		arch_cpu_relax();
	}
	return BH_E_OK;
}

int vtd_command(struct iommu_unit *unit, uint32_t bit, int is_set)
{
	const uint32_t lasting = iommu_read32(unit, VTD_GSTS) & VTD_LASTING;

	iommu_write32(unit, VTD_GCMD, is_set ? lasting | bit : lasting & ~bit);
	return wait_status(unit, bit, is_set);
}

/* Of old chip sets, which keep what CPUs have written: the bit shows that they are at it. */
static void flush_write_buffer(struct iommu_unit *unit)
{
	if (!(unit->vtd.cap & CAP_WRITE_BUFFER))
		return;
	iommu_write32(unit, VTD_GCMD, (iommu_read32(unit, VTD_GSTS) & VTD_LASTING) | VTD_WRITE_BUFFER);
	wait_status(unit, VTD_WRITE_BUFFER, 0);
}

/* Only the caches of this CPU are asked, which has written all of it, under the control lock. */
void vtd_write_back(const struct iommu_unit *unit)
{
	if (!(unit->vtd.ecap & ECAP_COHERENT))
		__asm__ volatile("wbinvd" : : : "memory");
	arch_pt_publish();
}

/* The queue ------------------------------------------------------------------------------------------ */

static struct iommu_command store(uint32_t number, uint64_t done)
{
	return (struct iommu_command){ VTD_DESC_WAIT | VTD_DESC_WAIT_STORE | (uint64_t)number << 32, done };
}

static int is_stuck(const struct iommu_unit *unit)
{
	return (iommu_read32(unit, VTD_FSTS) & FSTS_QUEUE_ERROR) != 0;
}

static void publish(struct iommu_unit *unit)
{
	vtd_write_back(unit);
	flush_write_buffer(unit);
}

static struct iommu_command forget(uint32_t tag)
{
	return (struct iommu_command){
		.low = VTD_DESC_IOTLB | VTD_DESC_IOTLB_DOMAIN | VTD_DESC_IOTLB_DRAIN |
		       (uint64_t)tag << VTD_DESC_DOMAIN_SHIFT,
	};
}

/* Finding them --------------------------------------------------------------------------------------- */

static uint32_t fault_register(const struct iommu_unit *unit, unsigned int index)
{
	return (uint32_t)(unit->vtd.cap >> CAP_FAULTS_AT_SHIFT & 0x3ff) * 16 + index * FAULT_SIZE;
}

static unsigned int fault_count(const struct iommu_unit *unit)
{
	return (unsigned int)(unit->vtd.cap >> CAP_FAULTS_SHIFT & 0xff) + 1;
}

static const char *why_not(struct iommu_unit *unit)
{
	unit->vtd.cap = iommu_read64(unit, VTD_CAP);
	unit->vtd.ecap = iommu_read64(unit, VTD_ECAP);
	if (fault_register(unit, fault_count(unit)) > unit->config->size)
		return "its registers are not all described";
	if (!(unit->vtd.ecap & ECAP_QUEUE))
		return "it has no invalidation queue";
	if (!(unit->vtd.cap >> CAP_LEVELS_SHIFT & 6))
		return "its tables have neither 3 nor 4 levels";
	return NULL;
}

/* One format for all: what each of them can. */
static const struct pt_format *format(void)
{
	const struct iommu_unit *unit;
	uint64_t levels = 6, large = 3;

	for (unsigned int i = 0; (unit = vtd_unit(i)); i++) {
		levels &= unit->vtd.cap >> CAP_LEVELS_SHIFT;
		large &= unit->vtd.cap >> CAP_LARGE_SHIFT;
	}
	if (levels)
		return vtd_pages(levels & 4 ? 4 : 3, (unsigned int)large);
	log_warning("the IOMMUs have no table format in common: they are left alone");
	return NULL;
}

/* What they report ----------------------------------------------------------------------------------- */

static void send_by(struct iommu_unit *unit, uint32_t data, uint32_t address, uint32_t upper)
{
	iommu_write32(unit, VTD_FECTL, FECTL_MASKED);
	iommu_write32(unit, VTD_FEDATA, data);
	iommu_write32(unit, VTD_FEADDR, address);
	iommu_write32(unit, VTD_FEUADDR, upper);
}

/* Return: 1 and *fault if register @index had one, which is cleared. */
static int take_fault(const struct iommu_unit *unit, unsigned int index, struct dma_fault *fault)
{
	const uint32_t at = fault_register(unit, index), top = iommu_read32(unit, at + 12);
	const uint64_t address = iommu_read64(unit, at);

	if (!(top & FAULT_VALID))
		return 0;
	*fault = (struct dma_fault){
		.address = address & ~(PAGE_SIZE - 1ull),
		.function = (uint32_t)unit->config->segment << 16 | (iommu_read32(unit, at + 8) & 0xffff),
		.reason = top & 0xff,
		.kind = top & FAULT_READ ? DMA_READ : DMA_WRITE,
	};
	if (fault->reason >= FAULT_REMAP && fault->reason <= FAULT_REMAP_LAST) {
		fault->kind = DMA_INTERRUPT;
		fault->address = address >> FAULT_INDEX_SHIFT;
	}
	iommu_write32(unit, at + 12, FAULT_VALID);
	return 1;
}

static int poll_unit(struct iommu_unit *unit)
{
	struct dma_fault fault;
	int found = 0;

	if (!(iommu_read32(unit, VTD_FSTS) & (FSTS_PENDING | FSTS_OVERFLOW)))
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
	iommu_write32(unit, VTD_FSTS, FSTS_OVERFLOW);
	return found;
}

static void report_faults(struct iommu_unit *unit)
{
	const uint32_t id = (uint32_t)cpu_get(IOMMU_REPORT_SLOT)->hwid;

	for (unsigned int i = 0; i < fault_count(unit); i++)
		iommu_write32(unit, fault_register(unit, i) + 12, FAULT_VALID);
	iommu_write32(unit, VTD_FSTS, FSTS_ALL);
	send_by(unit, IOMMU_REPORT_MESSAGE, (uint32_t)APIC_BASE_ADDRESS | (id & 0xff) << 12, id & ~0xffu);
	iommu_write32(unit, VTD_FECTL, 0);
}

static void return_faults(struct iommu_unit *unit)
{
	const uint32_t *view = unit->vtd.view;

	send_by(unit, view[VTD_FEDATA / 4], view[VTD_FEADDR / 4], view[VTD_FEUADDR / 4]);
	iommu_write32(unit, VTD_FECTL, view[VTD_FECTL / 4] & FECTL_MASKED);
}

/* On and off ----------------------------------------------------------------------------------------- */

static int start_queue(struct iommu_unit *unit)
{
	iommu_write64(unit, VTD_IQT, 0);
	iommu_write64(unit, VTD_IQA, arch_hv_hpa(unit->queue).value);
	return vtd_command(unit, VTD_QUEUE, 1);
}

static int start_translation(struct iommu_unit *unit)
{
	static const struct iommu_command forget[] = {
		{ VTD_DESC_CONTEXTS, 0 },
		{ VTD_DESC_IOTLB | VTD_DESC_IOTLB_ALL | VTD_DESC_IOTLB_DRAIN, 0 },
	};
	int code;

	vtd_write_back(unit);
	iommu_write64(unit, VTD_RTADDR, vtd_tables_root());
	code = vtd_command(unit, VTD_SET_ROOT, 1);
	if (!code)
		code = iommu_submit_locked(unit, forget, 2);
	return code ? code : vtd_command(unit, VTD_TRANSLATION, 1);
}

/* All of it, in the order of which the opposite is right even when it has got half way. */
static void stop_unit(struct iommu_unit *unit)
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
	iommu_ring_exit(unit);
}

static int start_locked(struct iommu_unit *unit)
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

static int start_unit(struct iommu_unit *unit)
{
	int code = iommu_ring_init(unit);

	if (code)
		return code;
	code = vtd_adopt(unit);
	if (code) {
		iommu_ring_exit(unit);
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

const struct iommu_kind vtd_kind = {
	.name = "VT-d",
	.tail = VTD_IQT,
	.why_not = why_not,
	.format = format,
	.tables_init = vtd_tables_init,
	.tables_exit = vtd_tables_exit,
	.start = start_unit,
	.stop = stop_unit,
	.wait = store,
	.is_stuck = is_stuck,
	.publish = publish,
	.forget = forget,
	.prepare = vtd_prepare,
	.attach = vtd_attach,
	.message = vtd_message,
	.route = vtd_route_message,
	.poll = poll_unit,
	.access = vtd_access,
};
