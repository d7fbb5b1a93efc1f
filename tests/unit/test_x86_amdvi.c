// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/x86/amdvi_unit.c hypervisor/arch/x86/amdvi_table.c hypervisor/arch/x86/iommu_unit.c */
/* SOURCES: hypervisor/arch/x86/amdvi_msi.c hypervisor/core/pagetable.c hypervisor/core/lock.c */
/*
 * AMD-Vi against a model of the unit that reads memory by the rules of AMD's specification (2.2 to 2.5): it carries out
 * one command each time that the hypervisor waits, translates what devices ask, remembers it until it is told to
 * forget, and records what it refuses. QEMU's unit remembers less, and records nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arch/mmu.h>
#include <core/deadline.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <core/pool.h>

#include "../../hypervisor/arch/x86/asm/amdvi_unit.h"

#define MIB (1024ull * 1024)
#define GIB (1024 * MIB)
#define EDU 0x80u
#define NIC 0x1234u
#define READ 1u
#define WRITE 2u
#define CACHED 64u

/* The unit ------------------------------------------------------------------------------------------- */

static struct {
	uint64_t reg[0x4000 / 8];
	struct {
		uint16_t function;
		uint64_t entry[4];
		int is_valid;
	} entries[CACHED];
	struct {
		uint16_t domain;
		uint64_t page, out;
		unsigned int rights;
		int is_valid;
	} pages[CACHED];
	struct {
		uint16_t function;
		uint32_t data;
		uint64_t low, high;
		int is_valid;
	} vectors[CACHED];
	unsigned int is_hung, is_stopped, commands, events, messages;
} model;

static struct iommu_unit unit;
static const struct bh_config_iommu config = { .base = 0xfed80000, .size = 0x4000, .type = BH_IOMMU_AMD };
static unsigned int waits, faults, allocated;
static struct dma_fault last_fault;

#define REG(offset) (model.reg[(offset) / 8])

static uint64_t load(uint64_t address)
{
	return *(uint64_t *)(uintptr_t)address;
}

static uint64_t ring_size(uint64_t reg)
{
	return 16ull << (reg >> 56 & 15);
}

static void record(uint64_t low, uint64_t high)
{
	const uint64_t size = ring_size(REG(AMDVI_EVENTS)), next = (REG(AMDVI_EVENT_TAIL) + 16) % size;
	uint64_t *at = (uint64_t *)(uintptr_t)((REG(AMDVI_EVENTS) & 0xffffffffff000) + REG(AMDVI_EVENT_TAIL));

	assert_int_equal(size, 4096);
	if (!(REG(AMDVI_CONTROL) & AMDVI_CONTROL_EVENTS) || REG(AMDVI_STATUS) & AMDVI_STATUS_OVERFLOW)
		return;
	if (next == REG(AMDVI_EVENT_HEAD)) {
		REG(AMDVI_STATUS) |= AMDVI_STATUS_OVERFLOW;
		return;
	}
	at[0] = low;
	at[1] = high;
	REG(AMDVI_EVENT_TAIL) = next;
	model.events++;
	model.messages += REG(AMDVI_CONTROL) & AMDVI_CONTROL_EVENT_MESSAGE &&
			  !(REG(AMDVI_STATUS) & AMDVI_STATUS_EVENT);
	REG(AMDVI_STATUS) |= AMDVI_STATUS_EVENT;
}

static void forget(uint64_t low, uint64_t high)
{
	const unsigned int command = (unsigned int)(low >> 60);

	for (unsigned int i = 0; i < CACHED; i++) {
		if (command == 8 || (command == 2 && model.entries[i].function == (low & 0xffff)))
			model.entries[i].is_valid = 0;
		if (command == 8 || (command == 3 && model.pages[i].domain == (low >> 32 & 0xffff)))
			model.pages[i].is_valid = 0;
		if (command == 8 || (command == 5 && model.vectors[i].function == (low & 0xffff)))
			model.vectors[i].is_valid = 0;
	}
	if (command == 2 || command == 5)
		assert_true(!(low << 4 >> 20) && !high);
	if (command == 3) /* all of it, tables included */
		assert_true(high == 0x7ffffffffffff003ull);
}

static void carry_out(uint64_t low, uint64_t high)
{
	model.commands++;
	switch (low >> 60) {
	case 1:
		assert_true(low & 1);
		*(uint64_t *)(uintptr_t)(low & 0x000ffffffffffff8ull) = high;
		break;
	case 2:
	case 3:
	case 5:
	case 8:
		forget(low, high);
		break;
	default:
		record(5ull << 60, 0);
		model.is_stopped = 1;
		REG(AMDVI_STATUS) &= ~AMDVI_STATUS_COMMANDS_RUN;
	}
}

static void step(void)
{
	const uint64_t base = REG(AMDVI_COMMANDS) & 0xffffffffff000, head = REG(AMDVI_COMMAND_HEAD);

	if (model.is_hung || !(REG(AMDVI_CONTROL) & AMDVI_CONTROL_ON) || head == REG(AMDVI_COMMAND_TAIL))
		return;
	assert_int_equal(ring_size(REG(AMDVI_COMMANDS)), 4096);
	carry_out(load(base + head), load(base + head + 8));
	REG(AMDVI_COMMAND_HEAD) = (head + 16) % 4096;
}

static const uint64_t *entry_of(uint16_t function)
{
	const uint64_t table = REG(AMDVI_DEVICE_TABLE);
	unsigned int free = CACHED;

	for (unsigned int i = 0; i < CACHED; i++) {
		if (model.entries[i].is_valid && model.entries[i].function == function)
			return model.entries[i].entry;
		if (!model.entries[i].is_valid)
			free = i;
	}
	assert_true(free < CACHED);
	assert_true(function < ((table & 0x1ff) + 1) * 4096 / 32);
	memcpy(model.entries[free].entry, (void *)(uintptr_t)((table & 0xffffffffff000) + function * 32ull),
	       32);
	model.entries[free].function = function;
	model.entries[free].is_valid = 1;
	return model.entries[free].entry;
}

static unsigned int rights_of(uint64_t word)
{
	return (word >> 61 & 1 ? READ : 0) | (word >> 62 & 1 ? WRITE : 0);
}

/* Return: rights, and *out. */
static unsigned int walk(const uint64_t *entry, uint64_t address, uint64_t *out)
{
	unsigned int rights = rights_of(entry[0]), level = entry[0] >> 9 & 7;
	uint64_t word = entry[0];

	assert_true(level >= 1 && level <= 6 && !(entry[0] & 0x80300000000000fcull));
	while (level) {
		const uint64_t index = address >> (3 + 9 * level) & 511, size = 1ull << (3 + 9 * level);

		word = load((word & 0xffffffffff000) + index * 8);
		if (!(word & 1))
			return 0;
		rights &= rights_of(word);
		assert_false(word & 0x01f0000000000000ull);
		if (!(word >> 9 & 7)) {
			assert_int_equal((word & 0xffffffffff000) % size, 0);
			*out = (word & 0xffffffffff000) + address % size;
			return rights;
		}
		assert_int_equal(word >> 9 & 7, level - 1);
		level = word >> 9 & 7;
	}
	return rights;
}

static unsigned int translate(const uint64_t *entry, uint64_t address, uint64_t *out)
{
	const uint16_t domain = (uint16_t)entry[1];
	unsigned int free = CACHED, rights;

	for (unsigned int i = 0; i < CACHED; i++) {
		if (model.pages[i].is_valid && model.pages[i].domain == domain &&
		    model.pages[i].page == address >> 12) {
			*out = model.pages[i].out + address % 4096;
			return model.pages[i].rights;
		}
		if (!model.pages[i].is_valid)
			free = i;
	}
	rights = walk(entry, address, out);
	assert_true(free < CACHED);
	if (rights) {
		model.pages[free].domain = domain;
		model.pages[free].page = address >> 12;
		model.pages[free].out = *out & ~4095ull;
		model.pages[free].rights = rights;
		model.pages[free].is_valid = 1;
	}
	return rights;
}

/* A device's access. Return: 1 and *out: it comes through. */
static int access_memory(uint16_t function, uint64_t address, unsigned int what, uint64_t *out)
{
	const uint64_t *entry;
	unsigned int rights;

	*out = address;
	if (!(REG(AMDVI_CONTROL) & AMDVI_CONTROL_ON))
		return 1;
	entry = entry_of(function);
	if (!(entry[0] & 1))
		return 1; /* not valid: not translated */
	assert_true(entry[0] & 2);
	rights = rights_of(entry[0]) & what ? translate(entry, address, out) : 0;
	if (rights & what)
		return 1;
	if (!(entry[1] >> 34 & 1))
		record(2ull << 60 | (rights ? 1ull << 52 : 0) | (what == WRITE ? 1ull << 53 : 0) |
			       (entry[1] & 0xffff) << 32 | function,
		       address);
	return 0;
}

#define ON 1u
#define QUIET 2u

/* Vector @data of a function (2.2.5.1, 2.2.5.2): of 32 bits, or of 128 if the control register says so. */
static void read_vector(const uint64_t *entry, uint32_t data, uint64_t *low, uint64_t *high)
{
	const uint64_t wide = 1ull << 17 | 1ull << 50, table = entry[2] & 0x000fffffffffffc0ull;

	assert_int_equal(table % 128, 0);
	*high = 0;
	if (REG(AMDVI_CONTROL) & wide) {
		assert_true((REG(AMDVI_CONTROL) & wide) == wide && (REG(AMDVI_FEATURES) & 0x84) == 0x84);
		*low = load(table + data * 16);
		*high = load(table + data * 16 + 8);
		assert_true(!(*high & 0x00ffffffffffff00ull) && !(*low >> 32));
		return;
	}
	*low = *(uint32_t *)(uintptr_t)(table + data * 4);
	assert_true(!(*low >> 24));
}

static unsigned int find_vector(uint16_t function, const uint64_t *entry, uint32_t data)
{
	unsigned int free = CACHED;

	for (unsigned int i = 0; i < CACHED; i++) {
		if (model.vectors[i].is_valid && model.vectors[i].function == function &&
		    model.vectors[i].data == data)
			return i;
		if (!model.vectors[i].is_valid)
			free = i;
	}
	assert_true(free < CACHED);
	read_vector(entry, data, &model.vectors[free].low, &model.vectors[free].high);
	model.vectors[free].function = function;
	model.vectors[free].data = data;
	model.vectors[free].is_valid = 1;
	return free;
}

/* Return: 1, and *@to is where @data leads; 0, and *is_quiet. */
static int remap(uint16_t function, const uint64_t *entry, uint32_t data, struct iommu_vector *to, int *is_quiet)
{
	const unsigned int length = 1u << (entry[2] >> 1 & 15);
	uint64_t low, high;
	unsigned int found;

	assert_true(length <= 2048);
	if ((data & 0x7ff) >= length)
		return 0;
	found = find_vector(function, entry, data & 0x7ff);
	low = model.vectors[found].low;
	high = model.vectors[found].high;
	*is_quiet |= low & QUIET;
	if (!(low & ON))
		return 0;
	assert_int_equal(low & 0xfc, 0); /* fixed, an edge, physical, of no guest of AMD's */
	*to = REG(AMDVI_CONTROL) >> 17 & 1 ?
		      (struct iommu_vector){ high & 0xff, (uint32_t)(low >> 8) | (uint32_t)(high >> 56) << 24 } :
		      (struct iommu_vector){ low >> 16 & 0xff, low >> 8 & 0xff };
	return 1;
}

/* A device's message (2.2.5). Return: 1: it comes through as it is (@to is not touched), or to where a table says. */
static int send(uint16_t function, uint32_t data, struct iommu_vector *to)
{
	const uint64_t *entry = entry_of(function);
	const unsigned int mode = data >> 8 & 7;
	int is_quiet = (int)(entry[2] >> 5 & 1);
	/* NMI, INIT, external interrupt: by mode. */
	static const uint8_t pass_bit[8] = { 0, 0, 0, 0, 58, 56, 0, 57 };
	const unsigned int bit = pass_bit[mode & 7];
	int passes = bit && entry[2] >> bit & 1;

	assert_false(entry[2] & 0x08f0000000000000ull);
	if (!(entry[0] & 1) || !(entry[2] & 1))
		return mode < 2 || passes;
	assert_true((entry[2] >> 60 & 3) != 3);
	if (mode < 2)
		passes = (entry[2] >> 60 & 3) == 2 ? remap(function, entry, data, to, &is_quiet) :
						     (entry[2] >> 60 & 3) == 1;
	if (!passes && !is_quiet)
		record(2ull << 60 | 1ull << 51 | 1ull << 53 | (entry[1] & 0xffff) << 32 | function,
		       0xfee00000);
	return passes;
}

static int message(uint16_t function, unsigned int mode)
{
	struct iommu_vector unused;

	return send(function, mode << 8, &unused);
}

/* The world of the sources --------------------------------------------------------------------------- */

void *pool_alloc(unsigned int pages, unsigned int alignment)
{
	void *memory = aligned_alloc(PAGE_SIZE * alignment, PAGE_SIZE * pages);

	memset(memory, 0, PAGE_SIZE * pages);
	allocated += pages;
	return memory;
}

void pool_free(void *start, unsigned int pages)
{
	allocated -= pages;
	free(start);
}

void *arch_hv_ptr(hpa_t address)
{
	return (void *)(uintptr_t)address.value;
}

hpa_t arch_hv_hpa(const void *pointer)
{
	return hpa((uint64_t)(uintptr_t)pointer);
}

static void forget_domain(uint32_t tag)
{
	const struct iommu_command command = amdvi_forget(tag);

	iommu_submit_all(&command, 1);
}

void arch_tlb_invalidate(const struct page_table *table, uint64_t in, uint64_t size)
{
	(void)in;
	(void)size;
	forget_domain(table->tag);
}

/* Comes before each write of the commands' end: the status is what the unit says, not what was written to clear it. */
void arch_pt_publish(void)
{
	if (model.is_stopped)
		REG(AMDVI_STATUS) &= ~AMDVI_STATUS_COMMANDS_RUN;
	else
		REG(AMDVI_STATUS) |= AMDVI_STATUS_COMMANDS_RUN;
}

void arch_cpu_relax(void)
{
	step();
}

unsigned int arch_cpu_self(void)
{
	return 0;
}

void log_write(unsigned int level, const char *format, ...)
{
	(void)level;
	(void)format;
}

void log_limited(struct log_limit *limit, unsigned int level, const char *format, ...)
{
	(void)limit;
	(void)level;
	(void)format;
}

uint64_t deadline_default(void)
{
	waits = 0;
	return 1000;
}

uint64_t deadline_in(uint32_t ms)
{
	waits = 0;
	return ms;
}

int deadline_passed(uint64_t deadline)
{
	return ++waits > deadline;
}

struct iommu_unit *iommu_unit(unsigned int index)
{
	return index ? NULL : &unit;
}

void amdvi_message_on(struct iommu_unit *which)
{
	(void)which;
}

void amdvi_message_off(struct iommu_unit *which)
{
	(void)which;
}

void upcall_dma_fault(const struct dma_fault *fault)
{
	last_fault = *fault;
	faults++;
}

/* Tests ---------------------------------------------------------------------------------------------- */

static struct page_table root, cell;

static void make_tables(void)
{
	memset(&root, 0, sizeof(root));
	memset(&cell, 0, sizeof(cell));
	assert_int_equal(pt_init(&root, amdvi_pages(), 1), 0);
	assert_int_equal(pt_init(&cell, amdvi_pages(), 2), 0);
	assert_int_equal(pt_map(&root, 0, hpa(0), 3 * GIB, PT_READ | PT_WRITE, PT_NORMAL), 0);
	assert_int_equal(pt_split(&root, GIB, 64 * MIB, 2 * MIB), 0);
	assert_int_equal(pt_map(&cell, 0, hpa(GIB), 2 * MIB, PT_READ | PT_WRITE, PT_NORMAL), 0);
	assert_int_equal(pt_map(&cell, 16 * MIB, hpa(GIB + 2 * MIB), 8192, PT_READ, PT_NORMAL), 0);
}

static int set_up(void **state)
{
	(void)state;
	memset(&model, 0, sizeof(model));
	memset(&unit, 0, sizeof(unit));
	faults = allocated = 0;
	unit.reg = (volatile uint8_t *)model.reg;
	unit.kind = &amdvi_kind;
	unit.config = &config;
	REG(AMDVI_EXCLUSION_BASE) = 0x1003;
	REG(AMDVI_EXCLUSION_LIMIT) = 0x5000;
	make_tables();
	assert_int_equal(amdvi_tables_init(&root), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	amdvi_tables_exit();
	pt_exit(&cell);
	pt_exit(&root);
	assert_int_equal(allocated, 0);
	return 0;
}

/* The model's registers are plain memory: what is cleared by ones is cleared here, after each poll and start. */
static void start(void)
{
	REG(AMDVI_CONTROL) = 0x20;
	assert_int_equal(amdvi_start(&unit), 0);
	REG(AMDVI_STATUS) = AMDVI_STATUS_COMMANDS_RUN;
}

static void expect(uint16_t function, uint64_t address, unsigned int what, uint64_t out)
{
	uint64_t found;

	assert_int_equal(access_memory(function, address, what, &found), 1);
	assert_true(found == out);
}

static void expect_fault(uint16_t function, uint64_t address, unsigned int what, enum dma_kind kind)
{
	const unsigned int before = faults;
	uint64_t found;

	assert_int_equal(access_memory(function, address, what, &found), 0);
	assert_int_equal(amdvi_poll_unit(&unit), 1);
	REG(AMDVI_STATUS) = AMDVI_STATUS_COMMANDS_RUN;
	assert_int_equal(faults, before + 1);
	assert_int_equal(last_fault.function, function);
	assert_true(last_fault.address == address);
	assert_int_equal(last_fault.kind, kind);
}

static void everything_is_roots_at_first(void **state)
{
	(void)state;
	start();
	expect(EDU, 0x1234, READ, 0x1234);
	expect(0xffff, GIB + 5 * MIB, WRITE, GIB + 5 * MIB);
	expect_fault(NIC, 3 * GIB, WRITE, DMA_ACCESS);
	/* Firmware's hole in the translation is closed, and comes back. */
	assert_true(REG(AMDVI_EXCLUSION_BASE) == 0);
	amdvi_stop(&unit);
	assert_true(REG(AMDVI_EXCLUSION_BASE) == 0x1003 && REG(AMDVI_EXCLUSION_LIMIT) == 0x5000);
	assert_true(REG(AMDVI_CONTROL) == 0x20);
	expect(NIC, 3 * GIB, WRITE, 3 * GIB);
}

static void a_cells_function_reaches_its_ram_only(void **state)
{
	(void)state;
	start();
	expect(EDU, GIB + 0x100, WRITE, GIB + 0x100);
	amdvi_attach(&cell, EDU);
	expect(EDU, 0x100, WRITE, GIB + 0x100);
	expect(EDU, 16 * MIB + 0x1100, READ, GIB + 2 * MIB + 0x1100);
	expect_fault(EDU, 16 * MIB, WRITE, DMA_WRITE);
	expect_fault(EDU, GIB + 0x100, WRITE, DMA_ACCESS);
	expect_fault(EDU, GIB + 0x100, READ, DMA_ACCESS);
	expect(NIC, GIB + 0x100, WRITE, GIB + 0x100);
	amdvi_attach(&root, EDU);
	expect(EDU, GIB + 0x100, WRITE, GIB + 0x100);
	amdvi_stop(&unit);
}

static void a_blocked_function_reaches_nothing_and_is_quiet(void **state)
{
	uint64_t out;

	(void)state;
	start();
	amdvi_attach(&cell, EDU);
	expect(EDU, 0, READ, GIB);
	amdvi_attach(NULL, EDU);
	for (unsigned int i = 0; i < 1000; i++)
		assert_int_equal(access_memory(EDU, i * 4096, i & 1 ? READ : WRITE, &out), 0);
	assert_int_equal(model.events, 0);
	assert_int_equal(amdvi_poll_unit(&unit), 0);
	/* No such function: nothing happens. */
	amdvi_attach(&cell, 0x10000 | EDU);
	assert_int_equal(access_memory(EDU, 0, READ, &out), 0);
	amdvi_stop(&unit);
}

static void expect_report(uint16_t function)
{
	assert_int_equal(amdvi_poll_unit(&unit), 1);
	REG(AMDVI_STATUS) = AMDVI_STATUS_COMMANDS_RUN;
	assert_int_equal(last_fault.kind, DMA_INTERRUPT);
	assert_int_equal(last_fault.function, function);
}

/* Without a table of vectors a message could name any vector of any CPU. */
static void without_vectors_a_function_sends_no_messages(void **state)
{
	(void)state;
	start();
	assert_int_equal(message(EDU, 0), 1);
	assert_int_equal(message(EDU, 7), 1);
	assert_int_equal(message(EDU, 4), 0);
	amdvi_attach(&cell, EDU);
	for (unsigned int mode = 0; mode < 8; mode++) {
		assert_int_equal(message(EDU, mode), 0);
		expect_report(EDU);
	}
	assert_int_equal(message(NIC, 0), 1);
	amdvi_attach(NULL, EDU);
	model.events = 0;
	for (unsigned int mode = 0; mode < 8; mode++)
		assert_int_equal(message(EDU, mode), 0);
	assert_int_equal(model.events, 0);
	amdvi_attach(&root, EDU);
	assert_int_equal(message(EDU, 0), 1);
	amdvi_stop(&unit);
}

/* Of places 5 and 6, which are neighbours. */
#define EDU_MESSAGE (5 * MSI_FUNCTION_ENTRIES)
#define NIC_MESSAGE (6 * MSI_FUNCTION_ENTRIES)

static void route(uint16_t function, unsigned int index, uint32_t vector, uint32_t id)
{
	amdvi_route_message(&unit, function, index, (struct iommu_vector){ vector, id });
}

static void expect_message(uint16_t function, unsigned int index, uint32_t vector, uint32_t id)
{
	const unsigned int before = model.events;
	struct iommu_vector to = { 0, 0 };
	struct msi_message sent;

	assert_int_equal(amdvi_message(&unit, index, &sent), 1);
	assert_true(sent.address == 0xfee00000);
	assert_int_equal(send(function, sent.data, &to), 1);
	assert_int_equal(to.vector, vector);
	assert_int_equal(to.id, id);
	assert_int_equal(model.events, before);
}

static void expect_quiet(uint16_t function, unsigned int index)
{
	const unsigned int before = model.events;
	struct iommu_vector to;
	struct msi_message sent;

	assert_int_equal(amdvi_message(&unit, index, &sent), 1);
	assert_int_equal(send(function, sent.data, &to), 0);
	assert_int_equal(model.events, before);
}

static void signal_by_vectors(void)
{
	struct iommu_vector to = { 0, 0 };

	start();
	amdvi_attach(&cell, EDU);
	route(EDU, EDU_MESSAGE + 3, 0x41, 2);
	route(EDU, EDU_MESSAGE + 4, 0x42, 3);
	expect_message(EDU, EDU_MESSAGE + 3, 0x41, 2);
	expect_message(EDU, EDU_MESSAGE + 4, 0x42, 3);
	/* Another CPU, then none: what the unit remembered is gone. */
	route(EDU, EDU_MESSAGE + 3, 0x51, 1);
	expect_message(EDU, EDU_MESSAGE + 3, 0x51, 1);
	route(EDU, EDU_MESSAGE + 3, 0, 0);
	expect_quiet(EDU, EDU_MESSAGE + 3);
	expect_message(EDU, EDU_MESSAGE + 4, 0x42, 3);
	/* What it was not given is refused, and said: behind its table, and of other kinds. */
	for (uint32_t data = MSI_FUNCTION_ENTRIES; data < 0x100; data++) {
		assert_int_equal(send(EDU, data, &to), 0);
		expect_report(EDU);
	}
	for (unsigned int mode = 2; mode < 8; mode++) {
		assert_int_equal(send(EDU, mode << 8 | 4, &to), 0);
		expect_report(EDU);
	}
	/* Root's messages pass. */
	assert_int_equal(send(NIC, 0x31, &to), 1);
	assert_int_equal(to.vector, 0);
	amdvi_stop(&unit);
}

static void a_cells_function_signals_its_cpus_only(void **state)
{
	(void)state;
	signal_by_vectors();
	assert_false(REG(AMDVI_CONTROL) & (1ull << 17 | 1ull << 50));
}

static void units_that_know_wide_ids_get_them(void **state)
{
	(void)state;
	REG(AMDVI_FEATURES) = 0x84;
	signal_by_vectors();
	start();
	amdvi_attach(&cell, EDU);
	route(EDU, EDU_MESSAGE, 0x41, 0x123456);
	expect_message(EDU, EDU_MESSAGE, 0x41, 0x123456);
	route(EDU, EDU_MESSAGE, 0x41, 0x1000000);
	expect_quiet(EDU, EDU_MESSAGE);
	amdvi_stop(&unit);
	assert_false(REG(AMDVI_CONTROL) & (1ull << 17 | 1ull << 50));
}

/* An entry has 8 bits for it, of which 0xff means everybody. */
static void a_cpu_that_cannot_be_named_gets_nothing(void **state)
{
	static const uint32_t ids[] = { 0xff, 0x100, 0x102, 0xffffffff };

	(void)state;
	start();
	amdvi_attach(&cell, EDU);
	for (unsigned int i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		route(EDU, EDU_MESSAGE, 0x41, ids[i]);
		expect_quiet(EDU, EDU_MESSAGE);
	}
	route(EDU, EDU_MESSAGE, 0x41, 0xfe);
	expect_message(EDU, EDU_MESSAGE, 0x41, 0xfe);
	amdvi_stop(&unit);
}

static void share_nothing(void)
{
	struct iommu_vector to;

	start();
	amdvi_attach(&cell, EDU);
	amdvi_attach(&cell, NIC);
	route(EDU, EDU_MESSAGE + 3, 0x41, 2);
	route(NIC, NIC_MESSAGE, 0x60, 3);
	route(NIC, NIC_MESSAGE + 1, 0x61, 3);
	expect_message(EDU, EDU_MESSAGE + 3, 0x41, 2);
	expect_message(NIC, NIC_MESSAGE + 1, 0x61, 3);
	/* Behind its own table, where the neighbour's is. */
	assert_int_equal(send(EDU, MSI_FUNCTION_ENTRIES, &to), 0);
	expect_report(EDU);
	assert_int_equal(send(NIC, 3, &to), 0);
	expect_report(NIC);
	assert_int_equal(send(EDU, 1, &to), 0);
	expect_report(EDU);
	amdvi_stop(&unit);
}

static void functions_do_not_share_vectors(void **state)
{
	(void)state;
	share_nothing();
	REG(AMDVI_FEATURES) = 0x84;
	amdvi_tables_exit();
	assert_int_equal(amdvi_tables_init(&root), 0);
	share_nothing();
}

static void vectors_go_with_the_cell(void **state)
{
	struct iommu_vector to = { 0, 0 };

	(void)state;
	start();
	amdvi_attach(&cell, EDU);
	route(EDU, EDU_MESSAGE, 0x41, 2);
	expect_message(EDU, EDU_MESSAGE, 0x41, 2);
	/* Blocked: none comes, and whatever is routed then opens nothing. */
	amdvi_attach(NULL, EDU);
	expect_quiet(EDU, EDU_MESSAGE);
	route(EDU, EDU_MESSAGE, 0x41, 2);
	expect_quiet(EDU, EDU_MESSAGE);
	/* Root's: as it is, also when its last cell says something late. */
	amdvi_attach(&root, EDU);
	route(EDU, EDU_MESSAGE, 0, 0);
	assert_int_equal(send(EDU, 0x99, &to), 1);
	assert_int_equal(to.vector, 0);
	/* The next cell has another place: nothing before it is routed, and nothing of the last one's then. */
	amdvi_attach(&cell, EDU);
	assert_int_equal(send(EDU, 0, &to), 0);
	expect_report(EDU);
	route(EDU, NIC_MESSAGE, 0x71, 1);
	expect_message(EDU, NIC_MESSAGE, 0x71, 1);
	/* A unit that died is not waited for again. */
	model.is_hung = 1;
	route(EDU, NIC_MESSAGE, 0x72, 1);
	assert_int_equal(unit.is_broken, 1);
	waits = 0;
	route(EDU, NIC_MESSAGE, 0, 0);
	assert_int_equal(waits, 0);
	amdvi_stop(&unit);
}

static void what_is_taken_is_forgotten(void **state)
{
	(void)state;
	start();
	expect(NIC, GIB + 4 * MIB, WRITE, GIB + 4 * MIB);
	pt_unmap(&root, GIB + 4 * MIB, 2 * MIB);
	expect_fault(NIC, GIB + 4 * MIB, WRITE, DMA_ACCESS);
	assert_int_equal(
		pt_map(&root, GIB + 4 * MIB, hpa(GIB + 4 * MIB), 2 * MIB, PT_READ | PT_WRITE, PT_NORMAL), 0);
	expect(NIC, GIB + 4 * MIB, WRITE, GIB + 4 * MIB);
	amdvi_stop(&unit);
}

static void a_kernels_unit_is_refused(void **state)
{
	(void)state;
	REG(AMDVI_CONTROL) = AMDVI_CONTROL_ON;
	assert_int_equal(amdvi_start(&unit), BH_E_HARDWARE);
	assert_true(REG(AMDVI_CONTROL) == AMDVI_CONTROL_ON && !unit.is_on);
}

static void a_dead_unit_is_waited_for_once(void **state)
{
	(void)state;
	start();
	model.is_hung = 1;
	amdvi_attach(&cell, EDU);
	assert_int_equal(unit.is_broken, 1);
	waits = 0;
	forget_domain(2);
	assert_int_equal(waits, 0);
	amdvi_stop(&unit);
	assert_int_equal(unit.is_on, 0);
	/* And one that never lived. */
	assert_int_equal(amdvi_start(&unit), BH_E_TIMEOUT);
	assert_int_equal(unit.is_on, 0);
	/* The next start begins anew. */
	model.is_hung = 0;
	start();
	expect(EDU, 0x100, READ, GIB + 0x100);
	expect(NIC, GIB, READ, GIB);
	amdvi_stop(&unit);
}

static void rings_go_round(void **state)
{
	(void)state;
	start();
	for (unsigned int i = 0; i < 1000; i++)
		forget_domain(i & 7);
	assert_int_equal(model.commands, 1 + 1 + 2000);
	for (unsigned int i = 0; i < 600; i++)
		expect_fault(NIC, 4 * GIB + i * 4096ull, READ, DMA_ACCESS);
	amdvi_stop(&unit);
}

static void a_full_log_goes_on(void **state)
{
	uint64_t out;

	(void)state;
	start();
	for (unsigned int i = 0; i < 300; i++)
		access_memory(NIC, 4 * GIB + i * 4096ull, READ, &out);
	assert_true(REG(AMDVI_STATUS) & AMDVI_STATUS_OVERFLOW);
	assert_int_equal(amdvi_poll_unit(&unit), 1);
	assert_int_equal(faults, 255);
	assert_true(REG(AMDVI_CONTROL) & AMDVI_CONTROL_EVENTS);
	REG(AMDVI_STATUS) = AMDVI_STATUS_COMMANDS_RUN;
	expect_fault(NIC, 5 * GIB, READ, DMA_ACCESS);
	amdvi_stop(&unit);
}

static void events_are_told_apart(void **state)
{
	static const struct {
		uint64_t word;
		int is_fault;
		enum dma_kind kind;
	} rows[] = {
		{ 1ull << 60 | NIC, 1, DMA_ACCESS },
		{ 2ull << 60 | NIC, 1, DMA_ACCESS },
		{ 2ull << 60 | 1ull << 53 | NIC, 1, DMA_ACCESS },
		{ 2ull << 60 | 1ull << 52 | NIC, 1, DMA_READ },
		{ 2ull << 60 | 1ull << 52 | 1ull << 53 | NIC, 1, DMA_WRITE },
		{ 2ull << 60 | 1ull << 51 | 1ull << 53 | NIC, 1, DMA_INTERRUPT },
		{ 3ull << 60 | NIC, 1, DMA_ACCESS },
		{ 4ull << 60 | NIC, 1, DMA_ACCESS },
		{ 5ull << 60, 0, DMA_ACCESS },
		{ 6ull << 60, 0, DMA_ACCESS },
		{ 8ull << 60 | NIC, 1, DMA_ACCESS },
		{ 0, 0, DMA_ACCESS },
	};
	struct dma_fault fault;

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint64_t word[2] = { rows[i].word, 0x123456789000 };

		assert_int_equal(amdvi_decode(word, &fault), rows[i].is_fault);
		assert_int_equal(fault.kind, rows[i].kind);
		assert_true(fault.address == word[1]);
		assert_int_equal(fault.function, rows[i].word & 0xffff);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everything_is_roots_at_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_cells_function_reaches_its_ram_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_blocked_function_reaches_nothing_and_is_quiet, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(without_vectors_a_function_sends_no_messages, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_cells_function_signals_its_cpus_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(units_that_know_wide_ids_get_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_cpu_that_cannot_be_named_gets_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(functions_do_not_share_vectors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(vectors_go_with_the_cell, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_taken_is_forgotten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_kernels_unit_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_dead_unit_is_waited_for_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rings_go_round, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_full_log_goes_on, set_up, tear_down),
		cmocka_unit_test(events_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
