// SPDX-License-Identifier: GPL-2.0-or-later
/* One unit of AMD-Vi: its commands and events (specification 2.4 and 2.5), on and off. */
#include "asm/amdvi_unit.h"

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <bulkhead/errors.h>
#include <core/deadline.h>
#include <core/log.h>
#include <core/pool.h>

/* Commands, events, and what it stores. */
#define RING_PAGES 3u

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

uint64_t amdvi_read(const struct amdvi_unit *unit, uint32_t offset)
{
	return *(volatile uint64_t *)(unit->reg + offset);
}

void amdvi_write(const struct amdvi_unit *unit, uint32_t offset, uint64_t value)
{
	*(volatile uint64_t *)(unit->reg + offset) = value;
}

static unsigned long long base_of(const struct amdvi_unit *unit)
{
	return (unsigned long long)unit->config->base;
}

/* Commands ------------------------------------------------------------------------------------------- */

static int is_dead(struct amdvi_unit *unit)
{
	if (!unit->is_broken)
		log_error(
			"the IOMMU at 0x%llx does not answer: what is taken from devices may still be reached",
			base_of(unit));
	unit->is_broken = 1;
	return BH_E_TIMEOUT;
}

static void put(struct amdvi_unit *unit, struct amdvi_command command)
{
	unit->commands[unit->tail / sizeof(command)] = command;
	unit->tail = (unit->tail + (uint32_t)sizeof(command)) & AMDVI_RING_MASK;
}

/* One that cannot carry a command out stops at it. */
static int wait_done(struct amdvi_unit *unit)
{
	const uint64_t deadline = deadline_default();

	while (*unit->done != unit->number) {
		if (!(amdvi_read(unit, AMDVI_STATUS) & AMDVI_STATUS_COMMANDS_RUN) ||
		    deadline_passed(deadline))
			return is_dead(unit);
		arch_cpu_relax();
	}
	return BH_E_OK;
}

/* Context: unit->lock. */
static int submit(struct amdvi_unit *unit, const struct amdvi_command *command, unsigned int count)
{
	const uint64_t done = arch_hv_hpa((const void *)unit->done).value;

	if (unit->is_broken)
		return BH_E_TIMEOUT;
	for (unsigned int i = 0; i < count; i++)
		put(unit, command[i]);
	put(unit, (struct amdvi_command){ AMDVI_COMMAND_WAIT | AMDVI_WAIT_STORE | done, ++unit->number });
	arch_pt_publish();
	amdvi_write(unit, AMDVI_COMMAND_TAIL, unit->tail);
	return wait_done(unit);
}

void amdvi_submit_all(const struct amdvi_command *command, unsigned int count)
{
	struct amdvi_unit *unit;

	for (unsigned int i = 0; (unit = amdvi_unit(i)); i++) {
		spin_lock(&unit->lock);
		if (unit->is_on)
			submit(unit, command, count);
		spin_unlock(&unit->lock);
	}
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
static void read_event(struct amdvi_unit *unit, uint64_t word[2])
{
	uint64_t *at = &unit->events[unit->head / sizeof(*unit->events)];
	const uint64_t deadline = deadline_in(EVENT_MS);

	while (!__atomic_load_n(&at[0], __ATOMIC_ACQUIRE) && !deadline_passed(deadline))
		arch_cpu_relax();
	word[0] = at[0];
	word[1] = at[1];
	at[0] = at[1] = 0;
	unit->head = (unit->head + 16) & AMDVI_RING_MASK;
	amdvi_write(unit, AMDVI_EVENT_HEAD, unit->head);
}

/* Return: 1 and *word if there is one more. */
static int take_event(struct amdvi_unit *unit, uint64_t word[2])
{
	int found = 0;

	spin_lock(&unit->lock);
	if (unit->is_on && unit->head != (amdvi_read(unit, AMDVI_EVENT_TAIL) & AMDVI_RING_MASK)) {
		read_event(unit, word);
		found = 1;
	}
	spin_unlock(&unit->lock);
	return found;
}

/* It has stopped recording, because nobody had read what it recorded. */
static void restart_log(struct amdvi_unit *unit)
{
	uint64_t control;

	spin_lock(&unit->lock);
	control = amdvi_read(unit, AMDVI_CONTROL);
	amdvi_write(unit, AMDVI_CONTROL, control & ~AMDVI_CONTROL_EVENTS);
	amdvi_write(unit, AMDVI_STATUS, AMDVI_STATUS_OVERFLOW);
	amdvi_write(unit, AMDVI_CONTROL, control);
	spin_unlock(&unit->lock);
	log_warning("the IOMMU at 0x%llx has lost reports: too many at a time", base_of(unit));
}

static void report(struct amdvi_unit *unit, const uint64_t word[2])
{
	struct dma_fault fault;

	if (amdvi_decode(word, &fault))
		upcall_dma_fault(&fault);
	else
		log_warning("the IOMMU at 0x%llx reports %016llx %016llx", base_of(unit),
			    (unsigned long long)word[0], (unsigned long long)word[1]);
}

int amdvi_poll_unit(struct amdvi_unit *unit)
{
	uint64_t status, word[2];
	int found = 0;

	if (!__atomic_load_n(&unit->is_on, __ATOMIC_ACQUIRE))
		return 0;
	status = amdvi_read(unit, AMDVI_STATUS);
	/* Before the events are read, so that the next one is told of again. */
	amdvi_write(unit, AMDVI_STATUS, AMDVI_STATUS_EVENT);
	for (unsigned int i = 0; i < AMDVI_RING_ENTRIES && take_event(unit, word); i++) {
		report(unit, word);
		found = 1;
	}
	if (status & AMDVI_STATUS_OVERFLOW)
		restart_log(unit);
	return found || status & (AMDVI_STATUS_EVENT | AMDVI_STATUS_OVERFLOW);
}

/* On and off ----------------------------------------------------------------------------------------- */

static const struct amdvi_command forget_all = { AMDVI_COMMAND_FORGET_ALL, 0 };

static int take(struct amdvi_unit *unit)
{
	for (uint32_t i = 0; i < AMDVI_FEATURES / 8; i++)
		unit->found[i] = amdvi_read(unit, i * 8);
	if (unit->found[AMDVI_CONTROL / 8] & AMDVI_CONTROL_ON) {
		log_error(
			"enable: the IOMMU at 0x%llx translates DMA for the kernel: boot it with amd_iommu=off",
			base_of(unit));
		return BH_E_HARDWARE;
	}
	unit->commands = pool_alloc(RING_PAGES, 1);
	if (!unit->commands)
		return BH_E_NO_MEMORY;
	unit->events = (uint64_t *)(unit->commands + AMDVI_RING_ENTRIES);
	unit->done = unit->events + AMDVI_RING_ENTRIES * 2;
	*unit->done = 0;
	unit->tail = unit->head = unit->is_broken = 0;
	unit->number = 0;
	return BH_E_OK;
}

/* Nothing is excluded from translation any more. */
static void program(struct amdvi_unit *unit, uint64_t table)
{
	amdvi_write(unit, AMDVI_EXCLUSION_BASE, 0);
	amdvi_write(unit, AMDVI_EXCLUSION_LIMIT, 0);
	amdvi_write(unit, AMDVI_DEVICE_TABLE, table);
	amdvi_write(unit, AMDVI_COMMANDS, arch_hv_hpa(unit->commands).value | AMDVI_RING_LENGTH);
	amdvi_write(unit, AMDVI_EVENTS, arch_hv_hpa(unit->events).value | AMDVI_RING_LENGTH);
	amdvi_write(unit, AMDVI_COMMAND_HEAD, 0);
	amdvi_write(unit, AMDVI_COMMAND_TAIL, 0);
	amdvi_write(unit, AMDVI_EVENT_HEAD, 0);
	amdvi_write(unit, AMDVI_EVENT_TAIL, 0);
	amdvi_write(unit, AMDVI_STATUS, AMDVI_STATUS_CLEARED);
	amdvi_write(unit, AMDVI_CONTROL,
		    (unit->found[AMDVI_CONTROL / 8] & AMDVI_CONTROL_KEPT) | AMDVI_CONTROL_COHERENT |
			    AMDVI_CONTROL_ON | AMDVI_CONTROL_COMMANDS | AMDVI_CONTROL_EVENTS |
			    AMDVI_CONTROL_EVENT_MESSAGE);
}

int amdvi_start(struct amdvi_unit *unit, uint64_t table)
{
	int code = take(unit);

	if (code)
		return code;
	amdvi_message_on(unit);
	spin_lock(&unit->lock);
	program(unit, table);
	__atomic_store_n(&unit->is_on, 1, __ATOMIC_RELEASE);
	code = submit(unit, &forget_all, 1);
	spin_unlock(&unit->lock);
	if (code)
		amdvi_stop(unit);
	return code;
}

/* The next one to use it finds no translation of ours. */
void amdvi_stop(struct amdvi_unit *unit)
{
	spin_lock(&unit->lock);
	submit(unit, &forget_all, 1);
	__atomic_store_n(&unit->is_on, 0, __ATOMIC_RELEASE);
	amdvi_write(unit, AMDVI_CONTROL, unit->found[AMDVI_CONTROL / 8]);
	/*
	 * A unit that is off has no use for a table. QEMU's looks there for each message even then, once the register
	 * has been written, and takes 0 for a table at 0: better it finds ours, by which messages pass.
	 */
	for (uint32_t i = 0; i < AMDVI_FEATURES / 8; i++) {
		if (i != AMDVI_DEVICE_TABLE / 8 || unit->found[i])
			amdvi_write(unit, i * 8, unit->found[i]);
	}
	amdvi_write(unit, AMDVI_STATUS, AMDVI_STATUS_CLEARED);
	spin_unlock(&unit->lock);
	amdvi_message_off(unit);
	pool_free(unit->commands, RING_PAGES);
	unit->commands = NULL;
}
