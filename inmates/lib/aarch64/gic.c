// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* GICv2 and GICv3; which one it is, the CPU says: GICv3's registers are in it. */
#include <inmate.h>

#include <regs.h>

enum {
	GICD_CTLR = 0x0000,
	GICD_TYPER = 0x0004,
	GICD_IGROUPR = 0x0080,
	GICD_ISENABLER = 0x0100,
	GICD_ICENABLER = 0x0180,
	GICD_ISPENDR = 0x0200,
	GICD_IPRIORITYR = 0x0400,
	GICD_ITARGETSR = 0x0800,
	GICD_ICFGR = 0x0c00,
	GICD_SGIR = 0x0f00,
	GICD_IROUTER = 0x6000,
	GICR_WAKER = 0x0014,
	GICR_SGI_FRAME = 0x10000, /* of each redistributor: laid out like the distributor */
	GICR_STRIDE = 0x20000,
	GICC_CTLR = 0x0000,
	GICC_PMR = 0x0004,
	GICC_BPR = 0x0008,
	GICC_IAR = 0x000c,
	GICC_EOIR = 0x0010,
};

#define CTLR_V3 0x13u /* affinity routing, both groups */
#define WAKER_SLEEP (1u << 1)
#define WAKER_ASLEEP (1u << 2)
#define FIRST_SPI 32u
#define IRQ_MAX 1020u
#define PRIORITY_DEFAULT 0xa0u

static irq_handler handlers[IRQ_MAX];

void irq_dispatch(void *frame);

static bool is_v3(void)
{
	return sysreg_read(ID_AA64PFR0_EL1) >> 24 & 0xf;
}

static volatile uint32_t *mmio(uint64_t address)
{
	return (volatile uint32_t *)(uintptr_t)address;
}

/* The bank of registers that has @irq: with GICv3, SGIs and PPIs are in the CPU's own redistributor. */
static uint64_t bank(unsigned int irq)
{
	if (irq >= FIRST_SPI || !is_v3())
		return inmate_config.gicd;
	return inmate_config.gicr + (uint64_t)cpu_self() * GICR_STRIDE + GICR_SGI_FRAME;
}

/* One bit for each interrupt. */
static volatile uint32_t *bits(unsigned int offset, unsigned int irq)
{
	return mmio(bank(irq) + offset + irq / 32 * 4);
}

static void set_byte(uint64_t address, uint8_t value)
{
	*(volatile uint8_t *)(uintptr_t)address = value;
}

unsigned int irq_count(void)
{
	unsigned int count = ((*mmio(inmate_config.gicd + GICD_TYPER) & 31) + 1) * 32;

	return count < IRQ_MAX ? count : IRQ_MAX;
}

static void init_distributor(void)
{
	for (unsigned int irq = FIRST_SPI; irq < irq_count(); irq += 32) {
		*bits(GICD_ICENABLER, irq) = ~0u;
		if (is_v3())
			*bits(GICD_IGROUPR, irq) = ~0u;
	}
	*mmio(inmate_config.gicd + GICD_CTLR) = is_v3() ? CTLR_V3 : 1;
}

static void wake_redistributor(void)
{
	volatile uint32_t *waker = mmio(bank(0) - GICR_SGI_FRAME + GICR_WAKER);

	*waker &= ~WAKER_SLEEP;
	while (*waker & WAKER_ASLEEP)
		cpu_relax();
}

static void init_cpu_v3(void)
{
	sysreg_write(ICC_SRE_EL1, 1);
	isb();
	wake_redistributor();
	*bits(GICD_IGROUPR, 0) = ~0u;
	sysreg_write(ICC_PMR_EL1, 0xff);
	sysreg_write(ICC_BPR1_EL1, 0);
	sysreg_write(ICC_CTLR_EL1, 0);
	sysreg_write(ICC_IGRPEN1_EL1, 1);
	isb();
}

static void init_cpu_v2(void)
{
	*mmio(inmate_config.gicc + GICC_PMR) = 0xff;
	*mmio(inmate_config.gicc + GICC_BPR) = 0;
	*mmio(inmate_config.gicc + GICC_CTLR) = 1;
}

void irq_init(void)
{
	if (cpu_self() == 0)
		init_distributor();
	*bits(GICD_ICENABLER, 0) = ~0u;
	for (unsigned int irq = 0; irq < FIRST_SPI; irq++)
		irq_set_priority(irq, PRIORITY_DEFAULT);
	if (is_v3())
		init_cpu_v3();
	else
		init_cpu_v2();
}

void irq_set_handler(unsigned int irq, irq_handler handler)
{
	if (irq < IRQ_MAX)
		handlers[irq] = handler;
}

/* SPIs go to the CPU that enables them. */
void irq_enable(unsigned int irq)
{
	if (irq >= FIRST_SPI && is_v3())
		*(volatile uint64_t *)(uintptr_t)(inmate_config.gicd + GICD_IROUTER + 8 * (uint64_t)irq) =
			sysreg_read(MPIDR_EL1) & 0xff00ffffffull;
	else if (irq >= FIRST_SPI)
		set_byte(inmate_config.gicd + GICD_ITARGETSR + irq, (uint8_t)(1u << cpu_self()));
	*bits(GICD_ISENABLER, irq) = 1u << irq % 32;
	dsb();
}

void irq_disable(unsigned int irq)
{
	*bits(GICD_ICENABLER, irq) = 1u << irq % 32;
	dsb();
}

bool irq_is_enabled(unsigned int irq)
{
	return *bits(GICD_ISENABLER, irq) >> irq % 32 & 1;
}

void irq_set_priority(unsigned int irq, unsigned int priority)
{
	set_byte(bank(irq) + GICD_IPRIORITYR + irq, (uint8_t)priority);
}

unsigned int irq_priority(unsigned int irq)
{
	return *(volatile uint8_t *)(uintptr_t)(bank(irq) + GICD_IPRIORITYR + irq);
}

void irq_set_edge(unsigned int irq, bool edge)
{
	volatile uint32_t *config = mmio(bank(irq) + GICD_ICFGR + irq / 16 * 4);
	uint32_t bit = 2u << irq % 16 * 2;

	*config = edge ? *config | bit : *config & ~bit;
}

void irq_pend(unsigned int irq)
{
	*bits(GICD_ISPENDR, irq) = 1u << irq % 32;
}

void irq_send(unsigned int cpu, unsigned int number)
{
	dsb(); /* what was written for the receiver comes first */
	if (is_v3())
		sysreg_write(ICC_SGI1R_EL1, (uint64_t)number << 24 | 1ull << cpu);
	else
		*mmio(inmate_config.gicd + GICD_SGIR) = 1u << (16 + cpu) | number;
	isb();
}

void irq_dispatch(void *frame)
{
	uint32_t ack = is_v3() ? (uint32_t)sysreg_read(ICC_IAR1_EL1) : *mmio(inmate_config.gicc + GICC_IAR);
	uint32_t irq = ack & (is_v3() ? 0xffffff : 0x3ff); /* GICv2 names the sender above */

	if (irq >= IRQ_MAX)
		return;
	if (is_v3())
		isb();
	if (handlers[irq])
		handlers[irq](irq);
	dsb();
	if (is_v3())
		sysreg_write(ICC_EOIR1_EL1, ack);
	else
		*mmio(inmate_config.gicc + GICC_EOIR) = ack;
}
