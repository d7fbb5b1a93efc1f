// SPDX-License-Identifier: GPL-2.0-only
/* MSRs that decide for all cells, or that let the processor write to physical memory. */
#include "own.h"

#include <linux/kernel.h>

#define EFER 0xc0000080ull
#define EFER_SVME (1ull << 12)
#define PAT 0x277ull
#define APIC_BASE 0x1bull
#define ANOTHER_PAGE 0x100000ull

static bool own_msr_works(void)
{
	struct outcome outcome = guarded(read_msr, PAT, 0);

	return !outcome.exceptions && outcome.value;
}

static void verdict(struct result *result, u64 msr, const struct outcome *outcome)
{
	result->control = own_msr_works();
	result_set(result, is_refused(outcome), "%llx: %llu exceptions, syndrome 0x%llx", msr, outcome->exceptions,
		   outcome->syndrome);
}

static void written(const struct row *row, struct result *result)
{
	struct outcome outcome = guarded(write_msr, row->a, row->b);

	verdict(result, row->a, &outcome);
}

/* Another value than it has: bits @b the other way round. */
static void changed(const struct row *row, struct result *result)
{
	struct outcome now = guarded(read_msr, row->a, 0);
	struct outcome outcome = guarded(write_msr, row->a, now.value ^ row->b);

	verdict(result, row->a, &outcome);
}

static void was_read(const struct row *row, struct result *result)
{
	struct outcome outcome = guarded(read_msr, row->a, 0);

	verdict(result, row->a, &outcome);
}

static const struct row rows[] = {
	{ "feature-control", written, 0x3a, 5 },
	{ "tsc-adjust", written, 0x3b, 0x100000 },
	{ "microcode", written, 0x79, HYPERVISOR },
	{ "smm-monitor", written, 0x9b, HYPERVISOR },
	{ "vmx-capability", was_read, 0x480 },
	{ "trace-output-base", written, 0x560, HYPERVISOR },
	{ "trace-control", written, 0x570, 1 },
	{ "tsc-ratio", written, 0xc0000104, 2ull << 32 },
	{ "system-configuration", changed, 0xc0010010, 1ull << 18 },
	{ "range-base", changed, 0xc0010016, HYPERVISOR },
	{ "top-of-memory", changed, 0xc001001a, HYPERVISOR },
	{ "top-of-memory-2", changed, 0xc001001d, HYPERVISOR },
	{ "smi-trigger", written, 0xc0010056, 0x02000000 },
	{ "configuration-base", changed, 0xc0010058, HYPERVISOR },
	{ "smm-base", written, 0xc0010111, HYPERVISOR },
	{ "smm-address", written, 0xc0010112, HYPERVISOR },
	{ "smm-mask", written, 0xc0010113, 1 },
	{ "vm-cr", written, 0xc0010114, 0 },
	{ "host-save-area", written, 0xc0010117, HYPERVISOR },
	{ "efer-svme", changed, EFER, EFER_SVME },
	{ "apic-moved", changed, APIC_BASE, ANOTHER_PAGE },
};

ATTACK_CLASS(sysreg_class, "kernel-sysreg", rows);
