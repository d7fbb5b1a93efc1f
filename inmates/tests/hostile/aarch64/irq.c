// SPDX-License-Identifier: GPL-2.0-or-later
/* IPIs by every form of address: none leaves the cell. The victim counts what it gets. */
#include "attacks.h"

#include <regs.h>

#define SGI 7u
#define WAIT_US 5000u

static volatile unsigned int taken;

static void on_sgi(unsigned int irq)
{
	taken++;
}

static uint64_t taken_after(void)
{
	irqs_unmask();
	delay_us(WAIT_US);
	irqs_mask();
	return taken;
}

static void begin(void)
{
	taken = 0;
	irq_set_handler(SGI, on_sgi);
	irq_enable(SGI);
}

static uint64_t to_self(uint64_t unused)
{
	begin();
	irq_send(0, SGI);
	return taken_after();
}

/* What we ourselves get of it. */
static uint64_t by_register(uint64_t value)
{
	begin();
	sysreg_write(ICC_SGI1R_EL1, (uint64_t)SGI << 24 | value);
	isb();
	return taken_after();
}

static uint64_t by_secure_registers(uint64_t value)
{
	begin();
	sysreg_write(S3_0_C12_C11_6, (uint64_t)SGI << 24 | value); /* ICC_ASGI1R_EL1 */
	sysreg_write(S3_0_C12_C11_7, (uint64_t)SGI << 24 | value); /* ICC_SGI0R_EL1 */
	isb();
	return taken_after();
}

static uint64_t random_registers(uint64_t count)
{
	begin();
	irq_disable(SGI);
	for (uint64_t i = 0; i < count; i++)
		sysreg_write(ICC_SGI1R_EL1, (random64() & ~(15ull << 24)) | (uint64_t)SGI << 24);
	isb();
	return taken_after();
}

static uint64_t by_distributor(uint64_t value)
{
	begin();
	*(volatile uint32_t *)(uintptr_t)(INMATE_GICD + 0xf00) = (uint32_t)value | SGI;
	return taken_after();
}

static uint64_t pend_registers(uint64_t unused)
{
	for (uint64_t offset = 0xf10; offset < 0xf30; offset += 4)
		*(volatile uint32_t *)(uintptr_t)(INMATE_GICD + offset) = 0xfefefefe;
	return 1;
}

/* clang-format off */
#define GETS(count, version) EXPECT_VALUE, 0, count, version

static const struct row rows[] = {
	{ "irq.sgi-to-list", to_self, 0, by_register, 0xfffe, GETS(0, 3) },
	{ "irq.sgi-to-all-of-list", to_self, 0, by_register, 0xffff, GETS(1, 3) },
	{ "irq.sgi-to-all-others", to_self, 0, by_register, 1ull << 40, GETS(0, 3) },
	{ "irq.sgi-to-affinity-1", to_self, 0, by_register, 1ull << 16 | 0xffff, GETS(0, 3) },
	{ "irq.sgi-to-affinity-2", to_self, 0, by_register, 1ull << 32 | 0xffff, GETS(0, 3) },
	{ "irq.sgi-to-affinity-3", to_self, 0, by_register, 1ull << 48 | 0xffff, GETS(0, 3) },
	{ "irq.sgi-to-range", to_self, 0, by_register, 1ull << 44 | 0xffff, GETS(0, 3) },
	{ "irq.sgi-secure", to_self, 0, by_secure_registers, 0xffff, GETS(0, 3) },
	{ "irq.sgi-random", to_self, 0, random_registers, 2000, GETS(0, 3) },
	{ "irq.sgir-no-effect", to_self, 0, by_distributor, 0xff0000, GETS(0, 3) },
	{ "irq.sgir-to-list", to_self, 0, by_distributor, 0xff0000, GETS(1, 2) },
	{ "irq.sgir-to-all-others", to_self, 0, by_distributor, 1u << 24, GETS(0, 2) },
	{ "irq.sgir-reserved-filter", to_self, 0, by_distributor, 3u << 24 | 0xff0000, EXPECT_ANY, 0, 0, 2 },
	{ "irq.pend-sgi-registers", to_self, 0, pend_registers, 0, EXPECT_ANY, 0, 0, 2 },
};
/* clang-format on */

ROWS(irq_rows, rows);
