// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With an accomplice: another cell (accomplice.c) that would let us in, has made page tables for us, waits for our
 * interrupts, and attacks the victim meanwhile. That it agrees must not help.
 */
#include "attacks.h"

#include <regs.h>

#define SGI 9u
#define CPU_ON 0xc4000003u
#define IROUTER 0x6000u
#define INVALID ((uint64_t)-2)

static uint64_t own_works(uint64_t unused)
{
	store64(own_word());
	return load64(own_word());
}

static uint64_t bit_of_own(uint64_t unused)
{
	irq_enable(HOSTILE_FIRST_SPI);
	if (!irq_is_enabled(HOSTILE_FIRST_SPI))
		return 0;
	irq_disable(HOSTILE_FIRST_SPI);
	return !irq_is_enabled(HOSTILE_FIRST_SPI);
}

/* Raise the accomplice's interrupt, which it has enabled; it counts what it gets. */
static uint64_t pend(uint64_t irq)
{
	volatile uint32_t *pending = (volatile uint32_t *)(uintptr_t)(INMATE_GICD + 0x200 + irq / 32 * 4);

	*pending = 1u << irq % 32;
	return *pending >> irq % 32 & 1;
}

static uint64_t route_own_to(uint64_t cpu)
{
	volatile uint64_t *reg =
		(volatile uint64_t *)(uintptr_t)(INMATE_GICD + IROUTER + HOSTILE_FIRST_SPI * 8);

	*reg = cpu;
	return *reg;
}

static uint64_t send_to(uint64_t cpu)
{
	for (uint64_t sgi = 0; sgi < 16; sgi++)
		sysreg_write(ICC_SGI1R_EL1, sgi << 24 | 1ull << cpu);
	isb();
	return 1;
}

static uint64_t send_by_distributor(uint64_t cpu)
{
	for (uint32_t sgi = 0; sgi < 16; sgi++)
		*(volatile uint32_t *)(uintptr_t)(INMATE_GICD + 0xf00) = 1u << (16 + cpu) | sgi;
	return 1;
}

static uint64_t cpu_on(uint64_t mpidr)
{
	register uint64_t x0 asm("x0") = CPU_ON;
	register uint64_t x1 asm("x1") = mpidr;
	register uint64_t x2 asm("x2") = ACCOMPLICE_MEMORY;
	register uint64_t x3 asm("x3") = 0;

	asm volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
	return x0;
}

/* clang-format off */
#define FAILS(address) EXPECT_FAILED, BH_REASON_MEMORY_ACCESS, address, 0
#define GIVES(value, version) EXPECT_VALUE, 0, value, version

static const struct row rows[] = {
	{ "collude.read", own_works, 0, load64, ACCOMPLICE_TABLE, FAILS(ACCOMPLICE_TABLE) },
	{ "collude.write", own_works, 0, store64, ACCOMPLICE_MEMORY + 0x1f0000,
	  FAILS(ACCOMPLICE_MEMORY + 0x1f0000) },
	{ "collude.fetch", own_works, 0, call, ACCOMPLICE_MEMORY, FAILS(ACCOMPLICE_MEMORY) },
	{ "collude.table-walk", own_works, 0, table_walk, ACCOMPLICE_TABLE, FAILS(ACCOMPLICE_TABLE) },
	{ "collude.pend", bit_of_own, 0, pend, ACCOMPLICE_FIRST_SPI, GIVES(0, 0) },
	{ "collude.route-own-to-it", bit_of_own, 0, route_own_to, ACCOMPLICE_CPU, GIVES(0, 3) },
	{ "collude.sgi", bit_of_own, 0, send_to, ACCOMPLICE_CPU, GIVES(1, 3) },
	{ "collude.sgir", bit_of_own, 0, send_by_distributor, ACCOMPLICE_CPU, GIVES(1, 2) },
	{ "collude.cpu-on", own_works, 0, cpu_on, ACCOMPLICE_CPU, GIVES(INVALID, 0) },
};
/* clang-format on */

ROWS(collude_rows, rows);
