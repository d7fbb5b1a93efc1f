// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts of others: distributor, redistributors of CPUs that are lent, IPIs to them. */
#include "own.h"

#include <asm/barrier.h>
#include <asm/sysreg.h>
#include <linux/kernel.h>
#include <linux/smp.h>

#define NOBODYS_SPI 100u
#define ISENABLER 0x100u
#define ICENABLER 0x180u
#define ISPENDR 0x200u
#define ICPENDR 0x280u
#define ISACTIVER 0x300u
#define ICACTIVER 0x380u
#define LENT (GICR + LENT_CPU * GICR_STRIDE)
#define OTHER_CPU 1

static u64 read_device(u64 address, bool wide)
{
	return guarded_physical(wide ? load64 : load32, alias_device(address), 0).value;
}

static struct outcome write_device(u64 address, u64 value, bool wide)
{
	return guarded_physical(wide ? store64 : store32, alias_device(address), value);
}

/* An interrupt that no cell has is root's: its bit can be set and cleared. */
static bool distributor_works(void)
{
	u64 offset = NOBODYS_SPI / 32 * 4;
	u32 bit = 1u << NOBODYS_SPI % 32;

	write_device(GICD + ISENABLER + offset, bit, false);
	if (!(read_device(GICD + ISENABLER + offset, false) & bit))
		return false;
	write_device(GICD + ICENABLER + offset, bit, false);
	return !(read_device(GICD + ISENABLER + offset, false) & bit);
}

/* @a: register of one bit an interrupt.  @b: interrupt. What its owner sees, it looks itself. */
static void bit_of(const struct row *row, struct result *result)
{
	u64 address = GICD + row->a + row->b / 32 * 4;
	u32 bit = 1u << row->b % 32;
	struct outcome outcome;
	u64 found;

	result->control = distributor_works();
	outcome = write_device(address, bit, false);
	found = read_device(address, false);
	result_set(result, !outcome.exceptions && !(found & bit), "interrupt %llu reads 0x%llx", row->b,
		   found);
}

/* @a: address of a register.  @b: value that must not stay. */
static void value_of(const struct row *row, struct result *result)
{
	bool wide = row->a >= GICD + 0x6000 && row->a < GICD + 0x8000;
	struct outcome outcome;
	u64 found;

	result->control = distributor_works();
	outcome = write_device(row->a, row->b, wide);
	found = read_device(row->a, wide);
	result_set(result, !outcome.exceptions && !(found & row->b), "0x%llx reads 0x%llx", row->a, found);
}

static void byte_of(const struct row *row, struct result *result)
{
	u64 found;

	result->control = distributor_works();
	guarded_physical(store8, alias_device(row->a), row->b);
	found = guarded_physical(load8, alias_device(row->a), 0).value;
	result_set(result, !found, "0x%llx reads 0x%llx", row->a, found);
}

static bool own_redistributor_works(void)
{
	return read_device(GICR + 0x10000 + ISENABLER, false) != 0;
}

/* @a: in the redistributor of a CPU that is lent. */
static void redistributor(const struct row *row, struct result *result)
{
	u64 before = read_device(LENT + row->a, false), after;
	struct outcome outcome = write_device(LENT + row->a, row->b, false);

	after = read_device(LENT + row->a, false);
	result->control = own_redistributor_works();
	result_set(result, !outcome.exceptions && before == after, "+0x%llx reads 0x%llx, before 0x%llx",
		   row->a, after, before);
}

static void note(void *called)
{
	*(bool *)called = true;
}

static bool ipi_works(void)
{
	bool called = false;

	return !smp_call_function_single(OTHER_CPU, note, &called, 1) && called;
}

static u64 send(u64 value, u64 unused)
{
	asm volatile("msr S3_0_C12_C11_5, %0\n isb" : : "r"(value)); /* ICC_SGI1R_EL1 */
	return 1;
}

static u64 send_secure(u64 value, u64 unused)
{
	asm volatile("msr S3_0_C12_C11_6, %0\n msr S3_0_C12_C11_7, %0\n isb" : : "r"(value));
	return 1;
}

/* Every number to @a; whether it arrived, the victim tells. @b: by the secure registers. */
static void send_all(const struct row *row, struct result *result)
{
	u64 exceptions = 0;

	result->control = ipi_works();
	for (u64 sgi = 0; sgi < 16; sgi++)
		exceptions += guarded(row->b ? send_secure : send, sgi << 24 | row->a, 0).exceptions;
	result_set(result, !exceptions, "%llu exceptions", exceptions);
}

/* To all CPUs but ourselves: root's own get a rescheduling IPI, which harms nobody. */
static void send_broadcast(const struct row *row, struct result *result)
{
	struct outcome outcome;

	result->control = ipi_works();
	outcome = guarded(send, 1ull << 40, 0);
	result_set(result, !outcome.exceptions, "%llu exceptions", outcome.exceptions);
}

/* Any affinity, any range, but only the lent CPUs' bits of the list. */
static void send_random(const struct row *row, struct result *result)
{
	u64 exceptions = 0;

	result->control = ipi_works();
	for (u64 i = 0; i < row->a; i++)
		exceptions += guarded(send, (random64() & ~(1ull << 40 | 0xffffull)) | 1ull << LENT_CPU, 0)
				      .exceptions;
	result_set(result, !exceptions, "%llu exceptions", exceptions);
}

static void send_by_distributor(const struct row *row, struct result *result)
{
	u64 exceptions = 0;

	result->control = ipi_works();
	for (u64 sgi = 0; sgi < 16; sgi++)
		exceptions += write_device(GICD + 0xf00, row->a | sgi, false).exceptions;
	result_set(result, !exceptions, "%llu exceptions", exceptions);
}

#define V VICTIM_SPI

static const struct row rows[] = {
	{ "enable", bit_of, ISENABLER, V },
	{ "disable", bit_of, ICENABLER, V },
	{ "pend", bit_of, ISPENDR, V },
	{ "unpend", bit_of, ICPENDR, V },
	{ "activate", bit_of, ISACTIVER, V },
	{ "deactivate", bit_of, ICACTIVER, V },
	{ "group", bit_of, 0x80, V },
	{ "pend-uart-of-victim", bit_of, ISPENDR, 40 },
	{ "priority", byte_of, GICD + 0x400 + V, 0xf8 },
	{ "config", value_of, GICD + 0xc00 + V / 16 * 4, 2u << V % 16 * 2 },
	{ "router", value_of, GICD + 0x6000 + V * 8, ~0ull, 3 },
	{ "set-spi", value_of, GICD + 0x40, V, 3 },
	{ "clear-spi", value_of, GICD + 0x48, V, 3 },
	{ "route-to-lent", value_of, GICD + 0x6000 + NOBODYS_SPI * 8, LENT_CPU, 3 },
	{ "targets", byte_of, GICD + 0x800 + V, 1, 2 },
	{ "lent-enable", redistributor, 0x10000 + ISENABLER, ~0u, 3 },
	{ "lent-disable", redistributor, 0x10000 + ICENABLER, ~0u, 3 },
	{ "lent-pend", redistributor, 0x10000 + ISPENDR, ~0u, 3 },
	{ "lent-activate", redistributor, 0x10000 + ISACTIVER, ~0u, 3 },
	{ "lent-priority", redistributor, 0x10400, 0xf8f8f8f8, 3 },
	{ "lent-config", redistributor, 0x10c04, ~0u, 3 },
	{ "lent-group", redistributor, 0x10080, 0, 3 },
	{ "lent-waker", redistributor, 0x14, 2, 3 },
	{ "sgi-to-lent", send_all, 1ull << LENT_CPU, 0, 3 },
	{ "sgi-secure", send_all, 1ull << LENT_CPU, 1, 3 },
	{ "sgi-to-range", send_all, 1ull << 44 | 1ull << LENT_CPU, 0, 3 },
	{ "sgi-to-all-others", send_broadcast, 0, 0, 3 },
	{ "sgi-random", send_random, 2000, 0, 3 },
	{ "sgir-to-lent", send_by_distributor, 1u << (16 + LENT_CPU), 0, 2 },
	{ "pend-sgi-of-lent", value_of, GICD + 0xf20, ~0u, 2 },
};

ATTACK_CLASS(gic_class, "kernel-gic", rows);
