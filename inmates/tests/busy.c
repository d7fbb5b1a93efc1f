// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two vCPUs that are busy for ten seconds, for counts of what that costs: each has a timer, the first sends
 * interrupts to the second. Begins when a byte comes over the console; before and behind it does nothing that could
 * leave the cell.
 * Ends with "busy: N sent, N arrived, N and N timer interrupts".
 */
#include <inmate.h>

#define NUMBER 5u
#define SECONDS 10u
#define TICK_US 10000u
#define SEND_US 10000u

static volatile unsigned int begun, over, sent, arrived, online;
static volatile unsigned int ticks[2];

static void on_byte(unsigned int irq)
{
	while (uart_getc() >= 0)
		;
	begun = 1;
}

static void on_tick(unsigned int irq)
{
	ticks[cpu_self()]++;
	if (over)
		timer_stop();
	else
		timer_set(timer_ticks() + timer_from_us(TICK_US));
}

static void on_number(unsigned int irq)
{
	arrived++;
}

static void set_up(void)
{
	irq_init();
	irq_enable(NUMBER);
	irq_enable(timer_irq());
	irqs_unmask();
}

static void second(void)
{
	set_up();
	online = 1;
	while (!begun)
		cpu_relax();
	timer_set(timer_ticks() + timer_from_us(TICK_US));
	for (;;)
		cpu_relax();
}

static void be_busy(void)
{
	const uint64_t end = timer_ticks() + SECONDS * timer_frequency();

	timer_set(timer_ticks() + timer_from_us(TICK_US));
	while ((int64_t)(timer_ticks() - end) < 0) {
		irq_send(1, NUMBER);
		sent++;
		while (arrived != sent)
			cpu_relax();
		delay_us(SEND_US);
	}
	over = 1;
	delay_us(5 * TICK_US);
}

void inmate_main(uint64_t boot_arg)
{
	irq_set_handler(NUMBER, on_number);
	irq_set_handler(timer_irq(), on_tick);
	irq_set_handler(inmate_config.uart_irq, on_byte);
	set_up();
	irq_enable(inmate_config.uart_irq);
	uart_irq_enable();
	if (cpu_start(1, second)) {
		printk("busy: no second vCPU\n");
		power_off();
	}
	while (!online)
		cpu_relax();
	printk("busy: ready\n");
	while (!begun)
		cpu_relax();
	be_busy();
	printk("busy: %u sent, %u arrived, %u and %u timer interrupts\n", sent, arrived, ticks[0], ticks[1]);
	for (;;)
		cpu_relax();
}
