// SPDX-License-Identifier: GPL-2.0-only
/* Interrupt commands of root's local APIC to a CPU that is lent; whether one arrived, the victim tells. */
#include "own.h"

#include <linux/kernel.h>

#define ICR (LOCAL_APIC + 0x300)
#define ICR_HIGH (LOCAL_APIC + 0x310)
#define VERSION (LOCAL_APIC + 0x30)
#define HIGH_SHIFT 24
#define VECTOR 0x40u
#define SMI 0x200u
#define NMI 0x400u
#define INIT 0x4500u
#define STARTUP 0x640u
#define EXTINT 0x700u
#define LOGICAL 0x800u
#define OTHERS (3u << 18)

static u64 command(u64 destination, u64 low)
{
	store32(ICR_HIGH, destination << HIGH_SHIFT);
	return store32(ICR, low);
}

static bool version_is_read(void)
{
	struct outcome outcome = guarded_physical(load32, alias(VERSION), 0);

	return !outcome.exceptions && outcome.value;
}

static void to_lent(const struct row *row, struct result *result)
{
	struct outcome outcome = guarded_physical(command, row->a, row->b);

	result->control = version_is_read();
	result_set(result, !outcome.exceptions, "%llu exceptions", outcome.exceptions);
}

static void forbidden(const struct row *row, struct result *result)
{
	struct outcome outcome = guarded_physical(command, row->a, row->b);

	result->control = version_is_read();
	result_set(result, is_refused(&outcome), "%llu exceptions, syndrome 0x%llx", outcome.exceptions,
		   outcome.syndrome);
}

static const struct row rows[] = {
	{ "fixed-to-lent", to_lent, LENT_APIC_ID, VECTOR, IS_XAPIC },
	{ "nmi-to-lent", to_lent, LENT_APIC_ID, NMI, IS_XAPIC },
	{ "init-to-lent", to_lent, LENT_APIC_ID, INIT, IS_XAPIC },
	{ "startup-to-lent", to_lent, LENT_APIC_ID, STARTUP, IS_XAPIC },
	{ "logical-to-lent", to_lent, 1u << LENT_APIC_ID, LOGICAL | NMI, IS_XAPIC },
	{ "smi-to-lent", forbidden, LENT_APIC_ID, SMI, IS_XAPIC },
	{ "smi-to-others", forbidden, 0, OTHERS | SMI, IS_XAPIC },
	{ "external-to-lent", forbidden, LENT_APIC_ID, EXTINT, IS_XAPIC },
};

ATTACK_CLASS(apic_class, "kernel-apic", rows);
