// SPDX-License-Identifier: GPL-2.0-only
/*
 * An interrupt that a cell had and gave back goes where root's kernel had sent it before, though nobody tells the
 * interrupt controller once more. Nobody handles this one: it is taken here, with everything masked.
 */
#include "own.h"

#include <asm/barrier.h>
#include <asm/sysreg.h>
#include <linux/kernel.h>

#define ISENABLER 0x100u
#define ICENABLER 0x180u
#define ISPENDR 0x200u
#define ICPENDR 0x280u
#define IPRIORITYR 0x400u
#define ITARGETSR 0x800u
#define IROUTER 0x6000u
#define URGENT 0x10u
#define TRIES 100000u
#define GICC_HPPIR 0x18u
#define GICC_IAR 0x0cu
#define GICC_EOIR 0x10u
#define GICC_DIR 0x1000u
#define GICC_CTLR_EOIMODE (1u << 9)
#define ICC_CTLR_EOIMODE (1u << 1)
#define AFFINITY 0xff00ffffffull

static volatile u32 *word_at(u64 address)
{
	return (volatile u32 *)(uintptr_t)alias_device(address);
}

static volatile u8 *byte_at(u64 address)
{
	return (volatile u8 *)(uintptr_t)alias_device(address);
}

static u64 route(u64 irq, u64 unused)
{
	u64 self = read_sysreg(mpidr_el1) & AFFINITY;

	*byte_at(GICD + IPRIORITYR + irq) = URGENT;
	if (intc_version() == 2) {
		*byte_at(GICD + ITARGETSR + irq) =
			*byte_at(GICD + ITARGETSR); /* ours, of a private interrupt */
		return *byte_at(GICD + ITARGETSR + irq);
	}
	*(volatile u64 *)(uintptr_t)alias_device(GICD + IROUTER + irq * 8) = self;
	return *(volatile u64 *)(uintptr_t)alias_device(GICD + IROUTER + irq * 8);
}

static u32 most_urgent(void)
{
	u64 value;

	if (intc_version() == 2)
		return *word_at(GICC + GICC_HPPIR) & 0x3ff;
	asm volatile("mrs %0, S3_0_C12_C12_2" : "=r"(value)); /* ICC_HPPIR1_EL1 */
	return (u32)value;
}

static void complete_v2(void)
{
	u32 value = *word_at(GICC + GICC_IAR);

	*word_at(GICC + GICC_EOIR) = value;
	if (*word_at(GICC) & GICC_CTLR_EOIMODE)
		*word_at(GICC + GICC_DIR) = value;
}

static void complete_v3(void)
{
	u64 value, control;

	asm volatile("mrs %0, S3_0_C12_C12_0\n dsb sy" : "=r"(value)); /* ICC_IAR1_EL1 */
	asm volatile("msr S3_0_C12_C12_1, %0\n isb" : : "r"(value));   /* ICC_EOIR1_EL1 */
	asm volatile("mrs %0, S3_0_C12_C12_4" : "=r"(control));	       /* ICC_CTLR_EL1 */
	if (control & ICC_CTLR_EOIMODE)
		asm volatile("msr S3_0_C12_C11_1, %0\n isb" : : "r"(value)); /* ICC_DIR_EL1 */
}

static u64 take(u64 irq, u64 unused)
{
	u64 offset = irq / 32 * 4;
	bool taken = false;

	*word_at(GICD + ISENABLER + offset) = 1u << irq % 32;
	*word_at(GICD + ISPENDR + offset) = 1u << irq % 32;
	for (unsigned int i = 0; i < TRIES && !taken; i++)
		taken = most_urgent() == irq;
	if (taken && intc_version() == 2)
		complete_v2();
	else if (taken)
		complete_v3();
	*word_at(GICD + ICENABLER + offset) = 1u << irq % 32;
	*word_at(GICD + ICPENDR + offset) = 1u << irq % 32;
	return taken;
}

void spi_route_say(unsigned int irq)
{
	say("route 0x%llx\n", guarded_physical(route, irq, 0).value);
}

void spi_raise_say(unsigned int irq)
{
	say("raise %s\n", guarded_physical(take, irq, 0).value ? "taken" : "lost");
}
