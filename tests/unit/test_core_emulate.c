// SPDX-License-Identifier: GPL-2.0-or-later
/* Hypercalls and accesses of guests as architectures pass them on, refusals, and writes to guests. */
/* SOURCES: hypervisor/core/violation.c hypervisor/core/stage2.c hypervisor/core/format.c */
#include <core/emulate.h>

#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/vcpu.h>
#include <core/image.h>
#include <core/pagetable.h>
#include <core/stage2.h>
#include <core/stats.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#define RAM 0x40000000ull
#define PAGE 0x1000u

static struct {
	struct hypercall call;
	unsigned int hypercalls;
	enum mmio_result answer;
	int retry;
	unsigned int needed;
	unsigned int retries, faults, undefined, closed;
	struct bh_record record;
	unsigned int records;
	unsigned int prot;
	uint8_t page[PAGE];
} seen;

static const struct page_table table;

void upcall_hypercall(struct hypercall *call)
{
	seen.call = *call;
	seen.hypercalls++;
	call->result = 77;
	for (unsigned int i = 0; i < 5; i++)
		call->value[i] = 100 + i;
}

enum mmio_result upcall_mmio(struct mmio_access *access)
{
	if (seen.answer == MMIO_HANDLED && !access->is_write)
		access->value = 0x1234;
	return seen.answer;
}

enum violation_result upcall_violation(const struct bh_record *record)
{
	seen.record = *record;
	seen.records++;
	return VIOLATION_INJECT;
}

int pt_retry(const struct page_table *table_of_guest, uint64_t in, unsigned int prot)
{
	assert_ptr_equal(table_of_guest, &table);
	seen.needed = prot;
	return seen.retry;
}

int pt_lookup(const struct page_table *table_of_guest, uint64_t in, hpa_t *out, unsigned int *prot)
{
	assert_ptr_equal(table_of_guest, &table);
	*out = hpa(in);
	*prot = seen.prot;
	return seen.prot != 0;
}

int image_is_ram(uint64_t address)
{
	return address >= RAM && address < RAM + PAGE;
}

void *arch_window_open(hpa_t address, size_t size)
{
	assert_true(address.value >= RAM && address.value - RAM + size <= PAGE);
	return seen.page + (address.value - RAM);
}

void arch_window_close(void)
{
	seen.closed++;
}

unsigned int arch_cpu_self(void)
{
	return 3;
}

void arch_vcpu_inject_fault(uint64_t address, int is_write)
{
	seen.faults++;
}

void arch_vcpu_inject_undefined(void)
{
	seen.undefined++;
}

void arch_vcpu_explain(struct bh_record *record)
{
	record->pc = 0x99;
}

void stats_count(enum bh_stat stat)
{
	assert_int_equal(stat, BH_STAT_RETRY);
	seen.retries++;
}

static int clear(void **state)
{
	memset(&seen, 0, sizeof(seen));
	return 0;
}

static int may_not(void)
{
	return 0;
}

static const struct emulate_abi abi = {
	.base = 0x1000, .number = 7, .argument = { 6, 5, 4, 3, 2 }, .result = 7, .value = { 1, 2, 3, 4, 5 },
	.may_leave = may_not,
};

static void test_a_hypercall_has_its_registers(void **state)
{
	uint64_t reg[9] = { 90, 91, 92, 93, 94, 95, 96, 0x1000 + BH_HC_INFO, 98 };
	const uint64_t after[9] = { 90, 100, 101, 102, 103, 104, 96, 77, 98 };

	emulate_hypercall(reg, &abi);
	assert_int_equal(seen.call.number, BH_HC_INFO);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(seen.call.arg[i], 96 - i);
	assert_memory_equal(reg, after, sizeof(reg));
}

static void test_only_disable_has_to_be_able_to_return(void **state)
{
	struct emulate_abi always = abi;
	uint64_t reg[8] = { [7] = 0x1000 + BH_HC_DISABLE };

	emulate_hypercall(reg, &abi);
	assert_int_equal(seen.hypercalls, 0);
	assert_int_equal(reg[7], BH_E_ALIGN);
	reg[7] = 0x1000 + BH_HC_DISABLE;
	always.may_leave = NULL;
	emulate_hypercall(reg, &always);
	assert_int_equal(seen.hypercalls, 1);
}

static void test_devices_answer(void **state)
{
	struct mmio_access access = { .address = RAM, .size = 4 };

	assert_int_equal(emulate_access(&access, 0), MMIO_HANDLED);
	assert_int_equal(access.value, 0x1234);
	seen.answer = MMIO_RETRY;
	assert_int_equal(emulate_access(&access, 1), MMIO_RETRY);
	assert_int_equal(seen.records, 0);
}

static void test_nobodys_is_reported_once(void **state)
{
	struct mmio_access access = { .address = RAM + 8, .size = 2, .is_write = 1, .value = 5 };

	seen.answer = MMIO_REFUSED;
	assert_int_equal(emulate_access(&access, 0), MMIO_REFUSED);
	assert_int_equal(seen.records, 1);
	assert_int_equal(seen.record.kind, BH_REASON_MEMORY_ACCESS);
	assert_int_equal(seen.record.address, RAM + 8);
	assert_int_equal(seen.record.value, 5);
	assert_int_equal(seen.record.pc, 0x99);
	assert_int_equal(seen.record.cpu, 3);
	assert_string_equal(seen.record.what, "write of 2 bytes");
	assert_int_equal(seen.faults, 1);
	/* What will be written is refused as a write. */
	access = (struct mmio_access){ .address = 0x10, .size = 8, .is_change = 1 };
	assert_int_equal(emulate_access(&access, 0), MMIO_REFUSED);
	assert_int_equal(seen.record.kind, BH_REASON_MMIO_ACCESS);
	assert_string_equal(seen.record.what, "write of 8 bytes");
}

static void test_an_open_bus_reads_as_ones(void **state)
{
	struct mmio_access access = { .address = 0xa0000, .size = 2 };

	seen.answer = MMIO_REFUSED;
	assert_int_equal(emulate_access(&access, 1), MMIO_HANDLED);
	assert_int_equal(access.value, 0xffff);
	assert_int_equal(seen.records, 0);
}

static void test_a_fault_may_be_over(void **state)
{
	seen.retry = 1;
	violation_fault(&table, RAM, PT_WRITE, 1, "what");
	assert_int_equal(seen.needed, PT_WRITE);
	assert_int_equal(seen.retries, 1);
	assert_int_equal(seen.records, 0);
	seen.retry = 0;
	violation_fault(&table, 0x10, PT_READ, 0, "what");
	assert_int_equal(seen.record.kind, BH_REASON_MMIO_ACCESS);
	assert_string_equal(seen.record.what, "what");
	/* Nobody fetches from a device. */
	violation_fault(&table, 0x10, PT_EXEC, 0, "instruction fetch");
	assert_int_equal(seen.record.kind, BH_REASON_MEMORY_ACCESS);
	assert_int_equal(seen.retries, 1);
	assert_int_equal(seen.records, 2);
}

static void test_only_ram_is_written(void **state)
{
	seen.prot = PT_READ;
	assert_int_equal(stage2_write(&table, RAM, "abc", 3), STAGE2_NONE);
	seen.prot = PT_READ | PT_WRITE;
	assert_int_equal(stage2_write(&table, RAM + PAGE, "abc", 3), STAGE2_NONE);
	assert_int_equal(stage2_write(&table, RAM + PAGE - 2, "abc", 3), STAGE2_NONE);
	assert_int_equal(seen.closed, 0);
	assert_int_equal(stage2_write(&table, RAM + PAGE - 3, "abc", 3), STAGE2_OK);
	assert_memory_equal(seen.page + PAGE - 3, "abc", 3);
	assert_int_equal(seen.closed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_hypercall_has_its_registers, clear),
		cmocka_unit_test_setup(test_only_disable_has_to_be_able_to_return, clear),
		cmocka_unit_test_setup(test_devices_answer, clear),
		cmocka_unit_test_setup(test_nobodys_is_reported_once, clear),
		cmocka_unit_test_setup(test_an_open_bus_reads_as_ones, clear),
		cmocka_unit_test_setup(test_a_fault_may_be_over, clear),
		cmocka_unit_test_setup(test_only_ram_is_written, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
