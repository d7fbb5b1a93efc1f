// SPDX-License-Identifier: GPL-2.0-or-later
/* One unit of AMD-Vi: its commands and events (specification 2.4 and 2.5), on and off. */
#include "asm/amdvi_unit.h"

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <bulkhead/errors.h>
#include <core/deadline.h>
#include <core/log.h>

#define EVENT_SHIFT 60
#define EVENT_FLAG_INTERRUPT (1ull << 51)
#define EVENT_FLAG_PRESENT (1ull << 52)
#define EVENT_FLAG_WRITE (1ull << 53)
#define EVENT_MS 10 /* what a unit may need to write one */
/* Numbers of events */
#define EVENT_BAD_ENTRY 1u
#define EVENT_PAGE_FAULT 2u
#define EVENT_ENTRY_UNREADABLE 3u
#define EVENT_PAGES_UNREADABLE 4u
#define EVENT_BAD_COMMAND 5u
#define EVENT_COMMAND_UNREADABLE 6u
#define EVENT_BAD_REQUEST 8u

static struct log_limit limit;

/* Commands ------------------------------------------------------------------------------------------- */

static struct iommu_command store(uint32_t number, uint64_t done)
{
	return (struct iommu_command){ AMDVI_COMMAND_WAIT | AMDVI_WAIT_STORE | done, number };
}

static int is_stuck(const struct iommu_unit *unit)
{
	return !(iommu_read64(unit, AMDVI_STATUS) & AMDVI_STATUS_COMMANDS_RUN);
}

static void publish(struct iommu_unit *unit)
{
	(void)unit;
	arch_pt_publish();
}

/* Events --------------------------------------------------------------------------------------------- */

static uint8_t kind_of(uint64_t word)
{
	if (word & EVENT_FLAG_INTERRUPT)
		return DMA_INTERRUPT;
	/* Where there is nothing, units do not say which it was. */
	if (!(word & EVENT_FLAG_PRESENT))
		return DMA_ACCESS;
	return word & EVENT_FLAG_WRITE ? DMA_WRITE : DMA_READ;
}

int amdvi_decode(const uint64_t word[2], struct dma_fault *fault)
{
	const uint32_t event = (uint32_t)(word[0] >> EVENT_SHIFT);

	*fault = (struct dma_fault){
		.address = word[1],
		.function = (uint32_t)word[0] & 0xffff,
		.reason = event,
		.kind = DMA_ACCESS,
	};
	switch (event) {
	case EVENT_PAGE_FAULT:
		fault->kind = kind_of(word[0]);
		return 1;
	case EVENT_BAD_ENTRY:
	case EVENT_ENTRY_UNREADABLE:
	case EVENT_PAGES_UNREADABLE:
	case EVENT_BAD_REQUEST:
		return 1;
	default:
		return 0;
	}
}

/* A unit may move the end of its log before the event is there. */
static void read_event(struct iommu_unit *unit, uint64_t word[2])
{
	uint64_t *at = &unit->page->low + unit->amdvi.head / sizeof(*at);
	const uint64_t deadline = deadline_in(EVENT_MS);

	while (!__atomic_load_n(&at[0], __ATOMIC_ACQUIRE) && !deadline_passed(deadline))
		arch_cpu_relax();
	word[0] = at[0];
	word[1] = at[1];
	at[0] = at[1] = 0;
	unit->amdvi.head = (unit->amdvi.head + 16) & AMDVI_RING_MASK;
	iommu_write64(unit, AMDVI_EVENT_HEAD, unit->amdvi.head);
}

/* Return: 1 and *word if there is one more. */
static int take_event(struct iommu_unit *unit, uint64_t word[2])
{
	int found = 0;

	spin_lock(&unit->lock);
	if (unit->is_on && unit->amdvi.head != (iommu_read64(unit, AMDVI_EVENT_TAIL) & AMDVI_RING_MASK)) {
		read_event(unit, word);
		found = 1;
	}
	spin_unlock(&unit->lock);
	return found;
}

/* It has stopped recording, because nobody had read what it recorded. */
static void restart_log(struct iommu_unit *unit)
{
	uint64_t control;

	spin_lock(&unit->lock);
	control = iommu_read64(unit, AMDVI_CONTROL);
	iommu_write64(unit, AMDVI_CONTROL, control & ~AMDVI_CONTROL_EVENTS);
	iommu_write64(unit, AMDVI_STATUS, AMDVI_STATUS_OVERFLOW);
	iommu_write64(unit, AMDVI_CONTROL, control);
	spin_unlock(&unit->lock);
	log_warning("the IOMMU at 0x%llx has lost reports: too many at a time", iommu_base(unit));
}

static void report(struct iommu_unit *unit, const uint64_t word[2])
{
	struct dma_fault fault;

	if (amdvi_decode(word, &fault))
		upcall_dma_fault(&fault);
	else
		log_warning("the IOMMU at 0x%llx reports %016llx %016llx", iommu_base(unit),
			    (unsigned long long)word[0], (unsigned long long)word[1]);
}

int amdvi_poll_unit(struct iommu_unit *unit)
{
	uint64_t status, word[2];
	int found = 0;

	status = iommu_read64(unit, AMDVI_STATUS);
	/* Before the events are read, so that the next one is told of again. */
	iommu_write64(unit, AMDVI_STATUS, AMDVI_STATUS_EVENT);
	for (unsigned int i = 0; i < IOMMU_RING_ENTRIES && take_event(unit, word); i++) {
		report(unit, word);
		found = 1;
	}
	if (status & AMDVI_STATUS_OVERFLOW)
		restart_log(unit);
	return found || status & (AMDVI_STATUS_EVENT | AMDVI_STATUS_OVERFLOW);
}

/* On and off ----------------------------------------------------------------------------------------- */

static const struct iommu_command forget_all = { AMDVI_COMMAND_FORGET_ALL, 0 };

static const char *why_not(struct iommu_unit *unit)
{
	if (unit->config->size < AMDVI_REGISTERS)
		return "its registers are not all described";
	if (!(iommu_read64(unit, AMDVI_FEATURES) & AMDVI_FEATURES_ALL))
		return "it cannot forget everything by one command";
	return NULL;
}

static int take(struct iommu_unit *unit)
{
	for (uint32_t i = 0; i < AMDVI_FEATURES / 8; i++)
		unit->amdvi.found[i] = iommu_read64(unit, i * 8);
	if (unit->amdvi.found[AMDVI_CONTROL / 8] & AMDVI_CONTROL_ON) {
		log_error(
			"enable: the IOMMU at 0x%llx translates DMA for the kernel: boot it with amd_iommu=off",
			iommu_base(unit));
		return BH_E_HARDWARE;
	}
	unit->amdvi.head = 0;
	unit->amdvi.is_wide = (iommu_read64(unit, AMDVI_FEATURES) & AMDVI_FEATURES_WIDE) == AMDVI_FEATURES_WIDE;
	return iommu_ring_init(unit);
}

/* Nothing is excluded from translation any more, and both rings are empty. */
static void program(struct iommu_unit *unit)
{
	static const uint16_t zero[] = {
		AMDVI_EXCLUSION_BASE, AMDVI_EXCLUSION_LIMIT, AMDVI_COMMAND_HEAD,
		AMDVI_COMMAND_TAIL,   AMDVI_EVENT_HEAD,	     AMDVI_EVENT_TAIL,
	};
	const uint64_t off = (unit->amdvi.found[AMDVI_CONTROL / 8] & AMDVI_CONTROL_KEPT) |
			     AMDVI_CONTROL_COHERENT | (unit->amdvi.is_wide ? AMDVI_CONTROL_WIDE : 0);

	iommu_write64(unit, AMDVI_DEVICE_TABLE, amdvi_tables_register());
	iommu_write64(unit, AMDVI_COMMANDS, arch_hv_hpa(unit->queue).value | AMDVI_RING_LENGTH);
	iommu_write64(unit, AMDVI_EVENTS, arch_hv_hpa(unit->page).value | AMDVI_RING_LENGTH);
	for (unsigned int i = 0; i < sizeof(zero) / sizeof(zero[0]); i++)
		iommu_write64(unit, zero[i], 0);
	iommu_write64(unit, AMDVI_STATUS, AMDVI_STATUS_CLEARED);
	/* How vectors are read does not change while it is on. */
	iommu_write64(unit, AMDVI_CONTROL, off);
	iommu_write64(unit, AMDVI_CONTROL,
		      off | AMDVI_CONTROL_ON | AMDVI_CONTROL_COMMANDS | AMDVI_CONTROL_EVENTS |
			      AMDVI_CONTROL_EVENT_MESSAGE);
}

int amdvi_start(struct iommu_unit *unit)
{
	int code = take(unit);

	if (code)
		return code;
	amdvi_message_on(unit);
	spin_lock(&unit->lock);
	program(unit);
	__atomic_store_n(&unit->is_on, 1, __ATOMIC_RELEASE);
	code = iommu_submit_locked(unit, &forget_all, 1);
	spin_unlock(&unit->lock);
	if (code)
		amdvi_stop(unit);
	return code;
}

/* The next one to use it finds no translation of ours. */
void amdvi_stop(struct iommu_unit *unit)
{
	spin_lock(&unit->lock);
	iommu_submit_locked(unit, &forget_all, 1);
	__atomic_store_n(&unit->is_on, 0, __ATOMIC_RELEASE);
	iommu_write64(unit, AMDVI_CONTROL, unit->amdvi.found[AMDVI_CONTROL / 8]);
	/*
	 * A unit that is off has no use for a table. QEMU's looks there for each message even then, once the register
	 * has been written, and takes 0 for a table at 0: better it finds ours, by which messages pass.
	 */
	for (uint32_t i = 0; i < AMDVI_FEATURES / 8; i++) {
		if (i != AMDVI_DEVICE_TABLE / 8 || unit->amdvi.found[i])
			iommu_write64(unit, i * 8, unit->amdvi.found[i]);
	}
	iommu_write64(unit, AMDVI_STATUS, AMDVI_STATUS_CLEARED);
	spin_unlock(&unit->lock);
	amdvi_message_off(unit);
	iommu_ring_exit(unit);
}

/* Root's kernel was told not to use them. */
static void access_registers(struct iommu_unit *unit, uint32_t offset, struct mmio_access *access)
{
	(void)unit;
	(void)offset;
	if (access->is_write)
		log_limited(&limit, LOG_WARNING, "root cell: write to the registers of an IOMMU is ignored");
	else
		access->value = 0;
}

const struct iommu_kind amdvi_kind = {
	.name = "AMD-Vi",
	.tail = AMDVI_COMMAND_TAIL,
	.why_not = why_not,
	.format = amdvi_pages,
	.tables_init = amdvi_tables_init,
	.tables_exit = amdvi_tables_exit,
	.start = amdvi_start,
	.stop = amdvi_stop,
	.wait = store,
	.is_stuck = is_stuck,
	.publish = publish,
	.forget = amdvi_forget,
	.attach = amdvi_attach,
	.message = amdvi_message,
	.route = amdvi_route_message,
	.poll = amdvi_poll_unit,
	.access = access_registers,
};
