// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The architected timer, virtual count. */
#include <inmate.h>

#include <regs.h>

#define TIMER_IRQ 27 /* PPI 11 */

uint64_t timer_ticks(void)
{
	isb(); /* or the count may be read early */
	return sysreg_read(CNTVCT_EL0);
}

uint64_t timer_frequency(void)
{
	return sysreg_read(CNTFRQ_EL0);
}

/* In two parts: a product of ticks and 10^9 is too long for 64 bits after some seconds. */
uint64_t timer_ns(uint64_t ticks)
{
	uint64_t frequency = timer_frequency();

	return ticks / frequency * 1000000000 + ticks % frequency * 1000000000 / frequency;
}

uint64_t timer_from_us(uint64_t us)
{
	uint64_t frequency = timer_frequency();

	return us / 1000000 * frequency + us % 1000000 * frequency / 1000000;
}

unsigned int timer_irq(void)
{
	return TIMER_IRQ;
}

void timer_set(uint64_t ticks)
{
	sysreg_write(CNTV_CVAL_EL0, ticks);
	sysreg_write(CNTV_CTL_EL0, 1);
	isb();
}

void timer_stop(void)
{
	sysreg_write(CNTV_CTL_EL0, 0);
	isb();
}

void delay_us(uint64_t us)
{
	uint64_t end = timer_ticks() + timer_from_us(us);

	while ((int64_t)(timer_ticks() - end) < 0)
		cpu_relax();
}
