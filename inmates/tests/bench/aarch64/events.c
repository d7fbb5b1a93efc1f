// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Needs the SPIs from WIRED on, 32 of them. */
#include "../bench.h"

#define WIRED 160u /* first of a word of 32 interrupts */
#define GICD_TYPER 0x004u
#define GICD_ISENABLER 0x100u
#define GICD_ICENABLER 0x180u
#define UART_FLAGS 0x18u

static volatile uint32_t *reg(uint64_t address)
{
	return (volatile uint32_t *)(uintptr_t)address;
}

static unsigned int reads(uint64_t address)
{
	uint32_t first = *reg(address);
	unsigned int count = 0;

	for (unsigned int i = 0; i < BENCH_ROUNDS; i++)
		count += *reg(address) == first;
	return count;
}

unsigned int bench_reads_controller(void)
{
	return reads(inmate_config.gicd + GICD_TYPER);
}

unsigned int bench_reads_uart(void)
{
	return reads(inmate_config.uart + UART_FLAGS);
}

unsigned int bench_writes(void)
{
	for (unsigned int i = 0; i < BENCH_ROUNDS / 2; i++) {
		*reg(inmate_config.gicd + GICD_ISENABLER + WIRED / 8) = 0xffffffff;
		*reg(inmate_config.gicd + GICD_ICENABLER + WIRED / 8) = 0xffffffff;
	}
	return BENCH_ROUNDS;
}

void bench_wired_set_up(irq_handler handler)
{
	irq_set_edge(WIRED, true);
	irq_set_handler(WIRED, handler);
}

void bench_wired_enable(bool on)
{
	(on ? irq_enable : irq_disable)(WIRED);
}

void bench_wired_make(void)
{
	irq_pend(WIRED);
}

void bench_wired_quiet(void)
{
}

void bench_more(void (*verdict)(const char *what, unsigned int count))
{
}
