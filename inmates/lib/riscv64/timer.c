// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The hart's timer: stimecmp where the hart has Sstc, else by the SBI. */
#include <inmate.h>

#include <regs.h>

#define LOCAL_IRQS 16u
#define NEVER UINT64_MAX

static int has_stimecmp; /* 0: not known yet, 1: yes, -1: no */

static void write_stimecmp(void *ticks)
{
	csr_write(0x14d, *(const uint64_t *)ticks);
}

static void set(uint64_t ticks)
{
	if (has_stimecmp > 0) {
		write_stimecmp(&ticks);
		return;
	}
	/* Once it is written the interrupt may have come: not twice. */
	if (!has_stimecmp) {
		has_stimecmp = exception_try(write_stimecmp, &ticks, NULL) ? -1 : 1;
		if (has_stimecmp > 0)
			return;
	}
	sbi(SBI_TIME, 0, ticks, 0, 0, NULL);
}

uint64_t timer_ticks(void)
{
	return csr_read(time);
}

uint64_t timer_frequency(void)
{
	return inmate_config.timebase;
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
	return LOCAL_IRQS + CAUSE_TIMER;
}

void timer_set(uint64_t ticks)
{
	set(ticks);
}

void timer_stop(void)
{
	set(NEVER);
}

void delay_us(uint64_t us)
{
	uint64_t end = timer_ticks() + timer_from_us(us);

	while ((int64_t)(timer_ticks() - end) < 0)
		cpu_relax();
}
