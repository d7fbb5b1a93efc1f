// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fields of the distributor and the redistributors that belong to interrupts of others: they read as zero and
 * ignore writes. Whether the owner's state stayed as it was, the owner looks: hostile-victim.c.
 */
#include "attacks.h"

#include <regs.h>

#define GICD INMATE_GICD
#define GICR INMATE_GICR
#define SGI_FRAME (INMATE_GICR + 0x10000)
#define IGROUPR 0x080u
#define ISENABLER 0x100u
#define ICENABLER 0x180u
#define ISPENDR 0x200u
#define ICPENDR 0x280u
#define ISACTIVER 0x300u
#define ICACTIVER 0x380u
#define IPRIORITYR 0x400u
#define ITARGETSR 0x800u
#define ICFGR 0xc00u
#define IROUTER 0x6000u
#define SETSPI_NSR 0x40u
#define GICR_CTLR 0x00u
#define GICR_SETLPIR 0x40u
#define GICR_PROPBASER 0x70u
#define GICR_PENDBASER 0x78u
#define GICR_INVLPIR 0xa0u
#define EVENT_SPI 232u			    /* root's, raised by the hypervisor: the board file's 'spi 200' */
#define OF_HYPERVISOR (1u << 25 | 1u << 26) /* maintenance, EL2's timer */

static volatile uint32_t *word(uint64_t address)
{
	return (volatile uint32_t *)(uintptr_t)address;
}

static uint64_t bit_of(uint64_t reg, unsigned int irq)
{
	return *word(GICD + reg + irq / 32 * 4) >> irq % 32 & 1;
}

static void set_bit(uint64_t reg, unsigned int irq)
{
	*word(GICD + reg + irq / 32 * 4) = 1u << irq % 32;
}

/* Controls: the same on an interrupt of our own. */
static uint64_t enable_own(uint64_t unused)
{
	set_bit(ISENABLER, HOSTILE_FIRST_SPI);
	if (!bit_of(ISENABLER, HOSTILE_FIRST_SPI))
		return 0;
	set_bit(ICENABLER, HOSTILE_FIRST_SPI);
	return !bit_of(ISENABLER, HOSTILE_FIRST_SPI);
}

static uint64_t pend_own(uint64_t unused)
{
	set_bit(ISPENDR, HOSTILE_FIRST_SPI);
	if (!bit_of(ISPENDR, HOSTILE_FIRST_SPI))
		return 0;
	set_bit(ICPENDR, HOSTILE_FIRST_SPI);
	return !bit_of(ISPENDR, HOSTILE_FIRST_SPI);
}

static uint64_t activate_own(uint64_t unused)
{
	set_bit(ISACTIVER, HOSTILE_FIRST_SPI);
	if (!bit_of(ISACTIVER, HOSTILE_FIRST_SPI))
		return 0;
	set_bit(ICACTIVER, HOSTILE_FIRST_SPI);
	return !bit_of(ISACTIVER, HOSTILE_FIRST_SPI);
}

static uint64_t priority_own(uint64_t unused)
{
	irq_set_priority(HOSTILE_FIRST_SPI, 0x50);
	return irq_priority(HOSTILE_FIRST_SPI) == 0x50;
}

static uint64_t config_own(uint64_t unused)
{
	irq_set_edge(HOSTILE_FIRST_SPI, true);
	return *word(GICD + ICFGR + HOSTILE_FIRST_SPI / 16 * 4) >> (HOSTILE_FIRST_SPI % 16 * 2 + 1) & 1;
}

static uint64_t group_own(uint64_t unused)
{
	return bit_of(IGROUPR, HOSTILE_FIRST_SPI);
}

static uint64_t ppi_own(uint64_t unused)
{
	irq_enable(timer_irq());
	return irq_is_enabled(timer_irq());
}

/* Bits. @irq: whose. What they read afterwards. */
static uint64_t enable(uint64_t irq)
{
	set_bit(ISENABLER, (unsigned int)irq);
	return bit_of(ISENABLER, (unsigned int)irq);
}

static uint64_t disable(uint64_t irq)
{
	set_bit(ICENABLER, (unsigned int)irq);
	return bit_of(ICENABLER, (unsigned int)irq);
}

static uint64_t pend(uint64_t irq)
{
	set_bit(ISPENDR, (unsigned int)irq);
	return bit_of(ISPENDR, (unsigned int)irq);
}

static uint64_t unpend(uint64_t irq)
{
	set_bit(ICPENDR, (unsigned int)irq);
	return bit_of(ICPENDR, (unsigned int)irq);
}

static uint64_t activate(uint64_t irq)
{
	set_bit(ISACTIVER, (unsigned int)irq);
	return bit_of(ISACTIVER, (unsigned int)irq);
}

static uint64_t deactivate(uint64_t irq)
{
	set_bit(ICACTIVER, (unsigned int)irq);
	return bit_of(ICACTIVER, (unsigned int)irq);
}

/* Every bit of every word, all at once. Enabled afterwards: only our own, which we disable again. */
static uint64_t all_words(uint64_t reg)
{
	uint64_t foreign = 0;

	for (unsigned int irq = 32; irq < irq_count(); irq += 32) {
		*word(GICD + reg + irq / 32 * 4) = ~0u;
		for (unsigned int bit = 0; bit < 32; bit++) {
			unsigned int own = irq + bit;

			if (own == HOSTILE_FIRST_SPI || own == HOSTILE_FIRST_SPI + 1 ||
			    own == INMATE_UART_IRQ)
				continue;
			foreign += bit_of(reg, own);
		}
	}
	for (unsigned int own = HOSTILE_FIRST_SPI; own < HOSTILE_FIRST_SPI + 2; own++) {
		set_bit(ICENABLER, own);
		set_bit(ICPENDR, own);
	}
	set_bit(ICENABLER, INMATE_UART_IRQ);
	return foreign;
}

static uint64_t priority_byte(uint64_t irq)
{
	irq_set_priority((unsigned int)irq, 0xf8);
	return irq_priority((unsigned int)irq);
}

/* A word with two fields of ours and two of the victim's: read, modify, write. */
static uint64_t priority_word(uint64_t unused)
{
	volatile uint32_t *fields = word(GICD + IPRIORITYR + HOSTILE_FIRST_SPI);

	*fields = *fields | 0xf8f8f8f8;
	return *fields;
}

static uint64_t config(uint64_t irq)
{
	volatile uint32_t *fields = word(GICD + ICFGR + irq / 16 * 4);

	*fields = *fields | 0xffffffff;
	return *fields >> (irq % 16 * 2 + 1) & 1;
}

static uint64_t group(uint64_t irq)
{
	*word(GICD + IGROUPR + irq / 32 * 4) = 0;
	return bit_of(IGROUPR, (unsigned int)irq);
}

/* The victim's interrupts go on: it counts. */
static uint64_t switch_off(uint64_t unused)
{
	uint32_t before = *word(GICD);

	*word(GICD) = 0;
	delay_us(20000);
	*word(GICD) = before;
	return *word(GICD) & 0xf;
}

static uint64_t switched_on(uint64_t unused)
{
	return (*word(GICD) & 0xf) != 0;
}

/* Routing. */
static uint64_t router(uint64_t irq)
{
	return *(volatile uint64_t *)(uintptr_t)(GICD + IROUTER + irq * 8);
}

static uint64_t set_router(uint64_t irq)
{
	*(volatile uint64_t *)(uintptr_t)(GICD + IROUTER + irq * 8) = 3;
	return router(irq);
}

static uint64_t own_router(uint64_t target)
{
	volatile uint64_t *reg = (volatile uint64_t *)(uintptr_t)(GICD + IROUTER + HOSTILE_FIRST_SPI * 8);

	*reg = target;
	return *reg;
}

static uint64_t own_router_works(uint64_t unused)
{
	return own_router(0) == 0;
}

static uint64_t set_targets(uint64_t irq)
{
	store8(GICD + ITARGETSR + irq);
	return load8(GICD + ITARGETSR + irq);
}

static uint64_t own_targets_work(uint64_t unused)
{
	return load8(GICD + ITARGETSR + HOSTILE_FIRST_SPI);
}

/* Ours to every CPU but ourselves: it must stay with us. */
static uint64_t own_targets(uint64_t unused)
{
	uint8_t self = (uint8_t)load8(GICD + ITARGETSR);

	*(volatile uint8_t *)(uintptr_t)(GICD + ITARGETSR + HOSTILE_FIRST_SPI) = (uint8_t)~self;
	return load8(GICD + ITARGETSR + HOSTILE_FIRST_SPI) == self;
}

static uint64_t set_spi(uint64_t irq)
{
	*word(GICD + SETSPI_NSR) = (uint32_t)irq;
	*word(GICD + SETSPI_NSR + 0x10) = (uint32_t)irq;
	return *word(GICD + SETSPI_NSR);
}

/* Private interrupts that the hypervisor keeps for itself. */
static uint64_t private_bank(void)
{
	return intc_version() == 3 ? SGI_FRAME : GICD;
}

static uint64_t enable_hypervisors(uint64_t unused)
{
	*word(private_bank() + ISENABLER) = OF_HYPERVISOR;
	return *word(private_bank() + ISENABLER) & OF_HYPERVISOR;
}

static uint64_t disable_hypervisors(uint64_t unused)
{
	*word(private_bank() + ICENABLER) = OF_HYPERVISOR;
	return *word(private_bank() + ICENABLER) & OF_HYPERVISOR;
}

static uint64_t pend_hypervisors(uint64_t unused)
{
	*word(private_bank() + ISPENDR) = OF_HYPERVISOR;
	return *word(private_bank() + ISPENDR) & OF_HYPERVISOR;
}

/* Tables that the redistributor reads and writes by itself. */
static uint64_t table_base(uint64_t offset)
{
	volatile uint64_t *reg = (volatile uint64_t *)(uintptr_t)(GICR + offset);

	*reg = HYPERVISOR_MEMORY | 0x1f;
	return *reg;
}

static uint64_t enable_lpis(uint64_t unused)
{
	*word(GICR + GICR_CTLR) = 1;
	return *word(GICR + GICR_CTLR);
}

static uint64_t lpi_command(uint64_t offset)
{
	*(volatile uint64_t *)(uintptr_t)(GICR + offset) = 8192;
	return *(volatile uint64_t *)(uintptr_t)(GICR + offset);
}

/* clang-format off */
#define ZERO(version) EXPECT_VALUE, 0, 0, version
#define V VICTIM_FIRST_SPI

static const struct row rows[] = {
	{ "gic.enable-of-other", enable_own, 0, enable, V, ZERO(0) },
	{ "gic.disable-of-other", enable_own, 0, disable, V, ZERO(0) },
	{ "gic.pend-of-other", pend_own, 0, pend, V, ZERO(0) },
	{ "gic.unpend-of-other", pend_own, 0, unpend, V, ZERO(0) },
	{ "gic.activate-of-other", activate_own, 0, activate, V, ZERO(0) },
	{ "gic.deactivate-of-other", activate_own, 0, deactivate, V, ZERO(0) },
	{ "gic.enable-of-root", enable_own, 0, enable, 34, ZERO(0) },
	{ "gic.pend-of-root", pend_own, 0, pend, 34, ZERO(0) },
	{ "gic.pend-event", pend_own, 0, pend, EVENT_SPI, ZERO(0) },
	{ "gic.enable-all", enable_own, 0, all_words, ISENABLER, ZERO(0) },
	{ "gic.disable-all", enable_own, 0, all_words, ICENABLER, ZERO(0) },
	{ "gic.pend-all", pend_own, 0, all_words, ISPENDR, ZERO(0) },
	{ "gic.unpend-all", pend_own, 0, all_words, ICPENDR, ZERO(0) },
	{ "gic.deactivate-all", activate_own, 0, all_words, ICACTIVER, ZERO(0) },
	{ "gic.priority-byte-of-other", priority_own, 0, priority_byte, V, ZERO(0) },
	{ "gic.priority-word-shared", priority_own, 0, priority_word, 0, EXPECT_VALUE, 0, 0xf8f8, 0 },
	{ "gic.config-of-other", config_own, 0, config, V, ZERO(0) },
	{ "gic.group-of-other", group_own, 0, group, V, ZERO(0) },
	{ "gic.switch-off", switched_on, 0, switch_off, 0, EXPECT_ANY, 0, 0, 0 },
	{ "gic.router-of-other", own_router_works, 0, set_router, V, ZERO(3) },
	{ "gic.router-of-root", own_router_works, 0, set_router, 34, ZERO(3) },
	{ "gic.router-to-other-cpu", own_router_works, 0, own_router, 2, ZERO(3) },
	{ "gic.router-to-anybody", own_router_works, 0, own_router, 1ull << 31, ZERO(3) },
	{ "gic.targets-of-other", own_targets_work, 0, set_targets, V, ZERO(2) },
	{ "gic.targets-to-other-cpu", own_targets_work, 0, own_targets, 0, EXPECT_VALUE, 0, 1, 2 },
	{ "gic.set-spi", pend_own, 0, set_spi, V, ZERO(3) },
	{ "gic.private-enable", ppi_own, 0, enable_hypervisors, 0, ZERO(0) },
	{ "gic.private-disable", ppi_own, 0, disable_hypervisors, 0, ZERO(0) },
	{ "gic.private-pend", ppi_own, 0, pend_hypervisors, 0, ZERO(0) },
	{ "write-for-me.propbaser", ppi_own, 0, table_base, GICR_PROPBASER, ZERO(3) },
	{ "write-for-me.pendbaser", ppi_own, 0, table_base, GICR_PENDBASER, ZERO(3) },
	{ "write-for-me.enable-lpis", ppi_own, 0, enable_lpis, 0, ZERO(3) },
	{ "write-for-me.set-lpi", ppi_own, 0, lpi_command, GICR_SETLPIR, ZERO(3) },
	{ "write-for-me.invalidate-lpi", ppi_own, 0, lpi_command, GICR_INVLPIR, ZERO(3) },
};
/* clang-format on */

ROWS(gic_rows, rows);
