// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/x86/vtd_table.c hypervisor/core/pagetable.c hypervisor/core/lock.c */
/*
 * VT-d's tables against a model of a unit that reads memory by the rules of Intel's specification (9.1, 9.3, 9.8): it
 * finds a function's context, walks its table, remembers both until it is told to forget, and records what it refuses.
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
#include <core/log.h>
#include <core/pagetable.h>
#include <core/pool.h>

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

/* The world of the sources --------------------------------------------------------------------------- */

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
