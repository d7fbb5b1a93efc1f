// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/riscv/formats.c hypervisor/core/pagetable.c hypervisor/core/lock.c */
/*
 * Tables of RISC-V as the walker makes them, read back by the rules of the privileged specification, and how often
 * the maintenance that these rules ask for was called.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arch/mmu.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <core/pool.h>

#include "../../hypervisor/arch/riscv/asm/formats.h"

#define KIB 1024ull
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

#define V 0x01ull
#define R 0x02ull
#define W 0x04ull
#define X 0x08ull
#define U 0x10ull
#define A 0x40ull
#define D 0x80ull

static unsigned int invalidations, publishes;

/* What the walker needs of the world: pages of this process, at their own addresses. */
void *pool_alloc(unsigned int pages, unsigned int alignment)
{
	void *memory = aligned_alloc(PAGE_SIZE * alignment, PAGE_SIZE * pages);

	memset(memory, 0, PAGE_SIZE * pages);
	return memory;
}

void pool_free(void *start, unsigned int pages)
{
	(void)pages;
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
	(void)table;
	(void)in;
	(void)size;
	invalidations++;
}

void arch_pt_publish(void)
{
	publishes++;
}

void arch_cpu_relax(void)
{
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

/* Levels and bits of the root's index, as the specification has them; not taken from the format under test. */
static const struct {
	enum formats_mode mode;
	unsigned int levels, bits, hgatp;
} modes[] = {
	{ FORMATS_SV39X4, 3, 41, 8 },
	{ FORMATS_SV48X4, 4, 50, 9 },
	{ FORMATS_SV57X4, 5, 56, 10 },
};
#define MODES (sizeof(modes) / sizeof(modes[0]))

/* The leaf for @in and the bytes it translates; 0: none. Fails on what a hart would fault on. */
static uint64_t leaf_of(const uint64_t *root, unsigned int levels, unsigned int root_bits, uint64_t in, uint64_t *size)
{
	const uint64_t *node = root;

	for (unsigned int level = 0; level < levels; level++) {
		unsigned int shift = 12 + 9 * (levels - 1 - level);
		uint64_t index = in >> shift & ((1u << (level ? 9 : root_bits)) - 1), entry = node[index];

		assert_int_equal(entry >> 54, 0); /* reserved, PBMT, N */
		if (!(entry & V))
			return 0;
		if (entry & (R | W | X)) {
			assert_false((entry & W) && !(entry & R));
			*size = 1ull << shift;
			assert_int_equal((entry >> 10 << 12) & (*size - 1), 0);
			return entry;
		}
		assert_int_equal(entry & 0x3ff, V); /* A, D and U of a table are reserved */
		node = (const uint64_t *)(uintptr_t)(entry >> 10 << 12);
	}
	fail_msg("a table behind the last level");
	return 0;
}

static void test_modes(void **state)
{
	for (unsigned int i = 0; i < MODES; i++) {
		const struct pt_format *format = formats_stage2(modes[i].mode);

		formats_select(modes[i].mode);
		assert_ptr_equal(arch_pt_stage2(), format);
		assert_int_equal(arch_phys_bits(), modes[i].bits);
		assert_int_equal(formats_hgatp_selected(), modes[i].hgatp);
		assert_int_equal(format->levels, modes[i].levels);
		assert_int_equal(format->root_bits, 11); /* four pages */
	}
}

static void test_stage2_leaves(void **state)
{
	for (unsigned int i = 0; i < MODES; i++) {
		struct page_table table;
		uint64_t size, leaf;

		assert_int_equal(pt_init(&table, formats_stage2(modes[i].mode), 1), BH_E_OK);
		assert_int_equal((uintptr_t)table.root % (16 * KIB), 0);
		assert_int_equal(pt_map(&table, GIB, hpa(3 * GIB), GIB, PT_READ | PT_WRITE | PT_EXEC, PT_NORMAL), 0);
		assert_int_equal(pt_map(&table, 5 * MIB, hpa(7 * MIB), 4 * KIB, PT_READ, PT_DEVICE), 0);
		leaf = leaf_of(table.root, modes[i].levels, 11, GIB + 123, &size);
		assert_true(size == GIB && leaf == (3 * GIB >> 2 | V | R | W | X | U | A | D));
		leaf = leaf_of(table.root, modes[i].levels, 11, 5 * MIB, &size);
		assert_true(size == 4 * KIB && leaf == (7 * MIB >> 2 | V | R | U | A | D));
		assert_true(leaf_of(table.root, modes[i].levels, 11, 5 * MIB + 4 * KIB, &size) == 0);
		pt_exit(&table);
	}
}

/* The last byte that a mode has, and the first that it has not. */
static void test_end_of_space(void **state)
{
	for (unsigned int i = 0; i < MODES; i++) {
		uint64_t last = (1ull << modes[i].bits) - GIB, size;
		struct page_table table;

		assert_int_equal(pt_init(&table, formats_stage2(modes[i].mode), 1), BH_E_OK);
		assert_int_equal(pt_map(&table, last, hpa(last), GIB, PT_READ, PT_NORMAL), 0);
		assert_true(leaf_of(table.root, modes[i].levels, 11, last, &size) != 0);
		assert_int_equal(pt_map(&table, 0, hpa(1ull << 56), GIB, PT_READ, PT_NORMAL), BH_E_RANGE);
		pt_exit(&table);
	}
}

/* What may be written may be read: the other is reserved. */
static void test_rights(void **state)
{
	static const uint64_t expected[8] = { 0, R, R | W, R | W, X, R | X, R | W | X, R | W | X };

	for (unsigned int prot = 1; prot < 8; prot++) {
		struct page_table table;
		uint64_t size, leaf;

		assert_int_equal(pt_init(&table, arch_pt_hypervisor(), 0), BH_E_OK);
		assert_int_equal(pt_map(&table, 64 * GIB, hpa(GIB), 2 * MIB, prot, PT_NORMAL), 0);
		leaf = leaf_of(table.root, 3, 9, 64 * GIB, &size);
		assert_true(leaf == (GIB >> 2 | V | A | D | expected[prot])); /* no U: HS-mode would not execute it */
		assert_true(size == 2 * MIB);
		pt_exit(&table);
	}
}

/* A new mapping needs a barrier; taking one away, or splitting it, needs the TLB once for each operation. */
static void test_maintenance(void **state)
{
	struct page_table table;

	assert_int_equal(pt_init(&table, formats_stage2(FORMATS_SV39X4), 1), BH_E_OK);
	invalidations = publishes = 0;
	assert_int_equal(pt_map(&table, GIB, hpa(GIB), GIB, PT_READ | PT_WRITE, PT_NORMAL), 0);
	assert_int_equal(invalidations, 0);
	assert_true(publishes > 0);
	assert_int_equal(pt_split(&table, GIB, GIB, 2 * MIB), 0);
	assert_int_equal(invalidations, 1);
	pt_unmap(&table, GIB + 2 * MIB, 4 * MIB);
	assert_int_equal(invalidations, 2);
	pt_unmap(&table, GIB + 2 * MIB, 4 * MIB); /* nothing there */
	assert_int_equal(invalidations, 2);
	pt_protect(&table, GIB + 8 * MIB, 2 * MIB, PT_READ);
	assert_int_equal(invalidations, 3);
	assert_int_equal(pt_map(&table, GIB + 2 * MIB, hpa(GIB), 2 * MIB, PT_READ, PT_NORMAL), 0);
	assert_int_equal(invalidations, 3);
	pt_exit(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes),  cmocka_unit_test(test_stage2_leaves),
		cmocka_unit_test(test_rights), cmocka_unit_test(test_end_of_space),
		cmocka_unit_test(test_maintenance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
