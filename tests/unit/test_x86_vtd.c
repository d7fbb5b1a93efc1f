// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/x86/vtd_table.c hypervisor/core/pagetable.c hypervisor/core/lock.c */
/* SOURCES: hypervisor/arch/x86/vtd_msi.c hypervisor/arch/x86/iommu_msi.c hypervisor/arch/x86/icr.c */
/*
 * VT-d's tables against a model of a unit that reads memory by the rules of Intel's specification (9.1, 9.3, 9.8): it
 * finds a function's context, walks its table, remembers both until it is told to forget, and records what it refuses.
 * So it does with messages in remappable form (5.1.2, 9.10); and what guests may write into theirs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arch/mmu.h>
#include <bulkhead/errors.h>
#include <core/cpu.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <core/pool.h>

#include "../../hypervisor/arch/x86/asm/vapic.h"
#include "../../hypervisor/arch/x86/asm/vtd_unit.h"

#define MIB (1024ull * 1024)
#define GIB (1024 * MIB)
#define EDU 0x0080u
#define NIC 0x1234u
#define NEIGHBOUR 0x0081u
#define READ 1u
#define WRITE 2u
#define CACHED 64u
#define ADDRESS 0x000ffffffffff000ull

/* The unit ------------------------------------------------------------------------------------------- */

static struct {
	unsigned int levels, large; /* what it can: as the capability register has them */
	struct {
		uint16_t function;
		uint64_t entry[2];
		int is_valid;
	} contexts[CACHED];
	struct {
		uint16_t domain;
		uint64_t page, out;
		unsigned int rights;
		int is_valid;
	} pages[CACHED];
	struct {
		uint32_t index;
		uint64_t low, high;
		int is_valid;
	} vectors[CACHED];
	unsigned int faults, commands;
	int is_deaf; /* forgets nothing: a test of the tests */
} model;

static unsigned int allocated, refuse_at;

static uint64_t load(uint64_t address)
{
	return *(uint64_t *)(uintptr_t)address;
}

/* 9.1 and 9.3: what is reserved must be 0. Return: NULL: nothing there, and *is_quiet. */
static const uint64_t *context_of(uint16_t function, int *is_quiet)
{
	const uint64_t root = vtd_tables_root() + (function >> 8) * 16ull;
	unsigned int free = CACHED;
	uint64_t at;

	for (unsigned int i = 0; i < CACHED; i++) {
		if (model.contexts[i].is_valid && model.contexts[i].function == function)
			return model.contexts[i].entry;
		if (!model.contexts[i].is_valid)
			free = i;
	}
	assert_true((load(root) & 0xffe) == 0 && load(root + 8) == 0);
	*is_quiet = 0;
	if (!(load(root) & 1))
		return NULL;
	at = (load(root) & ADDRESS) + (function & 0xff) * 16ull;
	*is_quiet = load(at) >> 1 & 1;
	if (!(load(at) & 1))
		return NULL;
	assert_true((load(at) & 0xff0) == 0 && load(at + 8) >> 24 == 0);
	assert_int_equal(load(at) >> 2 & 3, 0); /* by second-stage tables */
	assert_true(free < CACHED);
	memcpy(model.contexts[free].entry, (void *)(uintptr_t)at, 16);
	model.contexts[free].function = function;
	model.contexts[free].is_valid = 1;
	return model.contexts[free].entry;
}

/* 9.8. Return: rights, and *out. */
static unsigned int walk(const uint64_t *context, uint64_t address, uint64_t *out)
{
	unsigned int level = (unsigned int)(context[1] & 7) + 2, rights = READ | WRITE;
	uint64_t table = context[0] & ADDRESS;

	assert_int_equal(level, model.levels);
	if (address >> (12 + 9 * level))
		return 0;
	for (; level; level--) {
		const unsigned int shift = 3 + 9 * level;
		const uint64_t word = load(table + (address >> shift & 511) * 8);

		rights &= (unsigned int)word & 3;
		if (!(word & 3))
			return 0;
		assert_true((word & 0xfff0000000000000ull) == 0);
		if (level > 1 && word & 0x80)
			assert_true(level <= 3 && model.large >> (level - 2) & 1);
		if (level == 1 || word & 0x80) {
			assert_int_equal((word & ADDRESS) % (1ull << shift), 0);
			*out = (word & ADDRESS) + address % (1ull << shift);
			return rights;
		}
		table = word & ADDRESS;
	}
	return 0;
}

static unsigned int translate(const uint64_t *context, uint64_t address, uint64_t *out)
{
	const uint16_t domain = (uint16_t)(context[1] >> 8);
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
	rights = walk(context, address, out);
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
	int is_quiet = 0;
	const uint64_t *context = context_of(function, &is_quiet);

	*out = 0;
	if (context && translate(context, address, out) & what)
		return 1;
	model.faults += !is_quiet;
	return 0;
}

/* Its queue (6.5.2). */
static void carry_out(const struct iommu_command *desc)
{
	model.commands++;
	for (unsigned int i = 0; i < CACHED && !model.is_deaf; i++) {
		if (desc->low == 0x11)
			model.contexts[i].is_valid = 0;
		if ((desc->low & 0x3f) == 0x12 ||
		    ((desc->low & 0x3f) == 0x22 && model.pages[i].domain == (desc->low >> 16 & 0xffff)))
			model.pages[i].is_valid = 0;
	}
	assert_true(desc->low == 0x11 || (desc->low & 0xff & ~0x30u) == 0xc2);
}

/* Messages: entries are the cells' from GUESTS on. */
#define ALL_ENTRIES 65536u
#define GUESTS (ALL_ENTRIES - MSI_ENTRIES)

static uint64_t remap_table[ALL_ENTRIES * 2];
static struct iommu_unit unit;

static unsigned int find_vector(uint32_t index)
{
	unsigned int free = CACHED;

	for (unsigned int i = 0; i < CACHED; i++) {
		if (model.vectors[i].is_valid && model.vectors[i].index == index)
			return i;
		if (!model.vectors[i].is_valid)
			free = i;
	}
	assert_true(free < CACHED);
	model.vectors[free].index = index;
	model.vectors[free].low = remap_table[index * 2];
	model.vectors[free].high = remap_table[index * 2 + 1];
	model.vectors[free].is_valid = 1;
	return free;
}

/* What @function sends. Return: 1 and where it goes. What is refused is recorded but for entries that are quiet. */
static int send(uint16_t function, const struct msi_message *message, struct iommu_vector *to)
{
	const int is_wide = (unit.vtd.view[VTD_IRTA / 4] & VTD_IRTA_WIDE) != 0;
	uint64_t low, high;
	unsigned int found;

	assert_true(message->address >> 20 == 0xfee && message->address >> 4 & 1); /* remappable form */
	assert_true(!(message->address >> 3 & 1) && !message->data); /* the handle is the whole index */
	found = find_vector((uint32_t)(message->address >> 5 & 0x7fff) | (uint32_t)(message->address >> 2 & 1) << 15);
	low = model.vectors[found].low;
	high = model.vectors[found].high;
	if (low & 1 && (high >> 18 & 3) == 1 && !(high >> 16 & 3) && (high & 0xffff) == function) {
		/* Fixed, an edge, physical, not posted; what is reserved is 0. */
		assert_true(!(low & 0xff00fffc) && !(high >> 20));
		assert_true(is_wide || !(low >> 32 & 0xffff00ff));
		*to = (struct iommu_vector){ low >> 16 & 0xff, (uint32_t)(low >> (is_wide ? 32 : 40)) };
		return 1;
	}
	model.faults += !(low & 2);
	return 0;
}

/* The world of the sources --------------------------------------------------------------------------- */

static struct cell_arch guest;
static struct vapics apics;
static struct cpu cpus[8];
static uint8_t runs[8]; /* by vCPU */
static const struct iommu_kind kind = { .message = vtd_message, .route = vtd_route_message };

struct iommu_unit *iommu_serving(uint32_t function)
{
	return unit.is_on && function != NIC ? &unit : NULL;
}

int vtd_store_entry(struct iommu_unit *of, uint32_t index, struct iommu_command entry)
{
	assert_true(of == &unit && index >= GUESTS && index < ALL_ENTRIES);
	if (remap_table[index * 2] == entry.low && remap_table[index * 2 + 1] == entry.high)
		return 0;
	remap_table[index * 2] = entry.low;
	remap_table[index * 2 + 1] = entry.high;
	return 1;
}

int iommu_submit_locked(struct iommu_unit *of, const struct iommu_command *desc, unsigned int count)
{
	assert_true(of == &unit && count == 1 && (desc->low & 0x1f) == 0x14);
	model.commands++;
	for (unsigned int i = 0; i < CACHED; i++) {
		if (model.vectors[i].index == desc->low >> 32)
			model.vectors[i].is_valid = 0;
	}
	return 0;
}

int vapic_first(const struct cell_arch *of, struct icr_target target)
{
	struct apic_set set;

	assert_true(of == &guest);
	icr_match(&apics, target, &set);
	for (unsigned int i = 0; i < apics.count; i++) {
		if (set.word[0] >> i & 1 && runs[i])
			return (int)i;
	}
	return -1;
}

struct cpu *cpu_get(unsigned int slot)
{
	return &cpus[slot];
}

void iommu_submit_all(const struct iommu_command *desc, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		carry_out(&desc[i]);
}

void *pool_alloc(unsigned int pages, unsigned int alignment)
{
	void *memory;

	if (refuse_at && !--refuse_at)
		return NULL;
	memory = aligned_alloc(PAGE_SIZE * alignment, PAGE_SIZE * pages);
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

void arch_tlb_invalidate(const struct page_table *table, uint64_t in, uint64_t size)
{
	const struct iommu_command desc = { .low = VTD_DESC_IOTLB | VTD_DESC_IOTLB_DOMAIN | VTD_DESC_IOTLB_DRAIN |
					      (uint64_t)table->tag << VTD_DESC_DOMAIN_SHIFT };

	(void)in;
	(void)size;
	carry_out(&desc);
}

void log_write(unsigned int level, const char *format, ...)
{
	(void)level;
	(void)format;
}

void arch_pt_publish(void)
{
}

void arch_cpu_relax(void)
{
}

unsigned int arch_cpu_self(void)
{
	return 0;
}

/* Tests ---------------------------------------------------------------------------------------------- */

static struct page_table root, cell;

static void begin(unsigned int levels, unsigned int large)
{
	memset(&model, 0, sizeof(model));
	memset(&root, 0, sizeof(root));
	memset(&cell, 0, sizeof(cell));
	allocated = refuse_at = 0;
	model.levels = levels;
	model.large = large;
	assert_int_equal(pt_init(&root, vtd_pages(levels, large), 1), 0);
	assert_int_equal(pt_init(&cell, vtd_pages(levels, large), 2), 0);
	assert_int_equal(pt_map(&root, 0, hpa(0), (large ? 3 * GIB : 64 * MIB), PT_READ | PT_WRITE, PT_NORMAL), 0);
	assert_int_equal(pt_map(&cell, 0, hpa(32 * MIB), 2 * MIB, PT_READ | PT_WRITE, PT_NORMAL), 0);
	assert_int_equal(pt_map(&cell, 16 * MIB, hpa(34 * MIB), 8192, PT_READ, PT_NORMAL), 0);
	assert_int_equal(vtd_tables_init(&root), 0);
}

static void end(void)
{
	vtd_tables_exit();
	pt_exit(&cell);
	pt_exit(&root);
	assert_int_equal(allocated, 0);
}

static int set_up(void **state)
{
	(void)state;
	begin(3, 3);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	end();
	return 0;
}

static void expect(uint16_t function, uint64_t address, unsigned int what, uint64_t out)
{
	uint64_t found;

	assert_int_equal(access_memory(function, address, what, &found), 1);
	assert_true(found == out);
}

static void expect_fault(uint16_t function, uint64_t address, unsigned int what)
{
	const unsigned int before = model.faults;
	uint64_t found;

	assert_int_equal(access_memory(function, address, what, &found), 0);
	assert_int_equal(model.faults, before + 1);
}

static void a_cells_function_reaches_its_ram_only(void **state)
{
	(void)state;
	expect(EDU, 32 * MIB + 0x100, WRITE, 32 * MIB + 0x100);
	assert_int_equal(vtd_prepare(EDU), 0);
	vtd_attach(&cell, EDU);
	expect(EDU, 0x100, WRITE, 32 * MIB + 0x100);
	expect(EDU, 16 * MIB + 0x1100, READ, 34 * MIB + 0x1100);
	expect_fault(EDU, 16 * MIB, WRITE);
	expect_fault(EDU, 32 * MIB + 0x100, WRITE);
	expect_fault(EDU, 32 * MIB + 0x100, READ);
	expect_fault(EDU, 1ull << 40, READ);
	/* Others on the same bus and on others are root's still. */
	expect(NEIGHBOUR, 0x100, WRITE, 0x100);
	expect(NIC, 0x100, WRITE, 0x100);
	vtd_attach(&root, EDU);
	expect(EDU, 32 * MIB + 0x100, WRITE, 32 * MIB + 0x100);
}

/* Whatever units can: their levels, and leaves beside pages. */
static void every_format_is_walked(void **state)
{
	(void)state;
	for (unsigned int levels = 3; levels <= 4; levels++) {
		for (unsigned int large = 0; large < 4; large++) {
			if (large == 2) /* 1 GiB without 2 MiB: nobody has that, and nothing is used */
				continue;
			begin(levels, large);
			expect(NIC, 5 * MIB + 8, WRITE, 5 * MIB + 8);
			expect_fault(NIC, 3 * GIB, READ);
			assert_int_equal(vtd_prepare(EDU), 0);
			vtd_attach(&cell, EDU);
			expect(EDU, 2 * MIB - 8, WRITE, 34 * MIB - 8);
			expect_fault(EDU, 2 * MIB, WRITE);
			end();
		}
	}
}

static void a_blocked_function_reaches_nothing_and_is_quiet(void **state)
{
	uint64_t out;

	(void)state;
	assert_int_equal(vtd_prepare(EDU), 0);
	vtd_attach(&cell, EDU);
	expect(EDU, 0, READ, 32 * MIB);
	vtd_attach(NULL, EDU);
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(access_memory(EDU, i * 4096, i & 1 ? READ : WRITE, &out), 0);
	assert_int_equal(model.faults, 0);
	vtd_attach(&cell, EDU);
	expect(EDU, 0, READ, 32 * MIB);
}

/* What was looked up before is not used after the owner changed, and the test would see it if it were. */
static void what_is_taken_is_forgotten(void **state)
{
	uint64_t out;

	(void)state;
	assert_int_equal(vtd_prepare(EDU), 0);
	expect(EDU, 0x100, WRITE, 0x100);
	vtd_attach(&cell, EDU);
	expect(EDU, 0x100, WRITE, 32 * MIB + 0x100);
	expect(NIC, 40 * MIB, WRITE, 40 * MIB);
	assert_int_equal(pt_split(&root, 40 * MIB, 2 * MIB, 2 * MIB), 0);
	pt_unmap(&root, 40 * MIB, 2 * MIB);
	expect_fault(NIC, 40 * MIB, WRITE);
	model.is_deaf = 1;
	vtd_attach(NULL, EDU);
	assert_int_equal(access_memory(EDU, 0x100, WRITE, &out), 1);
	model.is_deaf = 0;
	vtd_attach(NULL, EDU);
	assert_int_equal(access_memory(EDU, 0x100, WRITE, &out), 0);
}

/* A bus gets its own table once; without memory for it nothing changes. */
static void a_bus_is_prepared_once(void **state)
{
	unsigned int before;

	(void)state;
	before = allocated;
	vtd_attach(&cell, NIC);
	expect(NIC, 0x100, WRITE, 0x100);
	refuse_at = 1;
	assert_int_equal(vtd_prepare(NIC), BH_E_NO_MEMORY);
	vtd_attach(&cell, NIC);
	expect(NIC, 0x100, WRITE, 0x100);
	assert_int_equal(vtd_prepare(NIC), 0);
	assert_int_equal(vtd_prepare(NIC ^ 1), 0);
	assert_int_equal(allocated, before + 1);
	expect(NIC, 0x100, WRITE, 0x100);
	vtd_attach(&cell, NIC);
	expect(NIC, 0x100, WRITE, 32 * MIB + 0x100);
}

static void no_memory_for_the_tables(void **state)
{
	(void)state;
	vtd_tables_exit();
	for (unsigned int at = 1; at <= 2; at++) {
		refuse_at = at;
		assert_int_equal(vtd_tables_init(&root), BH_E_NO_MEMORY);
		refuse_at = 0;
	}
	assert_int_equal(vtd_tables_init(&root), 0);
	expect(NIC, 0x100, WRITE, 0x100);
}

/* Tests: messages ------------------------------------------------------------------------------------- */

#define MSI(destination, flags, bits) { 0xfee00000 | (destination) << 12 | (flags), (bits) }
#define REDIRECT 0x8u
#define LOGICAL 0x4u
#define ENTRY 0x10u

/* Two vCPUs of three run, on CPUs 4 and 6 of the machine, which have other ids there. */
static void begin_messages(uint32_t irta)
{
	memset(&model, 0, sizeof(model));
	memset(remap_table, 0, sizeof(remap_table));
	memset(&unit, 0, sizeof(unit));
	memset(&guest, 0, sizeof(guest));
	unit.kind = &kind;
	unit.is_on = unit.vtd.has_table = 1;
	unit.vtd.guests = GUESTS;
	unit.vtd.view[VTD_IRTA / 4] = irta;
	apics.count = 3;
	for (unsigned int i = 0; i < 3; i++) {
		apics.vcpu[i] = (struct vapic){ .id = i, .mode = APIC_X, .dfr = 0xffffffff, .ldr = 1u << (24 + i) };
		guest.slot[i] = (uint16_t)(4 + i);
		cpus[4 + i].hwid = 0x14 + i;
		runs[i] = i != 1;
	}
}

static void expect_vector(uint32_t function, unsigned int index, uint32_t vector, uint32_t id)
{
	struct iommu_vector to;
	struct msi_message message;

	assert_int_equal(arch_msi_message(function, index, &message), 1);
	assert_int_equal(send((uint16_t)function, &message, &to), 1);
	assert_int_equal(to.vector, vector);
	assert_int_equal(to.id, id);
}

/* Nothing comes through, and nothing is said of it. */
static void expect_silence(uint32_t function, unsigned int index)
{
	const unsigned int before = model.faults;
	struct iommu_vector to;
	struct msi_message message;

	assert_int_equal(arch_msi_message(function, index, &message), 1);
	assert_int_equal(send((uint16_t)function, &message, &to), 0);
	assert_int_equal(model.faults, before);
}

static void a_message_comes_to_a_cpu_of_the_cell(void **state)
{
	static const struct {
		struct msi_message message;
		uint32_t vector, id; /* 0: nothing comes */
	} rows[] = {
		{ MSI(0, 0, 0x41), 0x41, 0x14 },
		{ MSI(2, 0, 0x42), 0x42, 0x16 },
		{ MSI(2, REDIRECT, 0x42), 0x42, 0x16 },
		{ MSI(2, 0, 0x142), 0x42, 0x16 }, /* lowest priority */
		{ MSI(2, 0, 0x4042), 0x42, 0x16 }, /* asserted, of an edge */
		{ MSI(0, 0, 0x10), 0x10, 0x14 },
		{ MSI(0, 0, 0xff), 0xff, 0x14 },
		{ MSI(0xff, 0, 0x43), 0x43, 0x14 },
		{ MSI(6, LOGICAL, 0x44), 0x44, 0x16 },
		{ MSI(0xff, LOGICAL, 0x44), 0x44, 0x14 },
		/* CPUs that do not run, are none of the cell's, or the machine's ids */
		{ MSI(1, 0, 0x41), 0, 0 }, { MSI(2, LOGICAL, 0x41), 0, 0 }, { MSI(3, 0, 0x41), 0, 0 },
		{ MSI(0x14, 0, 0x41), 0, 0 }, { MSI(0xf8, LOGICAL, 0x41), 0, 0 }, { MSI(0, LOGICAL, 0x41), 0, 0 },
		/* vectors that are exceptions; other deliveries, levels, bits that are none */
		{ MSI(0, 0, 0), 0, 0 }, { MSI(0, 0, 0x0f), 0, 0 }, { MSI(0, 0, 0x241), 0, 0 },
		{ MSI(0, 0, 0x341), 0, 0 }, { MSI(0, 0, 0x441), 0, 0 }, { MSI(0, 0, 0x541), 0, 0 },
		{ MSI(0, 0, 0x641), 0, 0 }, { MSI(0, 0, 0x741), 0, 0 }, { MSI(0, 0, 0x8041), 0, 0 },
		{ MSI(0, 0, 0xc041), 0, 0 }, { MSI(0, 0, 0x841), 0, 0 }, { MSI(0, 0, 0x10041), 0, 0 },
		{ MSI(0, 0, 0x80000041), 0, 0 },
		/* entries of a unit that guests do not see, and what is no message */
		{ MSI(0, ENTRY, 0x41), 0, 0 }, { { 0xfed00000, 0x41 }, 0, 0 }, { { 0xfef00000, 0x41 }, 0, 0 },
		{ { 0x1fee00000ull, 0x41 }, 0, 0 }, { { 0x80000000fee00000ull, 0x41 }, 0, 0 }, { { 0, 0x41 }, 0, 0 },
	};

	(void)state;
	for (uint32_t irta = 0; irta <= VTD_IRTA_WIDE; irta += VTD_IRTA_WIDE) {
		begin_messages(irta | 0xf);
		for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			/* Each after one that comes, so that what is not there would be seen. */
			arch_msi_route(&guest, EDU, 7, &rows[0].message);
			expect_vector(EDU, 7, 0x41, 0x14);
			arch_msi_route(&guest, EDU, 7, &rows[i].message);
			if (rows[i].vector)
				expect_vector(EDU, 7, rows[i].vector, rows[i].id);
			else
				expect_silence(EDU, 7);
		}
	}
}

static void wide_ids_go_where_units_take_them(void **state)
{
	const struct msi_message message = MSI(2, 0, 0x41);

	(void)state;
	begin_messages(VTD_IRTA_WIDE | 0xf);
	cpus[6].hwid = 0x12345;
	arch_msi_route(&guest, EDU, 0, &message);
	expect_vector(EDU, 0, 0x41, 0x12345);
}

/* Names of entries reach the last of 64 Ki, each is one function's, and off is off. */
static void an_entry_is_one_functions(void **state)
{
	const struct msi_message message = MSI(0, 0, 0x41), second = MSI(2, 0, 0x42);
	struct msi_message name;
	struct iommu_vector to;

	(void)state;
	begin_messages(VTD_IRTA_WIDE | 0xf);
	arch_msi_route(&guest, EDU, 0, &message);
	arch_msi_route(&guest, NEIGHBOUR, MSI_ENTRIES - 1, &second);
	assert_int_equal(model.commands, 2);
	expect_vector(EDU, 0, 0x41, 0x14);
	expect_vector(NEIGHBOUR, MSI_ENTRIES - 1, 0x42, 0x16);
	assert_int_equal(arch_msi_message(EDU, 0, &name), 1);
	assert_int_equal(send(NEIGHBOUR, &name, &to), 0);
	/* The same again is nothing new for the unit. */
	arch_msi_route(&guest, EDU, 0, &message);
	assert_int_equal(model.commands, 2);
	arch_msi_route(&guest, EDU, 0, NULL);
	expect_silence(EDU, 0);
	expect_vector(NEIGHBOUR, MSI_ENTRIES - 1, 0x42, 0x16);
}

static void without_entries_there_are_no_messages(void **state)
{
	const struct msi_message message = MSI(0, 0, 0x41);
	struct msi_message name;

	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		const uint32_t function = i == 4 ? NIC : EDU;

		begin_messages(0xf);
		unit.is_on = i != 0;
		unit.vtd.has_table = i != 1;
		unit.vtd.guests = i == 2 ? 0 : GUESTS;
		assert_int_equal(arch_msi_message(function, i == 3 ? MSI_ENTRIES : 0, &name), 0);
		arch_msi_route(&guest, function, i == 3 ? MSI_ENTRIES : 0, &message);
		for (unsigned int at = 0; at < ALL_ENTRIES * 2; at++)
			assert_true(remap_table[at] == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_cells_function_reaches_its_ram_only, set_up, tear_down),
		cmocka_unit_test(every_format_is_walked),
		cmocka_unit_test_setup_teardown(a_blocked_function_reaches_nothing_and_is_quiet, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_is_taken_is_forgotten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_bus_is_prepared_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_memory_for_the_tables, set_up, tear_down),
		cmocka_unit_test(a_message_comes_to_a_cpu_of_the_cell),
		cmocka_unit_test(wide_ids_go_where_units_take_them),
		cmocka_unit_test(an_entry_is_one_functions),
		cmocka_unit_test(without_entries_there_are_no_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
