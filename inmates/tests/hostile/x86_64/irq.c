// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupt commands by every form of address, local sources, pins: none leaves the cell. The victim counts. */
#include "attacks.h"

#include <regs.h>

#define NUMBER (COUNTED_VECTOR - VECTOR_FIRST)
#define VECTOR COUNTED_VECTOR
#define WAIT_US 5000u

#define LOWEST 0x100u
#define SMI 0x200u
#define MODE3 0x300u
#define NMI 0x400u
#define INIT 0x500u
#define STARTUP 0x600u
#define EXTINT 0x700u
#define LOGICAL 0x800u
#define ASSERT 0x4000u
#define SELF (1u << 18)
#define ALL (2u << 18)
#define OTHERS (3u << 18)

#define MSR_APIC_BASE 0x1bu
#define APIC_ENABLED (1ull << 11)
#define APIC_MODES (3ull << 10)
#define MSR_ICR 0x830u
#define MSR_SELF_IPI 0x83fu
#define MSR_LVT_PERFORMANCE 0x834u
#define MSR_LVT_LINT0 0x835u
#define XAPIC_ICR (XAPIC_AT + 0x300)

static volatile unsigned int taken;

static void on_number(unsigned int irq)
{
	taken++;
}

void irqs_count(void)
{
	taken = 0;
	irq_set_handler(NUMBER, on_number);
	irq_enable(NUMBER);
}

uint64_t irqs_counted(void)
{
	irqs_unmask();
	delay_us(WAIT_US);
	irqs_mask();
	return taken;
}

static uint64_t to_self(uint64_t unused)
{
	irqs_count();
	irq_send(0, NUMBER);
	return irqs_counted();
}

/* What we ourselves get of a command; the destination is the upper half. */
static uint64_t by_x2(uint64_t command)
{
	irqs_count();
	msr_write(MSR_ICR, command);
	return irqs_counted();
}

/* As many of each kind as the destination has bits, to everybody but us. */
static uint64_t random_x2(uint64_t count)
{
	static const uint32_t modes[] = { 0, LOWEST, NMI, INIT | ASSERT, STARTUP };

	irqs_count();
	for (uint64_t i = 0; i < count; i++) {
		const uint64_t to = (random64() & 0xfffe) + 1 + (i & 1 ? 0x10000 * (random64() & 0xff) : 0);

		msr_write(MSR_ICR, (to & ~1ull ? to : 2) << 32 | modes[i % 5] | VECTOR);
	}
	return irqs_counted();
}

static uint64_t every_vector(uint64_t destination)
{
	irqs_count();
	for (uint64_t vector = 0; vector < 0x100; vector++)
		msr_write(MSR_ICR, destination << 32 | vector);
	return irqs_counted();
}

static uint64_t local_source(uint64_t value)
{
	msr_write(MSR_LVT_PERFORMANCE, value);
	return msr_read(MSR_LVT_PERFORMANCE) & 0xffff;
}

static uint64_t wire(uint64_t value)
{
	msr_write(MSR_LVT_LINT0, value);
	return msr_read(MSR_LVT_LINT0) & 0x10000;
}

static uint64_t self_ipi(uint64_t vector)
{
	irqs_count();
	msr_write(MSR_SELF_IPI, vector);
	return irqs_counted();
}

/* The local APIC off and on again: the hypervisor still reaches this CPU, or the cell could not be stopped. */
static uint64_t apic_off(uint64_t unused)
{
	const uint64_t base = msr_read(MSR_APIC_BASE);

	msr_write(MSR_APIC_BASE, base & ~APIC_MODES);
	delay_us(WAIT_US);
	msr_write(MSR_APIC_BASE, (base & ~APIC_MODES) | APIC_ENABLED);
	irq_init();
	return to_self(0);
}

/* From x2APIC mode, or back to it: only by way of off. */
static void xapic_mode(void)
{
	const uint64_t base = msr_read(MSR_APIC_BASE) & ~APIC_MODES;

	msr_write(MSR_APIC_BASE, base);
	msr_write(MSR_APIC_BASE, base | APIC_ENABLED);
}

/*
 * With the registers in memory: logical destinations have two models there. Where the library ends interrupts by MSR,
 * what came is looked up, not taken.
 */
static void xapic_begin(uint32_t format, uint32_t logical)
{
	if (intc_is(ONLY_X2APIC))
		xapic_mode();
	*(volatile uint32_t *)(uintptr_t)(XAPIC_AT + 0xf0) = 0x1ff;
	*(volatile uint32_t *)(uintptr_t)(XAPIC_AT + 0xe0) = format;
	*(volatile uint32_t *)(uintptr_t)(XAPIC_AT + 0xd0) = logical << 24;
	irqs_count();
}

static uint64_t xapic_end(void)
{
	uint32_t pending;

	if (!intc_is(ONLY_X2APIC))
		return irqs_counted();
	delay_us(WAIT_US);
	pending = *(volatile uint32_t *)(uintptr_t)(XAPIC_AT + 0x200 + VECTOR / 32 * 0x10);
	xapic_mode();
	irq_init();
	return pending >> VECTOR % 32 & 1;
}

static void xapic_send(uint64_t command)
{
	*(volatile uint32_t *)(uintptr_t)(XAPIC_ICR + 0x10) = (uint32_t)(command >> 32) << 24;
	*(volatile uint32_t *)(uintptr_t)XAPIC_ICR = (uint32_t)command;
}

static uint64_t by_flat(uint64_t command)
{
	xapic_begin(0xffffffff, 1);
	xapic_send(command);
	return xapic_end();
}

static uint64_t by_cluster(uint64_t command)
{
	xapic_begin(0x0fffffff, 0x11);
	xapic_send(command);
	return xapic_end();
}

static uint64_t random_flat(uint64_t count)
{
	static const uint32_t modes[] = { 0, LOWEST, NMI, INIT | ASSERT, STARTUP };

	xapic_begin(0xffffffff, 1);
	for (uint64_t i = 0; i < count; i++)
		xapic_send(((random64() & 0x7e) | 2) << 32 | modes[i % 5] | (i & 16 ? LOGICAL : 0) | VECTOR);
	return xapic_end();
}

/* The pin of our own UART, with all that an entry can say; raised by its transmitter. */
static uint64_t own_pin(uint64_t entry)
{
	volatile uint32_t *select = (volatile uint32_t *)(uintptr_t)IOAPIC_AT;
	volatile uint32_t *window = (volatile uint32_t *)(uintptr_t)(IOAPIC_AT + 0x10);

	irqs_count();
	*select = 0x10 + 2 * HOSTILE_PIN + 1;
	*window = (uint32_t)(entry >> 32);
	*select = 0x10 + 2 * HOSTILE_PIN;
	*window = (uint32_t)entry;
	port_write8(0x3f9, 2);
	(void)irqs_counted();
	port_write8(0x3f9, 0);
	*window = 1u << 16;
	return taken;
}

/* Pins that are not ours, unmasked to everywhere. */
static uint64_t other_pins(uint64_t unused)
{
	volatile uint32_t *select = (volatile uint32_t *)(uintptr_t)IOAPIC_AT;
	volatile uint32_t *window = (volatile uint32_t *)(uintptr_t)(IOAPIC_AT + 0x10);

	irqs_count();
	for (uint32_t pin = 0; pin < 24; pin++) {
		if (pin == HOSTILE_PIN)
			continue;
		*select = 0x10 + 2 * pin + 1;
		*window = VICTIM_APIC_ID << 24;
		*select = 0x10 + 2 * pin;
		*window = VECTOR;
	}
	irqs_counted();
	for (uint32_t pin = 0; pin < 24; pin++) {
		*select = 0x10 + 2 * pin;
		*window = 1u << 16;
	}
	return taken;
}

/* clang-format off */
#define TO(destination) ((uint64_t)(destination) << 32)
#define GETS(count) EXPECT_VALUE, 0, count, 0
#define X2_GETS(count) EXPECT_VALUE, 0, count, ONLY_X2APIC
#define X2_REFUSED EXPECT_FAILED, BH_REASON_SYSREG_ACCESS, MSR_ICR, ONLY_X2APIC
#define REFUSED_PAGE EXPECT_FAILED, BH_REASON_MMIO_ACCESS, XAPIC_ICR, 0

static const struct row rows[] = {
	{ "irq.physical", to_self, 0, by_x2, TO(VICTIM_APIC_ID) | VECTOR, X2_GETS(0) },
	{ "irq.physical-broadcast", to_self, 0, by_x2, TO(0xffffffff) | VECTOR, X2_GETS(1) },
	{ "irq.physical-255", to_self, 0, by_x2, TO(0xff) | VECTOR, X2_GETS(0) },
	{ "irq.logical-cluster", to_self, 0, by_x2, TO(0xfffe) | LOGICAL | VECTOR, X2_GETS(0) },
	{ "irq.logical-cluster-with-self", to_self, 0, by_x2, TO(0xffff) | LOGICAL | VECTOR, X2_GETS(1) },
	{ "irq.logical-other-cluster", to_self, 0, by_x2, TO(0x1ffff) | LOGICAL | VECTOR, X2_GETS(0) },
	{ "irq.lowest-priority", to_self, 0, by_x2, TO(0xfffe) | LOGICAL | LOWEST | VECTOR, X2_GETS(0) },
	{ "irq.lowest-priority-broadcast", to_self, 0, by_x2, TO(0xffffffff) | LOWEST | VECTOR, X2_GETS(1) },
	{ "irq.shorthand-self", to_self, 0, by_x2, SELF | TO(VICTIM_APIC_ID) | VECTOR, X2_GETS(1) },
	{ "irq.shorthand-all", to_self, 0, by_x2, ALL | TO(VICTIM_APIC_ID) | VECTOR, X2_GETS(1) },
	{ "irq.shorthand-others", to_self, 0, by_x2, OTHERS | VECTOR, X2_GETS(0) },
	{ "irq.nmi", to_self, 0, by_x2, TO(VICTIM_APIC_ID) | NMI, X2_GETS(0) },
	{ "irq.nmi-to-others", to_self, 0, by_x2, OTHERS | NMI, X2_GETS(0) },
	{ "irq.nmi-logical", to_self, 0, by_x2, TO(0xfffe) | LOGICAL | NMI, X2_GETS(0) },
	{ "irq.init", to_self, 0, by_x2, TO(VICTIM_APIC_ID) | INIT | ASSERT, X2_GETS(0) },
	{ "irq.init-to-others", to_self, 0, by_x2, OTHERS | INIT | ASSERT, X2_GETS(0) },
	{ "irq.init-deassert-to-all", to_self, 0, by_x2, ALL | INIT | 0x8000, X2_GETS(0) },
	{ "irq.startup", to_self, 0, by_x2, TO(VICTIM_APIC_ID) | STARTUP | 1, X2_GETS(0) },
	{ "irq.startup-to-others", to_self, 0, by_x2, OTHERS | STARTUP | 1, X2_GETS(0) },
	{ "irq.smi", to_self, 0, by_x2, TO(VICTIM_APIC_ID) | SMI, X2_REFUSED },
	{ "irq.smi-to-all", to_self, 0, by_x2, ALL | SMI, X2_REFUSED },
	{ "irq.smi-to-self", to_self, 0, by_x2, SELF | SMI, X2_REFUSED },
	{ "irq.reserved-mode", to_self, 0, by_x2, TO(VICTIM_APIC_ID) | MODE3, X2_REFUSED },
	{ "irq.external", to_self, 0, by_x2, TO(VICTIM_APIC_ID) | EXTINT, X2_REFUSED },
	{ "irq.random", to_self, 0, random_x2, 2000, X2_GETS(0) },
	{ "irq.every-vector", to_self, 0, every_vector, VICTIM_APIC_ID, X2_GETS(0) },
	{ "irq.self", to_self, 0, self_ipi, VECTOR, X2_GETS(1) },
	{ "irq.local-source-smi", to_self, 0, local_source, SMI | VECTOR, X2_GETS(0) },
	{ "irq.local-source-init", to_self, 0, local_source, INIT, X2_GETS(0) },
	{ "irq.wire-of-the-machine", to_self, 0, wire, EXTINT, X2_GETS(0x10000) },
	{ "irq.apic-off", to_self, 0, apic_off, 0, X2_GETS(1) },
	{ "irq.flat", to_self, 0, by_flat, TO(0xfe) | LOGICAL | VECTOR, GETS(0) },
	{ "irq.flat-with-self", to_self, 0, by_flat, TO(3) | LOGICAL | VECTOR, GETS(1) },
	{ "irq.flat-physical", to_self, 0, by_flat, TO(VICTIM_APIC_ID) | VECTOR, GETS(0) },
	{ "irq.flat-broadcast", to_self, 0, by_flat, TO(0xff) | VECTOR, GETS(1) },
	{ "irq.flat-nmi", to_self, 0, by_flat, TO(0xfe) | LOGICAL | NMI, GETS(0) },
	{ "irq.flat-random", to_self, 0, random_flat, 2000, GETS(0) },
	{ "irq.cluster", to_self, 0, by_cluster, TO(0x1e) | LOGICAL | VECTOR, GETS(0) },
	{ "irq.cluster-with-self", to_self, 0, by_cluster, TO(0xf1) | LOGICAL | VECTOR, GETS(1) },
	{ "irq.cluster-init", to_self, 0, by_cluster, TO(0x2f) | LOGICAL | INIT | ASSERT, GETS(0) },
	{ "irq.page-smi", to_self, 0, by_flat, TO(VICTIM_APIC_ID) | SMI, REFUSED_PAGE },
	{ "irq.page-external", to_self, 0, by_flat, TO(0xff) | EXTINT, REFUSED_PAGE },
	{ "irq.pin-to-other", to_self, 0, own_pin, TO(VICTIM_APIC_ID << 24) | VECTOR, GETS(0) },
	{ "irq.pin-to-all", to_self, 0, own_pin, TO(0xff000000) | LOGICAL | VECTOR, EXPECT_ANY, 0, 0, 0 },
	{ "irq.pin-smi", to_self, 0, own_pin, TO(0xff000000) | SMI, GETS(0) },
	{ "irq.pin-nmi-to-other", to_self, 0, own_pin, TO(VICTIM_APIC_ID << 24) | NMI, GETS(0) },
	{ "irq.pin-init", to_self, 0, own_pin, TO(VICTIM_APIC_ID << 24) | INIT, GETS(0) },
	{ "irq.pin-external", to_self, 0, own_pin, TO(0xff000000) | EXTINT, GETS(0) },
	{ "irq.pins-of-others", to_self, 0, other_pins, 0, GETS(0) },
};
/* clang-format on */

ROWS(irq_rows, rows);
