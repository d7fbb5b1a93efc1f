// SPDX-License-Identifier: GPL-2.0-or-later
/* The hart's own interrupts: timers of any value, waiting, and bits that would be others' exits. */
#include "attacks.h"

#include <regs.h>

#define TICK_US 500u
#define SIE_TIMER (1ull << CAUSE_TIMER)

static volatile unsigned int ticks;

static void on_tick(unsigned int irq)
{
	ticks++;
	timer_stop();
}

/* The timer still comes. */
static uint64_t timer_works(uint64_t unused)
{
	const unsigned int before = ticks;
	const uint64_t late = timer_ticks() + timer_frequency() * 5;

	irq_set_handler(timer_irq(), on_tick);
	irq_enable(timer_irq());
	timer_set(timer_ticks() + timer_from_us(TICK_US));
	irqs_unmask();
	while (ticks == before && timer_ticks() < late)
		cpu_relax();
	irqs_mask();
	timer_stop();
	return ticks != before;
}

static uint64_t timers(uint64_t unused)
{
	static const uint64_t times[] = { 0, 1, ~0ull, ~0ull - 1, 1ull << 63, (1ull << 63) - 1 };

	for (unsigned int i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		timer_set(times[i]);
		sbi(SBI_TIME, 0, times[i], 0, 0, NULL);
	}
	for (unsigned int i = 0; i < 200; i++)
		sbi(SBI_TIME, 0, random64(), 0, 0, NULL);
	timer_stop();
	return timer_works(0);
}

/* All bits of all pending and enable registers that a supervisor has. */
static uint64_t bits(uint64_t unused)
{
	csr_write(sie, ~0ull);
	csr_write(sip, ~0ull);
	csr_write(sip, 0);
	csr_write(sie, 0);
	return timer_works(0);
}

/* An interrupt that is pending and masked ends it; the hart is not lost to the hypervisor meanwhile. */
static uint64_t wait(uint64_t unused)
{
	csr_set(sie, SIE_TIMER);
	timer_set(timer_ticks() + timer_from_us(TICK_US));
	asm volatile("wfi" : : : "memory");
	timer_stop();
	return timer_works(0);
}

static uint64_t wait_often(uint64_t times)
{
	csr_set(sie, SIE_TIMER);
	timer_set(0);
	for (uint64_t i = 0; i < times; i++)
		asm volatile("wfi" : : : "memory");
	timer_stop();
	return timer_works(0);
}

/* clang-format off */
#define WORKS EXPECT_VALUE, 0, 1, ANY

static const struct row rows[] = {
	{ "irq.timers", timer_works, 0, timers, 0, WORKS },
	{ "irq.all-bits", timer_works, 0, bits, 0, WORKS },
	{ "irq.wait", timer_works, 0, wait, 0, WORKS },
	{ "irq.wait-often", timer_works, 0, wait_often, 2000, WORKS },
};
/* clang-format on */

ROWS(irq_rows, rows);
