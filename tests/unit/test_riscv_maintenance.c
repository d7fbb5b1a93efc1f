// SPDX-License-Identifier: GPL-2.0-or-later
/* SOURCES: hypervisor/arch/riscv/formats.c hypervisor/core/pagetable.c hypervisor/core/lock.c */
/*
 * Every fence of RISC-V's maintenance, in its order, as the rules of the specification ask for it: no emulator shows
 * an omission. Instructions are noted in place of being executed, firmware is a note, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <bulkhead/errors.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <core/pool.h>

#include "../../hypervisor/arch/riscv/asm/formats.h"

#define MIB 0x100000ull
#define ALL (~0ull)
#define MASK 0x3fffull
#define TAG 0x12345u /* wider than what the hart has */
#define NOTES 8u

/* What was asked for since forget(): an instruction, or a call of RFENCE. */
static struct note {
	const char *instruction;
	uint64_t function, mask, base, start, size, tag;
} notes[NOTES];

static unsigned int noted;
static uint64_t vmid_mask = MASK;

static void note(const char *instruction)
{
	assert_in_range(noted, 0, NOTES - 1);
	notes[noted++].instruction = instruction;
}

/* The file under test, whose assembly becomes notes. */
#define ASM_FEATURES_H
uint64_t features_vmid_mask(void);
#define __asm__
#define volatile(...) note(#__VA_ARGS__)
#include "../../hypervisor/arch/riscv/maintenance.c"
#undef volatile
#undef __asm__

uint64_t features_vmid_mask(void)
{
	return vmid_mask;
}

struct sbi_result firmware_call(uint64_t extension, uint64_t function, uint64_t arg0, uint64_t arg1, uint64_t arg2,
				uint64_t arg3, uint64_t arg4)
{
	assert_int_equal(extension, SBI_RFENCE);
	assert_in_range(noted, 0, NOTES - 1);
	notes[noted++] = (struct note){ NULL, function, arg0, arg1, arg2, arg3, arg4 };
	return (struct sbi_result){ SBI_SUCCESS, 0 };
}

static void forget(void)
{
	memset(notes, 0, sizeof(notes));
	noted = 0;
	vmid_mask = MASK;
}

static void expect_instruction(unsigned int at, const char *wanted)
{
	assert_in_range(at, 0, noted ? noted - 1 : 0);
	assert_non_null(notes[at].instruction);
	assert_non_null(strstr(notes[at].instruction, wanted));
}

/* On every hart: mask 0 and base ~0. */
static void expect_call(unsigned int at, uint64_t function, uint64_t start, uint64_t size, uint64_t tag)
{
	assert_in_range(at, 0, noted ? noted - 1 : 0);
	assert_null(notes[at].instruction);
	assert_int_equal(notes[at].function, function);
	assert_int_equal(notes[at].mask, 0);
	assert_int_equal(notes[at].base, ALL);
	assert_int_equal(notes[at].start, start);
	assert_int_equal(notes[at].size, size);
	assert_int_equal(notes[at].tag, tag);
}

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

static void make(struct page_table *table, int is_guest)
{
	const struct pt_format *format = is_guest ? formats_stage2(FORMATS_SV39X4) : arch_pt_hypervisor();

	forget();
	assert_int_equal(pt_init(table, format, is_guest ? TAG : 0), BH_E_OK);
	forget();
}

/* What was written is seen before the fence is asked for; a range by its addresses, one fence for what is large. */
static void test_a_guests_translation_is_fenced_under_its_vmid(void **state)
{
	struct page_table table;

	(void)state;
	make(&table, 1);
	arch_tlb_invalidate(&table, 0x80000000, 0x1000);
	assert_int_equal(noted, 2);
	expect_instruction(0, "fence rw, rw");
	expect_call(1, SBI_RFENCE_HFENCE_GVMA_VMID, 0x80000000, 0x1000, TAG & MASK);
	forget();
	arch_tlb_invalidate(&table, 0x80000000, 2 * MIB);
	expect_call(1, SBI_RFENCE_HFENCE_GVMA_VMID, 0x80000000, 2 * MIB, TAG & MASK);
	forget();
	arch_tlb_invalidate(&table, 0x80000000, 2 * MIB + 0x1000);
	assert_int_equal(noted, 2);
	expect_call(1, SBI_RFENCE_HFENCE_GVMA_VMID, 0, ALL, TAG & MASK);
	pt_exit(&table);
}

static void test_the_hypervisors_own_is_fenced_without_vmid(void **state)
{
	struct page_table table;

	(void)state;
	make(&table, 0);
	arch_tlb_invalidate(&table, 0x1000, 0x1000);
	assert_int_equal(noted, 2);
	expect_instruction(0, "fence rw, rw");
	expect_call(1, SBI_RFENCE_SFENCE_VMA, 0x1000, 0x1000, 0);
	pt_exit(&table);
}

/* A hart that has no VMIDs has one for all: bits that it does not have must not name another. */
static void test_a_vmid_has_the_bits_that_the_hart_has(void **state)
{
	struct page_table table;

	(void)state;
	make(&table, 1);
	vmid_mask = 0;
	arch_tlb_invalidate(&table, 0, 0x1000);
	expect_call(1, SBI_RFENCE_HFENCE_GVMA_VMID, 0, 0x1000, 0);
	forget();
	arch_tlb_invalidate_vmid(TAG);
	assert_int_equal(noted, 2);
	expect_instruction(0, "fence rw, rw");
	expect_call(1, SBI_RFENCE_HFENCE_GVMA_VMID, 0, ALL, TAG & MASK);
	forget();
	vmid_mask = 0;
	arch_tlb_invalidate_vmid(TAG);
	expect_call(1, SBI_RFENCE_HFENCE_GVMA_VMID, 0, ALL, 0);
	pt_exit(&table);
}

/* Another cell's translations may be those of the same VMID and ASID: both stages go, and what was fetched. */
static void test_a_hart_that_changes_its_cell_forgets_all(void **state)
{
	(void)state;
	forget();
	maintenance_new_stage2();
	assert_int_equal(noted, 3);
	expect_instruction(0, ".insn r 0x73, 0, 0x31, x0, x0, x0");
	expect_instruction(1, ".insn r 0x73, 0, 0x11, x0, x0, x0");
	expect_instruction(2, "fence.i");
}

static void test_the_own_window_is_this_harts_alone(void **state)
{
	(void)state;
	forget();
	maintenance_own();
	assert_int_equal(noted, 1);
	expect_instruction(0, "sfence.vma");
}

/* Code that one hart wrote is another's to fetch: written, then fenced there, then here. */
static void test_instructions_are_fenced_on_all_harts(void **state)
{
	(void)state;
	forget();
	arch_icache_invalidate_all();
	assert_int_equal(noted, 3);
	expect_instruction(0, "fence rw, rw");
	expect_call(1, SBI_RFENCE_FENCE_I, 0, 0, 0);
	expect_instruction(2, "fence.i");
}

static void test_scrubbed_memory_is_zero_and_visible(void **state)
{
	uint64_t memory[8];
	const uint8_t *byte = (const uint8_t *)memory;

	(void)state;
	for (unsigned int odd = 0; odd < 2; odd++) {
		memset(memory, 0xa5, sizeof(memory));
		forget();
		arch_cache_zero((uint8_t *)memory + odd, 32);
		for (unsigned int i = 0; i < sizeof(memory); i++)
			assert_int_equal(byte[i], i >= odd && i < odd + 32 ? 0 : 0xa5);
		assert_int_equal(noted, 1);
		expect_instruction(0, "fence rw, rw");
	}
}

/* With the walker: what was absent needs no fence, what is changed or taken away needs one for each change. */
static void test_fences_of_a_table_that_changes(void **state)
{
	struct page_table table;
	unsigned int calls = 0;

	(void)state;
	make(&table, 1);
	assert_int_equal(pt_map(&table, 0x80000000, hpa(0x40000000), 0x1000, PT_READ | PT_WRITE, PT_NORMAL), 0);
	for (unsigned int i = 0; i < noted; i++)
		assert_non_null(notes[i].instruction);
	forget();
	pt_unmap(&table, 0x80000000, 0x1000);
	for (unsigned int i = 0; i < noted; i++)
		calls += !notes[i].instruction;
	assert_int_equal(calls, 1);
	expect_call(noted - 1, SBI_RFENCE_HFENCE_GVMA_VMID, 0x80000000, 0x1000, TAG & MASK);
	pt_exit(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_guests_translation_is_fenced_under_its_vmid),
		cmocka_unit_test(test_the_hypervisors_own_is_fenced_without_vmid),
		cmocka_unit_test(test_a_vmid_has_the_bits_that_the_hart_has),
		cmocka_unit_test(test_a_hart_that_changes_its_cell_forgets_all),
		cmocka_unit_test(test_the_own_window_is_this_harts_alone),
		cmocka_unit_test(test_instructions_are_fenced_on_all_harts),
		cmocka_unit_test(test_scrubbed_memory_is_zero_and_visible),
		cmocka_unit_test(test_fences_of_a_table_that_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
