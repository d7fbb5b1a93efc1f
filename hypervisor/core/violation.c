// SPDX-License-Identifier: GPL-2.0-or-later
#include <core/violation.h>

#include <arch/cpu.h>
#include <arch/upcall.h>
#include <arch/vcpu.h>
#include <core/log.h>
#include <core/pagetable.h>
#include <core/stage2.h>
#include <core/stats.h>

void violation_report(unsigned int kind, uint64_t address, uint64_t value, int is_write, const char *what)
{
	struct bh_record record = {
		.kind = kind,
		.cpu = arch_cpu_self(),
		.address = address,
		.value = value,
	};

	format_text(record.what, sizeof(record.what), "%s", what);
	arch_vcpu_explain(&record);
	if (upcall_violation(&record) != VIOLATION_INJECT)
		return;
	if (kind == BH_REASON_BAD_TRAP)
		arch_vcpu_inject_undefined();
	else
		arch_vcpu_inject_fault(address, is_write);
}

void violation_access(uint64_t address, uint64_t value, int is_write, const char *what)
{
	violation_report(stage2_kind(address), address, value, is_write, what);
}

void violation_refused(const struct mmio_access *access)
{
	const int is_write = access->is_write || access->is_change;

	violation_access(access->address, access->value, is_write, stage2_name(access->size, is_write));
}

void violation_fault(const struct page_table *table, uint64_t address, unsigned int right, int is_write,
		     const char *what)
{
	if (pt_retry(table, address, right))
		stats_count(BH_STAT_RETRY);
	else
		violation_report(right & PT_EXEC ? BH_REASON_MEMORY_ACCESS : stage2_kind(address), address, 0, is_write,
				 what);
}
