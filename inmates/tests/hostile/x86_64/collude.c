// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With an accomplice: another cell (accomplice.c) that would let us in, has made page tables for us, waits for our
 * interrupts, and attacks the victim meanwhile. That it agrees must not help.
 */
#include "attacks.h"

#include <regs.h>

#define MSR_ICR 0x830u
#define XAPIC_ICR (XAPIC_AT + 0x300)
#define NMI 0x400u
#define INIT 0x4500u
#define STARTUP 0x600u
#define LOGICAL 0x800u
#define FIRST_VECTOR 0x20u
#define SETTLE_US 5000u

static uint64_t own_works(uint64_t unused)
{
	store64(own_word());
	return load64(own_word());
}

/* By the register that this cell's local APIC has: without x2APIC, the MSR is none. */
static void command(uint64_t value)
{
	if (intc_is(ONLY_X2APIC)) {
		msr_write(MSR_ICR, ACCOMPLICE_APIC_ID << 32 | value);
		return;
	}
	*(volatile uint32_t *)(uintptr_t)(XAPIC_ICR + 0x10) = (uint32_t)ACCOMPLICE_APIC_ID << 24;
	*(volatile uint32_t *)(uintptr_t)XAPIC_ICR = (uint32_t)value;
}

/* The accomplice counts what it gets, and says so. */
static uint64_t send(uint64_t value)
{
	command(value);
	delay_us(SETTLE_US);
	return 1;
}

static uint64_t every_vector(uint64_t mode)
{
	for (uint64_t vector = FIRST_VECTOR; vector < 0x100; vector++)
		command(mode | vector);
	delay_us(SETTLE_US);
	return 1;
}

/* Our own pin, led to its CPU, raised by our UART's transmitter. */
static uint64_t own_pin(uint64_t vector)
{
	volatile uint32_t *ioapic = (volatile uint32_t *)(uintptr_t)IOAPIC_AT;

	ioapic[0] = 0x10 + 2 * HOSTILE_PIN + 1;
	ioapic[4] = (uint32_t)ACCOMPLICE_APIC_ID << 24;
	ioapic[0] = 0x10 + 2 * HOSTILE_PIN;
	ioapic[4] = (uint32_t)vector;
	port_write8(0x3f9, 2);
	delay_us(SETTLE_US);
	port_write8(0x3f9, 0);
	ioapic[4] = 1u << 16;
	return 1;
}

/* clang-format off */
#define FAILS(address) EXPECT_FAILED, BH_REASON_MEMORY_ACCESS, address, 0
#define NOTHING EXPECT_VALUE, 0, 1, 0

static const struct row rows[] = {
	{ "collude.read", own_works, 0, load64, ACCOMPLICE_TABLE, FAILS(ACCOMPLICE_TABLE) },
	{ "collude.write", own_works, 0, store64, ACCOMPLICE_MEMORY + 0x1f0000,
	  FAILS(ACCOMPLICE_MEMORY + 0x1f0000) },
	{ "collude.fetch", own_works, 0, call, ACCOMPLICE_MEMORY, FAILS(ACCOMPLICE_MEMORY) },
	{ "collude.table-walk", own_works, 0, table_walk, ACCOMPLICE_TABLE, FAILS(ACCOMPLICE_TABLE) },
	{ "collude.interrupts", own_works, 0, every_vector, 0, NOTHING },
	{ "collude.interrupts-logical", own_works, 0, every_vector, LOGICAL, NOTHING },
	{ "collude.nmi", own_works, 0, send, NMI, NOTHING },
	{ "collude.init", own_works, 0, send, INIT, NOTHING },
	{ "collude.startup", own_works, 0, send, STARTUP | 0x10, NOTHING },
	{ "collude.pin", own_works, 0, own_pin, FIRST_VECTOR + 4, NOTHING },
};
/* clang-format on */

ROWS(collude_rows, rows);
