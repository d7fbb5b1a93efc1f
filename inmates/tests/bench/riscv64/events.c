// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Needs the board's real-time clock: its alarm is the device behind a line of the real PLIC. */
#include "../bench.h"

#include <regs.h>

#define CLOCK 0x00101000ull
#define CLOCK_IRQ 43u /* source 11 */
#define ALARM_LOW 0x08u
#define ALARM_HIGH 0x0cu
#define IRQ_ENABLED 0x10u
#define CLEAR_INTERRUPT 0x1cu

#define PLIC_PENDING 0x1000u
#define PLIC_ENABLE 0x2000u
#define UART_STATUS 5u

static volatile uint32_t *reg(uint64_t address)
{
	return (volatile uint32_t *)(uintptr_t)address;
}

unsigned int bench_reads_controller(void)
{
	const volatile uint32_t *pending = reg(inmate_config.plic + PLIC_PENDING);
	unsigned int count = 0;

	for (unsigned int i = 0; i < BENCH_ROUNDS; i++)
		count += *pending == 0;
	return count;
}

unsigned int bench_reads_uart(void)
{
	const volatile uint8_t *status = (const volatile uint8_t *)(uintptr_t)(inmate_config.uart + UART_STATUS);
	uint8_t first = *status;
	unsigned int count = 0;

	for (unsigned int i = 0; i < BENCH_ROUNDS; i++)
		count += *status == first;
	return count;
}

/* Of the 32, the cell has two: the others' bits stay as they are. */
unsigned int bench_writes(void)
{
	volatile uint32_t *enable = reg(inmate_config.plic + PLIC_ENABLE);

	for (unsigned int i = 0; i < BENCH_ROUNDS / 2; i++) {
		*enable = 0xffffffff;
		*enable = 0;
	}
	return BENCH_ROUNDS;
}

void bench_wired_set_up(irq_handler handler)
{
	irq_set_handler(CLOCK_IRQ, handler);
}

void bench_wired_enable(bool on)
{
	*reg(CLOCK + CLEAR_INTERRUPT) = 1;
	*reg(CLOCK + IRQ_ENABLED) = on;
	(on ? irq_enable : irq_disable)(CLOCK_IRQ);
}

/* An alarm that is over already rings at once. */
void bench_wired_make(void)
{
	*reg(CLOCK + ALARM_HIGH) = 0;
	*reg(CLOCK + ALARM_LOW) = 1;
}

void bench_wired_quiet(void)
{
	*reg(CLOCK + CLEAR_INTERRUPT) = 1;
}

void bench_more(void (*verdict)(const char *what, unsigned int count))
{
	unsigned int count = 0;

	PHASE(9);
	for (unsigned int i = 0; i < BENCH_ROUNDS; i++)
		count += sbi(SBI_TIME, 0, UINT64_MAX, 0, 0, NULL) == 0;
	PHASE(0);
	verdict("timers set by the SBI", count);
}
