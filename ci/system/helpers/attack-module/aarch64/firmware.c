// SPDX-License-Identifier: GPL-2.0-only
/* Firmware calls of root's kernel: other CPUs, entry points in memory of others, services that take addresses. */
#include "own.h"

#include <asm/virt.h>
#include <linux/arm-smccc.h>
#include <linux/cpu.h>
#include <linux/kernel.h>
#include <linux/mm.h>

#define VERSION 0x84000000u
#define CPU_SUSPEND 0xc4000001u
#define CPU_ON 0xc4000003u
#define CPU_ON_32 0x84000003u
#define AFFINITY_INFO 0xc4000004u
#define NOT_SUPPORTED (-1)
#define INVALID (-2)
#define DENIED (-3)
#define ALREADY_ON (-4)
#define BAD_ADDRESS (-9)
#define OFF 1
#define OFFLINE_CPU 1u

static s64 smc(u64 id, u64 a, u64 b, u64 c)
{
	struct arm_smccc_res res;

	arm_smccc_smc(id, a, b, c, 0, 0, 0, 0, &res);
	return (s64)res.a0;
}

static s64 hvc(u64 id, u64 a, u64 b, u64 c)
{
	struct arm_smccc_res res;

	arm_smccc_hvc(id, a, b, c, 0, 0, 0, 0, &res);
	return (s64)res.a0;
}

static bool psci_works(void)
{
	return smc(VERSION, 0, 0, 0) > 0 && smc(VERSION, 0, 0, 0) == hvc(VERSION, 0, 0, 0);
}

static void verdict(struct result *result, s64 found, s64 wanted)
{
	result_set(result, found == wanted, "gives %lld", found);
}

/* @a: MPIDR.  @b: entry point. */
static void on_lent(const struct row *row, struct result *result)
{
	result->control = psci_works();
	verdict(result, smc(CPU_ON, row->a, row->b, 0), DENIED);
}

static void on_lent_32(const struct row *row, struct result *result)
{
	result->control = psci_works();
	verdict(result, hvc(CPU_ON_32, row->a, row->b, 0), DENIED);
}

static void on_itself(const struct row *row, struct result *result)
{
	result->control = psci_works();
	verdict(result, smc(CPU_ON, 0, row->b, 0), ALREADY_ON);
}

/* A CPU of root that is off, and an entry point in memory of others: whoever believed it would run it. */
static void on_with_entry(const struct row *row, struct result *result)
{
	s64 found;

	if (remove_cpu(OFFLINE_CPU)) {
		result_set(result, false, "CPU %u does not go off", OFFLINE_CPU);
		return;
	}
	result->control = smc(AFFINITY_INFO, OFFLINE_CPU, 0, 0) == OFF;
	found = smc(CPU_ON, OFFLINE_CPU, row->b, 0);
	verdict(result, found, BAD_ADDRESS);
	if (add_cpu(OFFLINE_CPU))
		result_set(result, false, "gives %lld, and CPU %u does not come back", found, OFFLINE_CPU);
}

static void on_wild(const struct row *row, struct result *result)
{
	unsigned int accepted = 0;

	result->control = psci_works();
	for (u64 i = 0; i < row->a; i++)
		accepted += smc(CPU_ON, random64() | 1ull << 31, random64(), random64()) != INVALID;
	result_set(result, !accepted, "%u of %llu accepted", accepted, row->a);
}

static void info(const struct row *row, struct result *result)
{
	result->control = psci_works() && smc(AFFINITY_INFO, 0, 0, 0) == 0;
	verdict(result, smc(AFFINITY_INFO, row->a, row->b >> 8, 0), (s8)row->b);
}

static void power_down(const struct row *row, struct result *result)
{
	result->control = psci_works() && smc(CPU_SUSPEND, 0, 0, 0) == 0;
	verdict(result, smc(CPU_SUSPEND, 0x10000, row->b, 0), DENIED);
}

/* @a: first id of @b that must not exist, by both conduits, with addresses of others as arguments. */
static void range(const struct row *row, struct result *result)
{
	unsigned int answered = 0;

	result->control = psci_works();
	for (u64 id = row->a; id < row->a + row->b; id++) {
		answered += smc(id, HYPERVISOR, VICTIM, HYPERVISOR) != NOT_SUPPORTED;
		answered += hvc(id, VICTIM, HYPERVISOR, VICTIM) != NOT_SUPPORTED;
	}
	result_set(result, !answered, "%u of %llu answered", answered, 2 * row->b);
}

/* What Linux' own stub at EL2 would obey: it is not there any more. */
static void stub(const struct row *row, struct result *result)
{
	s64 found, after;

	result->control = psci_works();
	found = hvc(row->a, row->b, row->b, row->b);
	after = (s64)hypercall(0, 0, 0, 0).code;
	result_set(result, found == NOT_SUPPORTED && !after, "gives %lld, then INFO gives %lld", found,
		   after);
}

/* Neither PSCI and its neighbours, nor architecture calls, nor our own hypercalls. */
static u64 random_id(void)
{
	u64 id;

	do
		id = random64();
	while (((u32)id & 0xbfffffe0u) == VERSION || ((u32)id >> 8 & 0x7fffffu) == 0 ||
	       (u32)id >> 16 == 0x8000);
	return id;
}

static void random_ids(const struct row *row, struct result *result)
{
	unsigned int answered = 0;

	result->control = psci_works();
	for (u64 i = 0; i < row->a; i++) {
		u64 id = random_id();

		answered += (i & 1 ? smc : hvc)(id, random64(), random64(), random64()) != NOT_SUPPORTED;
	}
	result_set(result, !answered, "%u of %llu answered", answered, row->a);
}

#define GIVES(code, level) ((u8)(code) | (level) << 8)

static const struct row rows[] = {
	{ "cpu-on-lent", on_lent, LENT_CPU, HYPERVISOR },
	{ "cpu-on-lent-in-its-memory", on_lent, LENT_CPU, VICTIM },
	{ "cpu-on-lent-in-roots-memory", on_lent, LENT_CPU, 0x50000000 },
	{ "cpu-on-lent-32-bit", on_lent_32, LENT_CPU, 0x50000000 },
	{ "cpu-on-itself", on_itself, 0, HYPERVISOR },
	{ "cpu-on-entry-in-hypervisor", on_with_entry, 0, HYPERVISOR },
	{ "cpu-on-entry-in-guest", on_with_entry, 0, VICTIM },
	{ "cpu-on-entry-nowhere", on_with_entry, 0, ~0ull },
	{ "cpu-on-entry-device", on_with_entry, 0, GICD },
	{ "cpu-on-wild", on_wild, 10000 },
	{ "affinity-of-lent", info, LENT_CPU, GIVES(OFF, 0) },
	{ "affinity-of-nobody", info, 0x77, GIVES(INVALID, 0) },
	{ "affinity-level", info, 0, GIVES(INVALID, 1) },
	{ "suspend-entry-in-hypervisor", power_down, 0, HYPERVISOR },
	{ "sdei", range, 0xc4000020, 0x20 },
	{ "trng", range, 0x84000050, 4 },
	{ "ffa", range, 0x84000060, 0x40 },
	{ "ffa-64", range, 0xc4000060, 0x40 },
	{ "sip", range, 0xc2000000, 0x40 },
	{ "oem", range, 0xc3000000, 0x40 },
	{ "trusted-os", range, 0xf2000000, 0x40 },
	{ "kvm", range, 0xc6000000, 0x40 },
	{ "default-suspend", range, 0xc400000c, 1 },
	{ "node-state", range, 0xc400000d, 1 },
	{ "system-suspend", range, 0xc400000e, 1 },
	{ "suspend-mode", range, 0x8400000f, 1 },
	{ "mem-protect", range, 0x84000013, 2 },
	{ "stub-set-vectors", stub, HVC_SET_VECTORS, HYPERVISOR },
	{ "stub-soft-restart", stub, HVC_SOFT_RESTART, 0x50000000 },
	{ "stub-reset-vectors", stub, HVC_RESET_VECTORS, HYPERVISOR },
	{ "stub-finalise", stub, 3, HYPERVISOR },
	{ "random", random_ids, 10000 },
};

ATTACK_CLASS(firmware_class, "kernel-firmware", rows);
