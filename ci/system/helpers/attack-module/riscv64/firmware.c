// SPDX-License-Identifier: GPL-2.0-only
/* Firmware calls of root's kernel: other harts, entry points in memory of others, extensions that take addresses. */
#include "own.h"

#include <asm/sbi.h>
#include <linux/cpu.h>
#include <linux/kernel.h>
#include <linux/of.h>

#define ARGUMENTS 6
#define FIRST_EXPERIMENTAL 0x08000000u
#define FIRST_VENDOR 0x09000000u
#define FIRST_FIRMWARE 0x0a000000u
#define FUNCTIONS 32u
#define UNKNOWN_HART 0x77u
#define LEGACY_SEND_IPI 4u

static s64 call(u64 extension, u64 function, u64 a, u64 b, u64 c)
{
	const u64 arguments[ARGUMENTS] = { a, b, c };

	return sbi(extension, function, arguments).error;
}

static bool sbi_works(void)
{
	const u64 none[ARGUMENTS] = { 0 };
	const struct sbi_answer version = sbi(SBI_EXT_BASE, SBI_EXT_BASE_GET_SPEC_VERSION, none);

	return !version.error && version.value;
}

static void verdict(struct result *result, s64 found, s64 wanted)
{
	result_set(result, found == wanted, "gives %lld", found);
}

static void start_lent(const struct row *row, struct result *result)
{
	result->control = sbi_works();
	verdict(result, call(SBI_EXT_HSM, SBI_EXT_HSM_HART_START, LENT_HART, row->a, 0), SBI_ERR_FAILURE);
}

static void start_nobody(const struct row *row, struct result *result)
{
	result->control = sbi_works();
	verdict(result, call(SBI_EXT_HSM, SBI_EXT_HSM_HART_START, row->a, HYPERVISOR, 0),
		SBI_ERR_INVALID_PARAM);
}

static u64 hart_of(unsigned int cpu)
{
	struct device_node *node = of_get_cpu_node(cpu, NULL);
	u32 hart = ~0u;

	of_property_read_u32(node, "reg", &hart);
	of_node_put(node);
	return hart;
}

/* A hart of root's that is off, and an entry point in memory of others: whoever believed it would run it. */
static void start_with_entry(const struct row *row, struct result *result)
{
	const unsigned int cpu = cpumask_last(cpu_online_mask);
	const u64 hart = hart_of(cpu);
	s64 found;

	if (remove_cpu(cpu)) {
		result_set(result, false, "CPU %u does not go off", cpu);
		return;
	}
	result->control = !call(SBI_EXT_HSM, SBI_EXT_HSM_HART_STATUS, hart, 0, 0);
	found = call(SBI_EXT_HSM, SBI_EXT_HSM_HART_START, hart, row->a, 0);
	verdict(result, found, SBI_ERR_INVALID_ADDRESS);
	if (add_cpu(cpu))
		result_set(result, false, "gives %lld, and CPU %u does not come back", found, cpu);
}

static void start_wild(const struct row *row, struct result *result)
{
	unsigned int accepted = 0;

	result->control = sbi_works();
	for (u64 i = 0; i < row->a; i++)
		accepted += call(SBI_EXT_HSM, SBI_EXT_HSM_HART_START, random64() | 1ull << 31, random64(),
				 random64()) != SBI_ERR_INVALID_PARAM;
	result_set(result, !accepted, "%u of %llu accepted", accepted, row->a);
}

/* A hart that is lent is stopped, as far as root is concerned. */
static void status_of_lent(const struct row *row, struct result *result)
{
	const u64 hart[ARGUMENTS] = { LENT_HART };
	const struct sbi_answer status = sbi(SBI_EXT_HSM, SBI_EXT_HSM_HART_STATUS, hart);

	result->control = sbi_works();
	result_set(result, !status.error && status.value == SBI_HSM_STATE_STOPPED, "gives %lld, %llu",
		   status.error, status.value);
}

/* Firmware would come back to the entry past the hypervisor. */
static void suspend(const struct row *row, struct result *result)
{
	result->control = sbi_works();
	verdict(result, call(SBI_EXT_HSM, SBI_EXT_HSM_HART_SUSPEND, row->a, HYPERVISOR, 0),
		(s64)row->b);
}

/* Nothing is said about a hart that is lent; whether it arrived, the victim tells. */
static void ipi_to_lent(const struct row *row, struct result *result)
{
	result->control = sbi_works();
	verdict(result, call(SBI_EXT_IPI, SBI_EXT_IPI_SEND_IPI, 1, LENT_HART, 0), SBI_SUCCESS);
}

static void ipi_to_nobody(const struct row *row, struct result *result)
{
	result->control = sbi_works();
	verdict(result, call(SBI_EXT_IPI, SBI_EXT_IPI_SEND_IPI, row->a, row->b, 0), SBI_ERR_INVALID_PARAM);
}

/* Fences of the hypervisor's own tables. */
static void fence(const struct row *row, struct result *result)
{
	result->control = sbi_works();
	verdict(result, call(SBI_EXT_RFENCE, row->a, 1, 0, 0), SBI_ERR_NOT_SUPPORTED);
}

/* @a: address.  @b: function of the debug console. */
static void console(const struct row *row, struct result *result)
{
	result->control = sbi_works();
	verdict(result, call(SBI_EXT_DBCN, row->b, 16, row->a, 0), SBI_ERR_INVALID_PARAM);
}

static void console_high(const struct row *row, struct result *result)
{
	result->control = sbi_works();
	verdict(result, call(SBI_EXT_DBCN, row->b, 16, OWN_MEMORY, row->a), SBI_ERR_INVALID_PARAM);
}

/* @a: extension that there must not be, with addresses of others in every function of it. */
static void extension(const struct row *row, struct result *result)
{
	const u64 arguments[ARGUMENTS] = { HYPERVISOR, 0, VICTIM, HYPERVISOR, 4096, 1 };
	unsigned int answered = 0;

	result->control = sbi_works();
	for (u64 function = 0; function < FUNCTIONS; function++)
		answered += sbi(row->a, function, arguments).error != SBI_ERR_NOT_SUPPORTED;
	result_set(result, !answered, "%u of %u answered", answered, FUNCTIONS);
}

static void reset_type(const struct row *row, struct result *result)
{
	result->control = sbi_works();
	verdict(result, call(SBI_EXT_SRST, SBI_EXT_SRST_RESET, row->a, 0, 0), SBI_ERR_INVALID_PARAM);
}

static u64 ipi_by_mask(u64 address, u64 unused)
{
	return (u64)call(LEGACY_SEND_IPI, 0, address, 0, 0);
}

/* Masks of harts behind addresses of others. */
static void legacy(const struct row *row, struct result *result)
{
	result->control = sbi_works();
	verdict(result, (s64)guarded_physical(ipi_by_mask, alias(row->a), 0).value, SBI_ERR_INVALID_ADDRESS);
}

static void random_extensions(const struct row *row, struct result *result)
{
	unsigned int answered = 0;

	result->control = sbi_works();
	for (u64 i = 0; i < row->a; i++)
		answered += call(random64() | 1ull << 40, random64(), random64(), random64(), random64()) !=
			    SBI_ERR_NOT_SUPPORTED;
	result_set(result, !answered, "%u of %llu answered", answered, row->a);
}

static const struct row rows[] = {
	{ "start-lent", start_lent, HYPERVISOR },
	{ "start-lent-in-its-memory", start_lent, VICTIM },
	{ "start-lent-in-roots-memory", start_lent, 0x80200000 },
	{ "start-nobody", start_nobody, UNKNOWN_HART },
	{ "start-high-bits", start_nobody, 1ull << 32 },
	{ "start-entry-in-hypervisor", start_with_entry, HYPERVISOR },
	{ "start-entry-in-guest", start_with_entry, VICTIM },
	{ "start-entry-nowhere", start_with_entry, ~0ull },
	{ "start-entry-plic", start_with_entry, PLIC, 0, IS_PLIC },
	{ "start-entry-aplic", start_with_entry, APLIC, 0, IS_ANY_APLIC },
	{ "start-wild", start_wild, 10000 },
	{ "status-of-lent", status_of_lent },
	{ "suspend-with-entry", suspend, SBI_HSM_SUSPEND_NON_RET_DEFAULT, (u64)SBI_ERR_NOT_SUPPORTED },
	{ "suspend-of-platform", suspend, 0x90000000, (u64)SBI_ERR_INVALID_PARAM },
	{ "ipi-to-lent", ipi_to_lent },
	{ "ipi-to-nobody", ipi_to_nobody, ~0ull, 1 },
	{ "ipi-far", ipi_to_nobody, 1, 1ull << 40 },
	{ "fence-gvma-vmid", fence, SBI_EXT_RFENCE_REMOTE_HFENCE_GVMA_VMID },
	{ "fence-gvma", fence, SBI_EXT_RFENCE_REMOTE_HFENCE_GVMA },
	{ "fence-vvma-asid", fence, SBI_EXT_RFENCE_REMOTE_HFENCE_VVMA_ASID },
	{ "fence-vvma", fence, SBI_EXT_RFENCE_REMOTE_HFENCE_VVMA },
	{ "console-of-hypervisor", console, HYPERVISOR, SBI_EXT_DBCN_CONSOLE_WRITE },
	{ "console-of-guest", console, VICTIM, SBI_EXT_DBCN_CONSOLE_WRITE },
	{ "console-of-device", console, OWN_DEVICE, SBI_EXT_DBCN_CONSOLE_WRITE },
	{ "console-into-hypervisor", console, HYPERVISOR, SBI_EXT_DBCN_CONSOLE_READ },
	{ "console-into-guest", console, VICTIM, SBI_EXT_DBCN_CONSOLE_READ },
	{ "console-high-half", console_high, 1, SBI_EXT_DBCN_CONSOLE_WRITE },
	{ "reset-of-no-type", reset_type, 0x10000000 },
	{ "reset-of-vendor", reset_type, 0xf0000000 },
	{ "legacy-mask-in-hypervisor", legacy, HYPERVISOR },
	{ "legacy-mask-in-guest", legacy, VICTIM },
	{ "pmu", extension, 0x504d55 },
	{ "sse", extension, 0x535345 },
	{ "susp", extension, 0x53555350 },
	{ "nacl", extension, 0x4e41434c },
	{ "sta", extension, 0x535441 },
	{ "fwft", extension, 0x46574654 },
	{ "dbtr", extension, 0x44425452 },
	{ "mpxy", extension, 0x4d505859 },
	{ "cppc", extension, 0x43505043 },
	{ "experimental", extension, FIRST_EXPERIMENTAL },
	{ "vendor", extension, FIRST_VENDOR },
	{ "firmware", extension, FIRST_FIRMWARE },
	{ "random", random_extensions, 10000 },
};

ATTACK_CLASS(firmware_class, "kernel-firmware", rows);
